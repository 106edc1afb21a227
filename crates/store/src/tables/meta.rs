//! What the database says about itself: names and values, first of all the schema's version.

use model::Result;

use crate::{Tx, statements};

/// Made before any migration, since it says which of them are needed.
pub(crate) const DDL: &str =
    "CREATE TABLE IF NOT EXISTS meta (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL);";

/// The number of the last migration applied.
pub const SCHEMA_VERSION: &str = "schema_version";

statements! {
    pub FIND = "SELECT value FROM meta WHERE name = $1";
    pub SET = "INSERT INTO meta (name, value) VALUES ($1, $2)
        ON CONFLICT (name) DO UPDATE SET value = excluded.value";
}

pub fn find(tx: &mut Tx<'_>, name: &str) -> Result<Option<String>> {
    tx.find(&FIND, &[name.into()], |row| row.text(0).map(str::to_owned))
}

pub fn set(tx: &mut Tx<'_>, name: &str, value: &str) -> Result<()> {
    tx.execute(&SET, &[name.into(), value.into()]).map(drop)
}
