//! Searches that people keep: what they are called and look for is sealed by each one's own key.

use model::{Code, OrganisationId, Result, SavedSearchId, Timestamp};

use crate::{Row, Tx, statements};

#[derive(Clone)]
pub struct SavedSearch {
    pub id: SavedSearchId,
    pub organisation: OrganisationId,
    /// Who made it, and alone changes it.
    pub owner: String,
    /// Everybody who may search sees it.
    pub shared: bool,
    pub sealed_search: Vec<u8>,
    pub created_at: Timestamp,
    pub changed_at: Timestamp,
}

statements! {
    pub INSERT = "INSERT INTO saved_searches (id, organisation, owner, shared, sealed_search, created_at, changed_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    pub UPDATE = "UPDATE saved_searches SET shared = $3, sealed_search = $4, changed_at = $5
        WHERE id = $1 AND organisation = $2";
    pub LOAD = "SELECT id, organisation, owner, shared, sealed_search, created_at, changed_at FROM saved_searches
        WHERE id = $1 AND organisation = $2 AND (shared = 1 OR owner = $3)";
    pub LIST = "SELECT id, organisation, owner, shared, sealed_search, created_at, changed_at FROM saved_searches
        WHERE organisation = $1 AND (shared = 1 OR owner = $2) AND (created_at < $3 OR (created_at = $3 AND id < $4))
        ORDER BY created_at DESC, id DESC LIMIT $5";
    pub COUNT = "SELECT count(*) FROM saved_searches WHERE organisation = $1";
    pub REMOVE = "DELETE FROM saved_searches WHERE id = $1 AND organisation = $2";
}

pub fn insert(tx: &mut Tx<'_>, one: &SavedSearch) -> Result<()> {
    let given = [
        one.id.into(),
        one.organisation.into(),
        one.owner.as_str().into(),
        i64::from(one.shared).into(),
        one.sealed_search.as_slice().into(),
        one.created_at.into(),
        one.changed_at.into(),
    ];
    tx.execute(&INSERT, &given).map(drop)
}

pub fn update(tx: &mut Tx<'_>, one: &SavedSearch) -> Result<()> {
    let given = [
        one.id.into(),
        one.organisation.into(),
        i64::from(one.shared).into(),
        one.sealed_search.as_slice().into(),
        one.changed_at.into(),
    ];
    tx.execute(&UPDATE, &given).map(drop)
}

/// # Errors
/// `not_found` also for one that is somebody else's alone.
pub fn load(tx: &mut Tx<'_>, id: SavedSearchId, of: OrganisationId, who: &str) -> Result<SavedSearch> {
    let found = tx.find(&LOAD, &[id.into(), of.into(), who.into()], row)?;
    found.ok_or_else(|| Code::NotFound.into())
}

/// What somebody sees of them, newest first.
pub fn list(
    tx: &mut Tx<'_>,
    of: OrganisationId,
    who: &str,
    before: Option<(Timestamp, SavedSearchId)>,
    rows: usize,
) -> Result<Vec<SavedSearch>> {
    let (at, id) = before.unwrap_or((Timestamp::MAX, SavedSearchId::from_bytes([0xff; 16])));
    tx.query(&LIST, &[of.into(), who.into(), at.into(), id.into(), rows.into()], row)
}

pub fn count(tx: &mut Tx<'_>, of: OrganisationId) -> Result<u64> {
    Ok(tx.find(&COUNT, &[of.into()], |row| row.uint(0))?.unwrap_or(0))
}

pub fn remove(tx: &mut Tx<'_>, id: SavedSearchId, of: OrganisationId) -> Result<()> {
    tx.execute(&REMOVE, &[id.into(), of.into()]).map(drop)
}

fn row(row: &Row<'_>) -> Result<SavedSearch> {
    Ok(SavedSearch {
        id: row.id(0)?,
        organisation: row.id(1)?,
        owner: row.text(2)?.to_owned(),
        shared: row.int(3)? == 1,
        sealed_search: row.bytes(4)?.to_vec(),
        created_at: row.at(5)?,
        changed_at: row.at(6)?,
    })
}
