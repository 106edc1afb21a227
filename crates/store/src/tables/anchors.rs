//! Outside anchors: checkpoints of an organisation's audit log that left the house, one of a kind a day.
//!
//! Invariant: a checkpoint is written down before it leaves, and is done once: whoever tries it moves `tries` first.

use model::{AnchorKind, AnchorState, OrganisationId, Result, Timestamp};

use crate::{Row, Tx, Value, statements};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchor {
    pub organisation: OrganisationId,
    pub kind: AnchorKind,
    /// Days since 1970-01-01 (UTC).
    pub day: i64,
    /// Entries that the checkpoint covers.
    pub size: u64,
    /// The signed note, octet by octet what left.
    pub checkpoint: String,
    pub state: AnchorState,
    pub tries: u64,
    pub next_at: Timestamp,
    /// Why the last try failed, as a word; empty where none did.
    pub fault: String,
    /// RFC 3161, of an authority.
    pub token: Option<Vec<u8>>,
    /// When it was done; by the authority's own clock where there is one.
    pub at: Option<Timestamp>,
}

statements! {
    pub INSERT = "INSERT INTO anchors (organisation, kind, day, size, checkpoint, state, tries, next_at, fault, token, at)
        VALUES ($1, $2, $3, $4, $5, $6, 0, $7, '', NULL, NULL) ON CONFLICT (organisation, kind, day) DO NOTHING";
    pub NEWEST = "SELECT organisation, kind, day, size, checkpoint, state, tries, next_at, fault, token, at FROM anchors
        WHERE organisation = $1 AND kind = $2 ORDER BY day DESC LIMIT 1";
    pub DUE = "SELECT organisation, kind, day, size, checkpoint, state, tries, next_at, fault, token, at FROM anchors
        WHERE state = 'waiting' AND next_at <= $1 ORDER BY next_at LIMIT $2";
    pub TRY = "UPDATE anchors SET tries = tries + 1, next_at = $5 WHERE organisation = $1 AND kind = $2 AND day = $3
        AND tries = $4 AND state = 'waiting'";
    pub DONE = "UPDATE anchors SET state = 'done', fault = '', token = $4, at = $5 WHERE organisation = $1 AND kind = $2
        AND day = $3 AND state = 'waiting'";
    pub FAULT = "UPDATE anchors SET state = $5, fault = $4 WHERE organisation = $1 AND kind = $2 AND day = $3
        AND state = 'waiting'";
    pub LIST = "SELECT organisation, kind, day, size, checkpoint, state, tries, next_at, fault, token, at FROM anchors
        WHERE organisation = $1 AND (day < $2 OR (day = $2 AND kind > $3)) ORDER BY day DESC, kind LIMIT $4";
    pub LAST_DONE = "SELECT max(at) FROM anchors WHERE organisation = $1 AND state = 'done'";
    pub COVERING = "SELECT size, checkpoint, token FROM anchors WHERE organisation = $1 AND kind = 'rfc3161'
        AND state = 'done' AND size > $2 ORDER BY size LIMIT 1";
}

/// Writes a checkpoint down that is to leave. False when that day has one of the kind.
pub fn insert(tx: &mut Tx<'_>, one: &Anchor) -> Result<bool> {
    let given = [
        one.organisation.into(),
        one.kind.word().into(),
        one.day.into(),
        one.size.into(),
        one.checkpoint.as_str().into(),
        one.state.word().into(),
        one.next_at.into(),
    ];
    Ok(tx.execute(&INSERT, &given)? == 1)
}

pub fn newest(tx: &mut Tx<'_>, of: OrganisationId, kind: AnchorKind) -> Result<Option<Anchor>> {
    tx.find(&NEWEST, &[of.into(), kind.word().into()], row)
}

/// Of all organisations.
pub fn due(tx: &mut Tx<'_>, now: Timestamp, rows: usize) -> Result<Vec<Anchor>> {
    tx.query(&DUE, &[now.into(), rows.into()], row)
}

/// False when somebody else tries it.
pub fn begin_try(tx: &mut Tx<'_>, one: &Anchor, next_at: Timestamp) -> Result<bool> {
    let [of, kind, day] = key(one);
    Ok(tx.execute(&TRY, &[of, kind, day, one.tries.into(), next_at.into()])? == 1)
}

/// False when it was done already.
pub fn done(tx: &mut Tx<'_>, one: &Anchor, token: Option<&[u8]>, at: Timestamp) -> Result<bool> {
    let [of, kind, day] = key(one);
    let token = token.map_or(Value::Null, Into::into);
    Ok(tx.execute(&DONE, &[of, kind, day, token, at.into()])? == 1)
}

/// Why a try failed, and whether there is another.
pub fn fault(tx: &mut Tx<'_>, one: &Anchor, word: &str, state: AnchorState) -> Result<()> {
    let [of, kind, day] = key(one);
    tx.execute(&FAULT, &[of, kind, day, word.into(), state.word().into()]).map(drop)
}

/// Newest first, behind a day and kind.
pub fn list(tx: &mut Tx<'_>, of: OrganisationId, behind: (i64, &str), rows: usize) -> Result<Vec<Anchor>> {
    tx.query(&LIST, &[of.into(), behind.0.into(), behind.1.into(), rows.into()], row)
}

/// When the newest one was done, of any kind.
pub fn last_done(tx: &mut Tx<'_>, of: OrganisationId) -> Result<Option<Timestamp>> {
    let found = tx.find(&LAST_DONE, &[of.into()], |row| row.opt_at(0))?;
    Ok(found.flatten())
}

/// A checkpoint that an authority stamped.
pub struct Stamped {
    pub size: u64,
    pub checkpoint: String,
    pub token: Vec<u8>,
}

/// The oldest stamped checkpoint that covers an entry at this position.
pub fn covering(tx: &mut Tx<'_>, of: OrganisationId, position: u64) -> Result<Option<Stamped>> {
    tx.find(&COVERING, &[of.into(), position.into()], |row| {
        Ok(Stamped {
            size: row.uint(0)?,
            checkpoint: row.text(1)?.to_owned(),
            token: row.bytes(2)?.to_vec(),
        })
    })
}

fn key(one: &Anchor) -> [Value<'_>; 3] {
    [one.organisation.into(), one.kind.word().into(), one.day.into()]
}

fn row(row: &Row<'_>) -> Result<Anchor> {
    Ok(Anchor {
        organisation: row.id(0)?,
        kind: row.word(1)?,
        day: row.int(2)?,
        size: row.uint(3)?,
        checkpoint: row.text(4)?.to_owned(),
        state: row.word(5)?,
        tries: row.uint(6)?,
        next_at: row.at(7)?,
        fault: row.text(8)?.to_owned(),
        token: row.opt_bytes(9)?.map(<[u8]>::to_vec),
        at: row.opt_at(10)?,
    })
}
