//! `/v1/own-keys`: keys of the organisation's own. One file each; here is what they share.
//!
//! Invariant: a secret half comes in by `import` alone and goes out by none of them.

pub(super) mod import;
pub(super) mod list;
pub(super) mod make;
pub(super) mod public;
pub(super) mod remove;
pub(super) mod set;

use flow::keys::OwnKeyView;
use model::{Address, Error, KeyFor, KeyStanding, OwnKeyId, Result, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use crate::schema;

/// All of them, newest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct OwnKeyList {
    keys: Vec<OwnKey>,
}

/// A key of the organisation's own: its public side.
#[derive(Serialize, ToSchema)]
pub(crate) struct OwnKey {
    #[schema(schema_with = schema::own_key_id)]
    id: OwnKeyId,
    /// Whose letters it signs; null: the organisation's own.
    address: Option<String>,
    #[schema(schema_with = schema::key_for)]
    kind: KeyFor,
    /// In lower-case hexadecimal: SHA-256 of a certificate, an OpenPGP key's own fingerprint.
    fingerprint: String,
    #[schema(schema_with = schema::own_key_standing)]
    standing: KeyStanding,
    #[schema(schema_with = schema::moment)]
    starts_at: Timestamp,
    /// When it ends by its own word; null where it does not say.
    #[schema(schema_with = schema::moment_or_null)]
    expires_at: Option<Timestamp>,
    #[schema(schema_with = schema::moment)]
    created_at: Timestamp,
    /// Who changed it last.
    changed_by: String,
}

impl OwnKey {
    fn of(view: OwnKeyView) -> Self {
        Self {
            id: view.id,
            address: view.address.map(|address| address.as_str().to_owned()),
            kind: view.kind,
            fingerprint: view.fingerprint,
            standing: view.standing,
            starts_at: view.starts_at,
            expires_at: view.expires_at,
            created_at: view.created_at,
            changed_by: view.changed_by,
        }
    }
}

/// The key.
#[derive(Serialize, ToSchema)]
pub(crate) struct OwnKeySet {
    #[schema(schema_with = schema::own_key_id)]
    id: OwnKeyId,
}

/// Whose it is to be; left out: the organisation's own.
fn owner(given: Option<&str>) -> Result<Option<Address>> {
    let read = given.map(Address::parse).transpose();
    read.map_err(|e: Error| e.at("/address"))
}
