//! The audit log at rest: pending entries in commit order, then sequenced entries, tiles and the head.
//!
//! Invariant: entries are only ever added; the head never goes back. Payloads are sealed apart so
//! that they can be shredded without touching the tree.

use model::{Code, Error, EventId, OrganisationId, Result, Timestamp};

use crate::{Row, Tx, Value, statements};

pub struct Pending {
    pub position: i64,
    pub organisation: OrganisationId,
    pub event: EventId,
    pub entry: Vec<u8>,
}

pub struct Entry {
    pub position: u64,
    pub event: EventId,
    pub entry: Vec<u8>,
    pub kind: String,
    pub at: Timestamp,
}

pub struct Head {
    pub size: u64,
    pub root: [u8; 32],
    /// The signed note.
    pub checkpoint: String,
    pub at: Timestamp,
}

statements! {
    pub PUSH = "INSERT INTO ledger_pending (organisation, event, entry) VALUES ($1, $2, $3)";
    pub PENDING_ORGANISATIONS = "SELECT DISTINCT organisation FROM ledger_pending";
    pub PENDING = "SELECT position, organisation, event, entry FROM ledger_pending WHERE organisation = $1
        ORDER BY position LIMIT $2";
    pub UNPEND = "DELETE FROM ledger_pending WHERE position >= $1 AND position <= $2";
    pub PENDING_COUNT = "SELECT count(*) FROM ledger_pending WHERE organisation = $1";
    pub INSERT = "INSERT INTO ledger_entries (organisation, position, event, entry, kind, at) VALUES ($1, $2, $3, $4, $5, $6)";
    pub FIND = "SELECT position, event, entry, kind, at FROM ledger_entries WHERE organisation = $1 AND position = $2";
    pub FIND_EVENT = "SELECT position, event, entry, kind, at FROM ledger_entries WHERE organisation = $1 AND event = $2";
    pub LIST = "SELECT position, event, entry, kind, at FROM ledger_entries
        WHERE organisation = $1 AND position < $2 AND ($3 = '' OR kind = $3) ORDER BY position DESC LIMIT $4";
    pub RANGE = "SELECT position, event, entry, kind, at FROM ledger_entries
        WHERE organisation = $1 AND position >= $2 ORDER BY position LIMIT $3";
    pub INSERT_PAYLOAD = "INSERT INTO ledger_payloads (event, organisation, sealed_payload) VALUES ($1, $2, $3)";
    pub FIND_PAYLOAD = "SELECT sealed_payload FROM ledger_payloads WHERE event = $1";
    pub PUT_TILE = "INSERT INTO ledger_tiles (organisation, level, position, hashes) VALUES ($1, $2, $3, $4)
        ON CONFLICT (organisation, level, position) DO UPDATE SET hashes = excluded.hashes";
    pub FIND_TILE = "SELECT hashes FROM ledger_tiles WHERE organisation = $1 AND level = $2 AND position = $3";
    pub HEAD = "SELECT size, root, checkpoint, at FROM ledger_heads WHERE organisation = $1 FOR UPDATE";
    pub READ_HEAD = "SELECT size, root, checkpoint, at FROM ledger_heads WHERE organisation = $1";
    pub INSERT_HEAD = "INSERT INTO ledger_heads (organisation, size, root, checkpoint, at) VALUES ($1, $2, $3, $4, $5)";
    pub MOVE_HEAD = "UPDATE ledger_heads SET size = $3, root = $4, checkpoint = $5, at = $6
        WHERE organisation = $1 AND size = $2";
}

pub fn push(tx: &mut Tx<'_>, organisation: OrganisationId, event: EventId, entry: &[u8]) -> Result<()> {
    tx.execute(&PUSH, &[organisation.into(), event.into(), entry.into()]).map(drop)
}

pub fn pending_organisations(tx: &mut Tx<'_>) -> Result<Vec<OrganisationId>> {
    tx.query(&PENDING_ORGANISATIONS, &[], |row| Ok(OrganisationId::from_bytes(row.array(0)?)))
}

pub fn pending(tx: &mut Tx<'_>, organisation: OrganisationId, rows: usize) -> Result<Vec<Pending>> {
    tx.query(&PENDING, &[organisation.into(), count(rows)], |row| {
        Ok(Pending {
            position: row.int(0)?,
            organisation: OrganisationId::from_bytes(row.array(1)?),
            event: EventId::from_bytes(row.array(2)?),
            entry: row.bytes(3)?.to_vec(),
        })
    })
}

/// Removes pending entries that were sequenced in this transaction; their positions ascend. Each run
/// without a gap goes at once, and never a gap: on PostgreSQL a lower position may commit later than
/// a higher one.
pub fn unpend(tx: &mut Tx<'_>, positions: &[i64]) -> Result<()> {
    for run in positions.chunk_by(|before, after| before.checked_add(1) == Some(*after)) {
        if let [first, ..] = run
            && let [.., last] = run
        {
            tx.execute(&UNPEND, &[(*first).into(), (*last).into()])?;
        }
    }
    Ok(())
}

pub fn pending_count(tx: &mut Tx<'_>, organisation: OrganisationId) -> Result<u64> {
    Ok(tx.find(&PENDING_COUNT, &[organisation.into()], |row| Ok(u64::try_from(row.int(0)?).unwrap_or(0)))?.unwrap_or(0))
}

pub fn insert(tx: &mut Tx<'_>, organisation: OrganisationId, e: &Entry) -> Result<()> {
    tx.execute(
        &INSERT,
        &[organisation.into(), number(e.position), e.event.into(), e.entry.as_slice().into(), e.kind.as_str().into(), e.at.into()],
    )
    .map(drop)
}

pub fn find(tx: &mut Tx<'_>, organisation: OrganisationId, position: u64) -> Result<Option<Entry>> {
    tx.find(&FIND, &[organisation.into(), number(position)], entry)
}

pub fn find_event(tx: &mut Tx<'_>, organisation: OrganisationId, event: EventId) -> Result<Option<Entry>> {
    tx.find(&FIND_EVENT, &[organisation.into(), event.into()], entry)
}

/// Newest first, below `before`; `kind` empty means all.
pub fn list(tx: &mut Tx<'_>, organisation: OrganisationId, before: u64, kind: &str, rows: usize) -> Result<Vec<Entry>> {
    tx.query(&LIST, &[organisation.into(), number(before), kind.into(), count(rows)], entry)
}

/// In order, from `first` on: what a verifier walks.
pub fn range(tx: &mut Tx<'_>, organisation: OrganisationId, first: u64, rows: usize) -> Result<Vec<Entry>> {
    tx.query(&RANGE, &[organisation.into(), number(first), count(rows)], entry)
}

fn entry(row: &Row<'_>) -> Result<Entry> {
    Ok(Entry {
        position: u64::try_from(row.int(0)?).map_err(|_| Error::new(Code::StoredDataInvalid))?,
        event: EventId::from_bytes(row.array(1)?),
        entry: row.bytes(2)?.to_vec(),
        kind: row.text(3)?.to_owned(),
        at: row.at(4)?,
    })
}

pub fn insert_payload(tx: &mut Tx<'_>, organisation: OrganisationId, event: EventId, sealed: &[u8]) -> Result<()> {
    tx.execute(&INSERT_PAYLOAD, &[event.into(), organisation.into(), sealed.into()]).map(drop)
}

pub fn find_payload(tx: &mut Tx<'_>, event: EventId) -> Result<Option<Vec<u8>>> {
    tx.find(&FIND_PAYLOAD, &[event.into()], |row| Ok(row.bytes(0)?.to_vec()))
}

/// A tile is stored once per position and grows until it holds 256 hashes.
pub fn put_tile(tx: &mut Tx<'_>, organisation: OrganisationId, level: u8, position: u64, hashes: &[u8]) -> Result<()> {
    tx.execute(&PUT_TILE, &[organisation.into(), Value::Int(level.into()), number(position), hashes.into()]).map(drop)
}

pub fn find_tile(tx: &mut Tx<'_>, organisation: OrganisationId, level: u8, position: u64) -> Result<Option<Vec<u8>>> {
    tx.find(&FIND_TILE, &[organisation.into(), Value::Int(level.into()), number(position)], |row| {
        Ok(row.bytes(0)?.to_vec())
    })
}

/// The head, locked for whoever will move it.
pub fn lock_head(tx: &mut Tx<'_>, organisation: OrganisationId) -> Result<Option<Head>> {
    tx.find(&HEAD, &[organisation.into()], head)
}

pub fn find_head(tx: &mut Tx<'_>, organisation: OrganisationId) -> Result<Option<Head>> {
    tx.find(&READ_HEAD, &[organisation.into()], head)
}

fn head(row: &Row<'_>) -> Result<Head> {
    Ok(Head {
        size: u64::try_from(row.int(0)?).map_err(|_| Error::new(Code::StoredDataInvalid))?,
        root: row.array(1)?,
        checkpoint: row.text(2)?.to_owned(),
        at: row.at(3)?,
    })
}

pub fn insert_head(tx: &mut Tx<'_>, organisation: OrganisationId, h: &Head) -> Result<()> {
    let values = [organisation.into(), number(h.size), (&h.root).into(), h.checkpoint.as_str().into(), h.at.into()];
    tx.execute(&INSERT_HEAD, &values).map(drop)
}

/// Replaces the head of size `from`; fails when another node moved it meanwhile.
pub fn move_head(tx: &mut Tx<'_>, organisation: OrganisationId, from: u64, h: &Head) -> Result<()> {
    let values = [
        organisation.into(),
        number(from),
        number(h.size),
        (&h.root).into(),
        h.checkpoint.as_str().into(),
        h.at.into(),
    ];
    match tx.execute(&MOVE_HEAD, &values)? {
        1 => Ok(()),
        _ => Err(Error::new(Code::StateConflict)),
    }
}

fn number(n: u64) -> Value<'static> {
    Value::Int(i64::try_from(n).unwrap_or(i64::MAX))
}

fn count(n: usize) -> Value<'static> {
    Value::Int(i64::try_from(n).unwrap_or(i64::MAX))
}
