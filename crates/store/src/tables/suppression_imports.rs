//! Imports of suppressed addresses: how far each is, and the sealed file while it is not over.
//!
//! Invariant: a line is counted by the transaction that stored it, and by one node only: `advance`
//! changes nothing unless the count is what its caller saw.

use model::{ImportId, OrganisationId, Result, Stream, Timestamp};

use crate::{Row, Tx, statements};

pub struct Import {
    pub id: ImportId,
    pub organisation: OrganisationId,
    /// For lines that name none.
    pub stream: Stream,
    /// Who began it.
    pub actor: String,
    /// `running`, `done`, `cancelled`.
    pub state: String,
    pub lines: u64,
    pub counts: Counts,
    /// A JSON array of pairs: line and word. The first of those refused.
    pub refused_lines: String,
    /// Empty once it is over.
    pub sealed_file: Vec<u8>,
    pub created_at: Timestamp,
    pub ended_at: Option<Timestamp>,
}

/// How many lines are done, and what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub done: u64,
    pub added: u64,
    pub present: u64,
    pub refused: u64,
}

statements! {
    pub INSERT = "INSERT INTO suppression_imports (id, organisation, stream, actor, state, lines, done, added, present, refused,
        refused_lines, sealed_file, created_at) VALUES ($1, $2, $3, $4, 'running', $5, 0, 0, 0, 0, '[]', $6, $7)";
    pub FIND = "SELECT id, organisation, stream, actor, state, lines, done, added, present, refused, refused_lines, sealed_file,
        created_at, ended_at FROM suppression_imports WHERE id = $1 AND organisation = $2";
    pub RECENT = "SELECT id, organisation, stream, actor, state, lines, done, added, present, refused, refused_lines, CAST(NULL AS BYTEA),
        created_at, ended_at FROM suppression_imports WHERE organisation = $1 ORDER BY created_at DESC, id DESC LIMIT $2";
    pub ADVANCE = "UPDATE suppression_imports SET done = $3, added = $4, present = $5, refused = $6, refused_lines = $7
        WHERE id = $1 AND done = $2 AND state = 'running'";
    pub END = "UPDATE suppression_imports SET state = $2, ended_at = $3, sealed_file = NULL
        WHERE id = $1 AND state = 'running'";
    pub FORGET = "DELETE FROM suppression_imports WHERE id IN
        (SELECT id FROM suppression_imports WHERE ended_at < $1 LIMIT $2)";
}

/// A new one; counts and state of `import` are not looked at.
pub fn insert(tx: &mut Tx<'_>, import: &Import) -> Result<()> {
    let values = [
        import.id.into(),
        import.organisation.into(),
        import.stream.word().into(),
        import.actor.as_str().into(),
        import.lines.into(),
        import.sealed_file.as_slice().into(),
        import.created_at.into(),
    ];
    tx.execute(&INSERT, &values).map(drop)
}

pub fn find(tx: &mut Tx<'_>, id: ImportId, organisation: OrganisationId) -> Result<Option<Import>> {
    tx.find(&FIND, &[id.into(), organisation.into()], import)
}

/// Newest first, without their files.
pub fn recent(tx: &mut Tx<'_>, organisation: OrganisationId, rows: usize) -> Result<Vec<Import>> {
    tx.query(&RECENT, &[organisation.into(), rows.into()], import)
}

/// False when another node was there first, or it is over.
pub fn advance(tx: &mut Tx<'_>, id: ImportId, from: u64, to: Counts, refused_lines: &str) -> Result<bool> {
    let values = [
        id.into(),
        from.into(),
        to.done.into(),
        to.added.into(),
        to.present.into(),
        to.refused.into(),
        refused_lines.into(),
    ];
    Ok(tx.execute(&ADVANCE, &values)? == 1)
}

/// `done` or `cancelled`; the file goes. False when it was over.
pub fn end(tx: &mut Tx<'_>, id: ImportId, state: &str, now: Timestamp) -> Result<bool> {
    Ok(tx.execute(&END, &[id.into(), state.into(), now.into()])? == 1)
}

pub fn forget_before(tx: &mut Tx<'_>, before: Timestamp, rows: usize) -> Result<u64> {
    tx.execute(&FORGET, &[before.into(), rows.into()])
}

fn import(row: &Row<'_>) -> Result<Import> {
    Ok(Import {
        id: row.id(0)?,
        organisation: row.id(1)?,
        stream: row.word(2)?,
        actor: row.text(3)?.to_owned(),
        state: row.text(4)?.to_owned(),
        lines: row.uint(5)?,
        counts: Counts { done: row.uint(6)?, added: row.uint(7)?, present: row.uint(8)?, refused: row.uint(9)? },
        refused_lines: row.text(10)?.to_owned(),
        sealed_file: row.opt_bytes(11)?.map(<[u8]>::to_vec).unwrap_or_default(),
        created_at: row.at(12)?,
        ended_at: row.opt_at(13)?,
    })
}
