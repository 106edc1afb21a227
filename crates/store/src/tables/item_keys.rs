//! One wrapped key per item. Deleting the row destroys the item everywhere, so nothing else may
//! hold a copy of the key at rest.

use model::{Code, Error, KeyVersionId, OrganisationId, Result};

use crate::{Tx, statements};

statements! {
    pub INSERT = "INSERT INTO item_keys (item, organisation, version, wrapped_key) VALUES ($1, $2, $3, $4)";
    pub FIND = "SELECT wrapped_key FROM item_keys WHERE item = $1 AND organisation = $2";
    pub OUTDATED = "SELECT item, wrapped_key FROM item_keys WHERE organisation = $1 AND version <> $2 LIMIT 500";
    pub DESTROY = "DELETE FROM item_keys WHERE item = $1 AND organisation = $2
        AND NOT EXISTS (SELECT 1 FROM messages WHERE id = $1) AND NOT EXISTS (SELECT 1 FROM legal_holds WHERE id = $1)
        AND NOT EXISTS (SELECT 1 FROM matters WHERE id = $1) AND NOT EXISTS (SELECT 1 FROM disposals WHERE id = $1)
        AND NOT EXISTS (SELECT 1 FROM exports WHERE id = $1)";
    pub REWRAP = "UPDATE item_keys SET version = $2, wrapped_key = $3 WHERE item = $1";
}

pub fn insert(
    tx: &mut Tx<'_>,
    item: &[u8; 16],
    organisation: OrganisationId,
    version: KeyVersionId,
    wrapped: &[u8],
) -> Result<()> {
    tx.execute(&INSERT, &[item.into(), organisation.into(), version.into(), wrapped.into()]).map(drop)
}

/// Fails with `KeyDestroyed` when the item was shredded.
pub fn load(tx: &mut Tx<'_>, item: &[u8; 16], organisation: OrganisationId) -> Result<Vec<u8>> {
    tx.find(&FIND, &[item.into(), organisation.into()], |row| Ok(row.bytes(0)?.to_vec()))?
        .ok_or_else(|| Error::new(Code::KeyDestroyed))
}

/// The item opens no more, wherever a copy of it may be. Keys of messages stay: those go by the gate of the archive
/// alone, which asks holds and retention first.
pub fn destroy(tx: &mut Tx<'_>, item: &[u8; 16], organisation: OrganisationId) -> Result<()> {
    tx.execute(&DESTROY, &[item.into(), organisation.into()]).map(drop)
}

/// Up to 500 items whose key is wrapped by another version than `current`.
pub fn outdated(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    current: KeyVersionId,
) -> Result<Vec<([u8; 16], Vec<u8>)>> {
    tx.query(&OUTDATED, &[organisation.into(), current.into()], |row| Ok((row.array(0)?, row.bytes(1)?.to_vec())))
}

pub fn rewrap(tx: &mut Tx<'_>, item: &[u8; 16], version: KeyVersionId, wrapped: &[u8]) -> Result<()> {
    tx.execute(&REWRAP, &[item.into(), version.into(), wrapped.into()]).map(drop)
}
