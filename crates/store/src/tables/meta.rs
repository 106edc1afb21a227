//! What the database says about itself: names and values, first of all the schema's version.

use model::{Code, Error, Result};

use crate::{Tx, statements};

/// Made before any migration, since it says which of them are needed.
pub(crate) const DDL: &str =
    "CREATE TABLE IF NOT EXISTS meta (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL);";

/// Moves with every commit that changes settings, where other processes write too.
const SETTINGS_VERSION: &str = "settings_version";

/// The number of the last migration applied.
pub const SCHEMA_VERSION: &str = "schema_version";

statements! {
    pub FIND = "SELECT value FROM meta WHERE name = $1";
    pub SET = "INSERT INTO meta (name, value) VALUES ($1, $2)
        ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    pub MOVE = "INSERT INTO meta (name, value) VALUES ($1, '1')
        ON CONFLICT (name) DO UPDATE SET value = CAST(CAST(meta.value AS BIGINT) + 1 AS TEXT)";
}

pub fn find(tx: &mut Tx<'_>, name: &str) -> Result<Option<String>> {
    tx.find(&FIND, &[name.into()], |row| row.text(0).map(str::to_owned))
}

pub fn set(tx: &mut Tx<'_>, name: &str, value: &str) -> Result<()> {
    tx.execute(&SET, &[name.into(), value.into()]).map(drop)
}

/// As of this transaction. It is part of the commit that changed settings, so that whoever sees a version sees
/// what it stands for.
pub fn settings_version(tx: &mut Tx<'_>) -> Result<u64> {
    let found = find(tx, SETTINGS_VERSION)?;
    let number = found.map(|text| text.parse().map_err(|_| Error::new(Code::StoredDataInvalid)));
    Ok(number.transpose()?.unwrap_or(0))
}

/// Belongs into every commit that changes settings.
pub(crate) fn settings_moved(tx: &mut Tx<'_>) -> Result<()> {
    tx.execute(&MOVE, &[SETTINGS_VERSION.into()]).map(drop)
}
