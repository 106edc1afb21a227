//! Imports of older archives: how far each is, and what of it could not be read.
//!
//! Invariant: counts change in the commit that stores the messages they count.

use model::{Code, ArchiveImportId, ImportState, OrganisationId, Result, Timestamp};

use crate::{Row, Tx, statements};

#[derive(Clone)]
pub struct Import {
    pub id: ArchiveImportId,
    pub organisation: OrganisationId,
    pub actor: String,
    pub sealed_source: Vec<u8>,
    pub state: ImportState,
    pub counts: Counts,
    pub created_at: Timestamp,
    pub changed_at: Timestamp,
}

/// How far it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// What the readers gave so far, be it a message or a problem.
    pub taken: u64,
    /// Stored as new records.
    pub messages: u64,
    /// There already.
    pub duplicates: u64,
    /// What was no message, or could not be read.
    pub failures: u64,
    /// Of the new records.
    pub octets: u64,
}

/// What could not be read, or not whole.
pub struct Problem {
    /// Which one of what the readers gave, from 1.
    pub number: u64,
    /// Stable words, a space between them.
    pub problems: String,
    pub sealed_place: Vec<u8>,
}

statements! {
    pub INSERT = "INSERT INTO imports (id, organisation, actor, sealed_source, state, taken, messages, duplicates,
        failures, octets, created_at, changed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    pub LOAD = "SELECT id, organisation, actor, sealed_source, state, taken, messages, duplicates, failures, octets,
        created_at, changed_at FROM imports WHERE id = $1 AND organisation = $2";
    pub LIST = "SELECT id, organisation, actor, sealed_source, state, taken, messages, duplicates, failures, octets,
        created_at, changed_at FROM imports WHERE organisation = $1 AND (created_at < $2 OR (created_at = $2 AND id < $3))
        ORDER BY created_at DESC, id DESC LIMIT $4";
    pub ADVANCE = "UPDATE imports SET taken = $3, messages = $4, duplicates = $5, failures = $6, octets = $7,
        changed_at = $8 WHERE id = $1 AND state = 'running' AND taken = $2";
    pub MOVE = "UPDATE imports SET state = $4, changed_at = $5 WHERE id = $1 AND organisation = $2 AND state = $3";
    pub NOTE = "INSERT INTO import_problems (import, number, organisation, problems, sealed_place)
        VALUES ($1, $2, $3, $4, $5)";
    pub PROBLEMS = "SELECT number, problems, sealed_place FROM import_problems
        WHERE import = $1 AND organisation = $2 AND number > $3 ORDER BY number LIMIT $4";
}

pub fn insert(tx: &mut Tx<'_>, one: &Import) -> Result<()> {
    let values = [
        one.id.into(),
        one.organisation.into(),
        one.actor.as_str().into(),
        one.sealed_source.as_slice().into(),
        one.state.word().into(),
        one.counts.taken.into(),
        one.counts.messages.into(),
        one.counts.duplicates.into(),
        one.counts.failures.into(),
        one.counts.octets.into(),
        one.created_at.into(),
        one.changed_at.into(),
    ];
    tx.execute(&INSERT, &values).map(drop)
}

/// # Errors
/// `not_found` when there is none such.
pub fn load(tx: &mut Tx<'_>, id: ArchiveImportId, organisation: OrganisationId) -> Result<Import> {
    let found = tx.find(&LOAD, &[id.into(), organisation.into()], row)?;
    found.ok_or_else(|| Code::NotFound.into())
}

/// Newest first.
pub fn list(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    before: Option<(Timestamp, ArchiveImportId)>,
    rows: usize,
) -> Result<Vec<Import>> {
    let (at, id) = before.unwrap_or((Timestamp::MAX, ArchiveImportId::from_bytes([255; 16])));
    tx.query(&LIST, &[organisation.into(), at.into(), id.into(), rows.into()], row)
}

/// False where it does not run any more, or somebody else took this step.
pub fn advance(tx: &mut Tx<'_>, id: ArchiveImportId, from: u64, to: &Counts, now: Timestamp) -> Result<bool> {
    let values = [
        id.into(),
        from.into(),
        to.taken.into(),
        to.messages.into(),
        to.duplicates.into(),
        to.failures.into(),
        to.octets.into(),
        now.into(),
    ];
    Ok(tx.execute(&ADVANCE, &values)? == 1)
}

/// False where it was not in the state `from`.
pub fn move_state(
    tx: &mut Tx<'_>,
    id: ArchiveImportId,
    organisation: OrganisationId,
    (from, to): (ImportState, ImportState),
    now: Timestamp,
) -> Result<bool> {
    let values = [id.into(), organisation.into(), from.word().into(), to.word().into(), now.into()];
    Ok(tx.execute(&MOVE, &values)? == 1)
}

pub fn note(tx: &mut Tx<'_>, id: ArchiveImportId, organisation: OrganisationId, problem: &Problem) -> Result<()> {
    let values = [
        id.into(),
        problem.number.into(),
        organisation.into(),
        problem.problems.as_str().into(),
        problem.sealed_place.as_slice().into(),
    ];
    tx.execute(&NOTE, &values).map(drop)
}

/// Those behind a number, in order.
pub fn problems(
    tx: &mut Tx<'_>,
    id: ArchiveImportId,
    organisation: OrganisationId,
    after: u64,
    rows: usize,
) -> Result<Vec<Problem>> {
    tx.query(&PROBLEMS, &[id.into(), organisation.into(), after.into(), rows.into()], |row| {
        Ok(Problem {
            number: row.uint(0)?,
            problems: row.text(1)?.to_owned(),
            sealed_place: row.bytes(2)?.to_vec(),
        })
    })
}

fn row(row: &Row<'_>) -> Result<Import> {
    let state = row.text(4)?;
    Ok(Import {
        id: row.id(0)?,
        organisation: row.id(1)?,
        actor: row.text(2)?.to_owned(),
        sealed_source: row.bytes(3)?.to_vec(),
        state: ImportState::from_word(state).ok_or(Code::StoredDataInvalid)?,
        counts: Counts {
            taken: row.uint(5)?,
            messages: row.uint(6)?,
            duplicates: row.uint(7)?,
            failures: row.uint(8)?,
            octets: row.uint(9)?,
        },
        created_at: row.at(10)?,
        changed_at: row.at(11)?,
    })
}
