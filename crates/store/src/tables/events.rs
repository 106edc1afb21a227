//! The event stream per message and recipient, and the outbox that feeds what comes after.

use model::{EventId, MessageId, OrganisationId, RecipientId, Result, Timestamp};

use crate::{Row, Tx, Value, statements};

pub struct Event {
    pub id: EventId,
    pub organisation: OrganisationId,
    pub message: Option<MessageId>,
    pub recipient: Option<RecipientId>,
    pub kind: String,
    /// A flat JSON object of neutral words, codes and counts.
    pub facts: String,
    pub actor: String,
    pub at: Timestamp,
}

statements! {
    pub INSERT = "INSERT INTO events (id, organisation, message, recipient, kind, facts, actor, at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    pub OF_MESSAGE = "SELECT id, organisation, message, recipient, kind, facts, actor, at FROM events
        WHERE message = $1 AND organisation = $2 AND (at > $3 OR (at = $3 AND id > $4)) ORDER BY at, id LIMIT $5";
    pub PUSH = "INSERT INTO outbox (topic, organisation, subject, created_at) VALUES ($1, $2, $3, $4)";
    pub PEEK = "SELECT position, topic, organisation, subject FROM outbox WHERE position > $1 ORDER BY position LIMIT $2";
    pub DONE = "DELETE FROM outbox WHERE position = $1";
}

pub fn insert(tx: &mut Tx<'_>, e: &Event) -> Result<()> {
    tx.execute(
        &INSERT,
        &[
            e.id.into(),
            e.organisation.into(),
            e.message.into(),
            e.recipient.into(),
            e.kind.as_str().into(),
            e.facts.as_str().into(),
            e.actor.as_str().into(),
            e.at.into(),
        ],
    )
    .map(drop)
}

/// Oldest first, from after `(at, id)`.
pub fn of_message(
    tx: &mut Tx<'_>,
    message: MessageId,
    organisation: OrganisationId,
    after: Option<(Timestamp, EventId)>,
    rows: usize,
) -> Result<Vec<Event>> {
    let (at, id) = after.unwrap_or((Timestamp::from_micros(i64::MIN), EventId::from_bytes([0; 16])));
    let rows = Value::Int(i64::try_from(rows).unwrap_or(i64::MAX));
    tx.query(&OF_MESSAGE, &[message.into(), organisation.into(), at.into(), id.into(), rows], event)
}

fn event(row: &Row<'_>) -> Result<Event> {
    Ok(Event {
        id: EventId::from_bytes(row.array(0)?),
        organisation: OrganisationId::from_bytes(row.array(1)?),
        message: row.opt_bytes(2)?.map(MessageId::from_slice).transpose()?,
        recipient: row.opt_bytes(3)?.map(RecipientId::from_slice).transpose()?,
        kind: row.text(4)?.to_owned(),
        facts: row.text(5)?.to_owned(),
        actor: row.text(6)?.to_owned(),
        at: row.at(7)?,
    })
}

pub struct OutboxRow {
    pub position: i64,
    pub topic: String,
    pub organisation: OrganisationId,
    pub subject: [u8; 16],
}

/// Announces work to whatever consumes `topic` after the commit.
pub fn push(tx: &mut Tx<'_>, topic: &str, organisation: OrganisationId, subject: &[u8; 16], at: Timestamp) -> Result<()> {
    tx.execute(&PUSH, &[topic.into(), organisation.into(), subject.into(), at.into()]).map(drop)
}

/// The oldest entries behind `after`; they stay until [`done`].
pub fn peek(tx: &mut Tx<'_>, after: i64, rows: usize) -> Result<Vec<OutboxRow>> {
    tx.query(&PEEK, &[after.into(), rows.into()], |row| {
        Ok(OutboxRow {
            position: row.int(0)?,
            topic: row.text(1)?.to_owned(),
            organisation: OrganisationId::from_bytes(row.array(2)?),
            subject: row.array(3)?,
        })
    })
}

/// The consumer does its work in this same transaction; false when another did it before.
pub fn done(tx: &mut Tx<'_>, position: i64) -> Result<bool> {
    Ok(tx.execute(&DONE, &[position.into()])? == 1)
}
