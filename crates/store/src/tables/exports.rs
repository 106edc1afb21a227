//! Exports: packages of messages for somebody outside, and which messages each disclosed.
//!
//! Invariant: nothing here is ever removed; it is the accounting of disclosures (45 CFR 164.528).

use model::{Code, ExportId, MessageId, OrganisationId, Result, Timestamp};

use crate::{Row, Tx, statements};

#[derive(Clone)]
pub struct Export {
    pub id: ExportId,
    pub organisation: OrganisationId,
    pub author: String,
    pub sealed_order: Vec<u8>,
    pub messages: u64,
    pub created_at: Timestamp,
    /// It can be taken up to here.
    pub ends_at: Timestamp,
    /// How often it was.
    pub taken: u64,
}

statements! {
    pub INSERT = "INSERT INTO exports (id, organisation, author, sealed_order, messages, created_at, ends_at, taken)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    pub DISCLOSE = "INSERT INTO disclosed (export, number, message) VALUES ($1, $2, $3)";
    pub LOAD = "SELECT id, organisation, author, sealed_order, messages, created_at, ends_at, taken FROM exports
        WHERE id = $1 AND organisation = $2";
    pub LIST = "SELECT id, organisation, author, sealed_order, messages, created_at, ends_at, taken FROM exports
        WHERE organisation = $1 AND (created_at < $2 OR (created_at = $2 AND id < $3))
        ORDER BY created_at DESC, id DESC LIMIT $4";
    pub OF_MESSAGE = "SELECT e.id, e.organisation, e.author, e.sealed_order, e.messages, e.created_at, e.ends_at, e.taken
        FROM disclosed d JOIN exports e ON e.id = d.export WHERE d.message = $1 AND e.organisation = $2
        ORDER BY e.created_at DESC, e.id DESC LIMIT $3";
    pub MESSAGES = "SELECT message FROM disclosed WHERE export = $1 ORDER BY number";
    pub TAKE = "UPDATE exports SET taken = taken + 1 WHERE id = $1 AND organisation = $2 AND ends_at >= $3";
}

/// With the messages that it discloses, in their order.
pub fn insert(tx: &mut Tx<'_>, e: &Export, messages: &[MessageId]) -> Result<()> {
    let given = [
        e.id.into(),
        e.organisation.into(),
        e.author.as_str().into(),
        e.sealed_order.as_slice().into(),
        e.messages.into(),
        e.created_at.into(),
        e.ends_at.into(),
        e.taken.into(),
    ];
    tx.execute(&INSERT, &given)?;
    for (number, message) in (0_u64..).zip(messages) {
        tx.execute(&DISCLOSE, &[e.id.into(), number.into(), (*message).into()])?;
    }
    Ok(())
}

/// # Errors
/// `not_found` when there is none such.
pub fn load(tx: &mut Tx<'_>, id: ExportId, organisation: OrganisationId) -> Result<Export> {
    let found = tx.find(&LOAD, &[id.into(), organisation.into()], row)?;
    found.ok_or_else(|| Code::NotFound.into())
}

/// Newest first.
pub fn list(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    before: Option<(Timestamp, ExportId)>,
    rows: usize,
) -> Result<Vec<Export>> {
    let (at, id) = before.unwrap_or((Timestamp::MAX, ExportId::from_bytes([255; 16])));
    tx.query(&LIST, &[organisation.into(), at.into(), id.into(), rows.into()], row)
}

/// Those that disclosed a message, newest first.
pub fn of_message(tx: &mut Tx<'_>, message: MessageId, organisation: OrganisationId, rows: usize) -> Result<Vec<Export>> {
    tx.query(&OF_MESSAGE, &[message.into(), organisation.into(), rows.into()], row)
}

pub fn messages(tx: &mut Tx<'_>, id: ExportId) -> Result<Vec<MessageId>> {
    tx.query(&MESSAGES, &[id.into()], |row| row.id(0))
}

/// Counts one more; false when its days are over.
pub fn take(tx: &mut Tx<'_>, id: ExportId, organisation: OrganisationId, now: Timestamp) -> Result<bool> {
    Ok(tx.execute(&TAKE, &[id.into(), organisation.into(), now.into()])? == 1)
}

fn row(row: &Row<'_>) -> Result<Export> {
    Ok(Export {
        id: row.id(0)?,
        organisation: row.id(1)?,
        author: row.text(2)?.to_owned(),
        sealed_order: row.bytes(3)?.to_vec(),
        messages: row.uint(4)?,
        created_at: row.at(5)?,
        ends_at: row.at(6)?,
        taken: row.uint(7)?,
    })
}
