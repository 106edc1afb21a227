//! The versions of what an organisation says of itself to the law of retention, and of its rules of
//! classification.
//!
//! Invariant: a version is written once and stays as it was; a change is a new one.

use model::{Code, Error, OrganisationId, Result, Timestamp};

use crate::{Tx, Value, statements};

/// What is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettingKind {
    /// States, provider types, programmes, zone.
    Profile,
    /// Rules of classification.
    Classes,
}

impl SettingKind {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Profile => "profile",
            Self::Classes => "classes",
        }
    }
}

impl From<SettingKind> for Value<'_> {
    fn from(kind: SettingKind) -> Self {
        Self::Text(kind.word())
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// From 1 on, in the order they were written.
    pub version: u32,
    /// What is set, with the reason for the change.
    pub sealed_setting: Vec<u8>,
    pub author: String,
    pub created_at: Timestamp,
}

statements! {
    pub INSERT = "INSERT INTO retention_settings (organisation, kind, version, sealed_setting, author, created_at)
        VALUES ($1, $2, $3, $4, $5, $6)";
    pub LIST = "SELECT version, sealed_setting, author, created_at FROM retention_settings
        WHERE organisation = $1 AND kind = $2 AND version < $3 ORDER BY version DESC LIMIT $4";
    pub BY = "SELECT version, sealed_setting, author, created_at FROM retention_settings
        WHERE organisation = $1 AND kind = $2 AND created_at <= $3 ORDER BY version DESC LIMIT 1";
}

/// Refused where the version is taken.
pub fn insert(tx: &mut Tx<'_>, organisation: OrganisationId, kind: SettingKind, row: &Setting) -> Result<()> {
    let given = [
        organisation.into(),
        kind.into(),
        row.version.into(),
        row.sealed_setting.as_slice().into(),
        row.author.as_str().into(),
        row.created_at.into(),
    ];
    tx.execute(&INSERT, &given).map(drop)
}

/// Newest first, older than `before`.
pub fn list(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    kind: SettingKind,
    before: u32,
    rows: usize,
) -> Result<Vec<Setting>> {
    let given = [organisation.into(), kind.into(), before.into(), rows.into()];
    tx.query(&LIST, &given, setting)
}

/// None before the first.
pub fn newest(tx: &mut Tx<'_>, organisation: OrganisationId, kind: SettingKind) -> Result<Option<Setting>> {
    Ok(list(tx, organisation, kind, u32::MAX, 1)?.pop())
}

/// The newest that was written at `at` or before.
pub fn newest_by(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    kind: SettingKind,
    at: Timestamp,
) -> Result<Option<Setting>> {
    tx.find(&BY, &[organisation.into(), kind.into(), at.into()], setting)
}

fn setting(row: &crate::Row<'_>) -> Result<Setting> {
    Ok(Setting {
        version: u32::try_from(row.int(0)?).map_err(|_| Error::new(Code::StoredDataInvalid))?,
        sealed_setting: row.bytes(1)?.to_vec(),
        author: row.text(2)?.to_owned(),
        created_at: row.at(3)?,
    })
}
