//! What the nightly comparison of the archive with accepted mail gave: one row a day of an organisation.

use model::{ArchiveCheckState, OrganisationId, Result, Timestamp};

use crate::{Row, Tx, statements};

/// Counts of messages at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ArchiveCheck {
    /// Days since 1970-01-01 (UTC).
    pub day: i64,
    pub checked_at: Timestamp,
    pub state: ArchiveCheckState,
    pub accepted: u64,
    pub archived: u64,
    /// Accepted and not archived yet.
    pub waiting: u64,
    /// Archived, and not all of it can be found, for reasons that are on record.
    pub partial: u64,
    /// When their time was over.
    pub destroyed: u64,
    /// Those of the archive that the index has to know.
    pub findable: u64,
    /// Those that it knows.
    pub indexed: u64,
}

statements! {
    pub INSERT = "INSERT INTO archive_checks (organisation, day, checked_at, state, accepted, archived, waiting, partial,
        destroyed, findable, indexed) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        ON CONFLICT (organisation, day) DO NOTHING";
    pub LAST_DAY = "SELECT day FROM archive_checks WHERE organisation = $1 ORDER BY day DESC LIMIT 1";
    pub LIST = "SELECT day, checked_at, state, accepted, archived, waiting, partial, destroyed, findable, indexed
        FROM archive_checks WHERE organisation = $1 AND day < $2 ORDER BY day DESC LIMIT $3";
}

/// False when that day has one.
pub fn insert(tx: &mut Tx<'_>, of: OrganisationId, check: &ArchiveCheck) -> Result<bool> {
    let given = [
        of.into(),
        check.day.into(),
        check.checked_at.into(),
        check.state.word().into(),
        check.accepted.into(),
        check.archived.into(),
        check.waiting.into(),
        check.partial.into(),
        check.destroyed.into(),
        check.findable.into(),
        check.indexed.into(),
    ];
    Ok(tx.execute(&INSERT, &given)? == 1)
}

pub fn last_day(tx: &mut Tx<'_>, of: OrganisationId) -> Result<Option<i64>> {
    tx.find(&LAST_DAY, &[of.into()], |row| row.int(0))
}

/// Newest first, before a day.
pub fn list(tx: &mut Tx<'_>, of: OrganisationId, before: i64, rows: usize) -> Result<Vec<ArchiveCheck>> {
    tx.query(&LIST, &[of.into(), before.into(), rows.into()], check)
}

fn check(row: &Row<'_>) -> Result<ArchiveCheck> {
    Ok(ArchiveCheck {
        day: row.int(0)?,
        checked_at: row.at(1)?,
        state: row.word(2)?,
        accepted: row.uint(3)?,
        archived: row.uint(4)?,
        waiting: row.uint(5)?,
        partial: row.uint(6)?,
        destroyed: row.uint(7)?,
        findable: row.uint(8)?,
        indexed: row.uint(9)?,
    })
}
