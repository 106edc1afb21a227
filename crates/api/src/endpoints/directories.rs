//! `/v1/encryption/directories`: directories (LDAP) that are asked for certificates. One file each; here is what they
//! share.

pub(super) mod add;
pub(super) mod change;
pub(super) mod list;
pub(super) mod remove;
pub(super) mod try_it;

use flow::keys::{DirectorySpec, DirectoryView};
use model::{Code, DirectoryId, DirectoryTls, Error, Result, Secret, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::schema;

/// A directory to be asked.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DirectoryNew {
    /// Small letters, digits and hyphens; stands in the audit log.
    #[schema(max_length = 40, example = "hospital")]
    name: String,
    /// A name, since its certificate must be for it. It may stand in a private network, not on this machine.
    #[schema(max_length = 253, example = "ldap.hospital.example")]
    host: String,
    #[schema(minimum = 1, maximum = 65535, example = 636)]
    port: u16,
    #[schema(schema_with = schema::directory_tls)]
    tls: String,
    /// What is searched, with everything below it.
    #[serde(default)]
    #[schema(max_length = 500, example = "ou=people,dc=hospital,dc=example")]
    base: String,
    /// Whom it shall know us as; left out: nobody in particular.
    #[serde(default)]
    #[schema(max_length = 500, example = "cn=reader,dc=hospital,dc=example")]
    bind_name: Option<String>,
    /// Shown to nobody. Left out where a directory is changed: the one on record stays, as long as host, port and
    /// `bind_name` do.
    #[serde(default)]
    #[schema(max_length = 500)]
    password: Option<String>,
    /// Certificates (PEM) of the authorities that the server's own is held against, 64 KiB at most; left out: those that
    /// everybody trusts.
    #[serde(default)]
    roots: String,
    /// The domains whose addresses it is asked for; none: all that are not the organisation's own.
    #[serde(default)]
    #[schema(max_items = 50, example = json!(["hospital.example"]))]
    domains: Vec<String>,
}

/// All of them, oldest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct DirectoryList {
    directories: Vec<Directory>,
}

/// A directory that is asked for certificates of recipients.
#[derive(Serialize, ToSchema)]
pub(crate) struct Directory {
    #[schema(schema_with = schema::directory_id)]
    id: DirectoryId,
    name: String,
    host: String,
    port: u16,
    #[schema(schema_with = schema::directory_tls)]
    tls: DirectoryTls,
    base: String,
    bind_name: Option<String>,
    /// SHA-256 of the certificates of its authorities, in lower-case hexadecimal.
    roots: Vec<String>,
    domains: Vec<String>,
    #[schema(schema_with = schema::moment)]
    changed_at: Timestamp,
    changed_by: String,
}

/// The directory.
#[derive(Serialize, ToSchema)]
pub(crate) struct DirectorySet {
    #[schema(schema_with = schema::directory_id)]
    id: DirectoryId,
}

/// What may be wrong with one.
const CODES: &[Code] = &[
    Code::IdInvalid,
    Code::NotFound,
    Code::JsonInvalid,
    Code::ContentTypeUnsupported,
    Code::FieldUnknown,
    Code::FieldType,
    Code::FieldMissing,
    Code::FieldInvalid,
    Code::KeyFileInvalid,
    Code::MessageTooLarge,
    Code::StateConflict,
];

impl DirectoryNew {
    fn read(self) -> Result<DirectorySpec> {
        let tls = DirectoryTls::from_word(&self.tls);
        Ok(DirectorySpec {
            name: self.name,
            host: self.host,
            port: self.port,
            tls: tls.ok_or_else(|| Error::new(Code::FieldInvalid).at("/tls"))?,
            base: self.base,
            bind_name: self.bind_name,
            password: self.password.map(Secret::new),
            roots: self.roots,
            domains: self.domains,
        })
    }
}

impl Directory {
    fn of(view: DirectoryView) -> Self {
        Self {
            id: view.id,
            name: view.name,
            host: view.host,
            port: view.port,
            tls: view.tls,
            base: view.base,
            bind_name: view.bind_name,
            roots: view.roots,
            domains: view.domains,
            changed_at: view.changed_at,
            changed_by: view.changed_by,
        }
    }
}
