//! The event stream per message and recipient, and the outbox that feeds what comes after.

use model::{EventId, MessageId, Mode, OrganisationId, RecipientId, Result, Stream, Timestamp};

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
    pub ANY = "SELECT 1 FROM events WHERE message = $1 AND recipient = $2 AND kind = $3 LIMIT 1";
    pub LIST = "SELECT e.id, e.organisation, e.message, e.recipient, e.kind, e.facts, e.actor, e.at
        FROM events e JOIN messages m ON m.id = e.message
        WHERE e.organisation = $1 AND (e.at > $2 OR (e.at = $2 AND e.id > $3)) AND e.at >= $4 AND e.at <= $5
        AND $6 LIKE '% ' || e.kind || ' %' AND ($7 = '' OR m.stream = $7) AND ($8 = '' OR m.mode = $8)
        AND ($9 = '' OR m.actor = $9) AND m.origin <> 'system' ORDER BY e.at, e.id LIMIT $10";
    pub LIST_DOWN = "SELECT e.id, e.organisation, e.message, e.recipient, e.kind, e.facts, e.actor, e.at
        FROM events e JOIN messages m ON m.id = e.message
        WHERE e.organisation = $1 AND (e.at < $2 OR (e.at = $2 AND e.id < $3)) AND e.at >= $4 AND e.at <= $5
        AND $6 LIKE '% ' || e.kind || ' %' AND ($7 = '' OR m.stream = $7) AND ($8 = '' OR m.mode = $8)
        AND ($9 = '' OR m.actor = $9) AND m.origin <> 'system' ORDER BY e.at DESC, e.id DESC LIMIT $10";
    pub LIST_OF_MESSAGE = "SELECT e.id, e.organisation, e.message, e.recipient, e.kind, e.facts, e.actor, e.at
        FROM events e JOIN messages m ON m.id = e.message
        WHERE e.organisation = $1 AND (e.at > $2 OR (e.at = $2 AND e.id > $3)) AND e.at >= $4 AND e.at <= $5
        AND $6 LIKE '% ' || e.kind || ' %' AND ($7 = '' OR m.stream = $7) AND ($8 = '' OR m.mode = $8)
        AND ($9 = '' OR m.actor = $9) AND e.message = $11 AND ($12 = 0 OR e.recipient = $13)
        ORDER BY e.at, e.id LIMIT $10";
    pub PUSH = "INSERT INTO outbox (topic, organisation, subject, created_at) VALUES ($1, $2, $3, $4)";
    pub PEEK = "SELECT position, topic, organisation, subject FROM outbox WHERE position > $1 ORDER BY position LIMIT $2";
    pub DONE = "DELETE FROM outbox WHERE position = $1";
    pub DONE_OF = "DELETE FROM outbox WHERE topic = $1 AND organisation = $2 AND subject = $3";
}

/// Whether something of that kind ever befell a recipient of a message.
pub fn any(tx: &mut Tx<'_>, message: MessageId, recipient: RecipientId, kind: &str) -> Result<bool> {
    let values = [message.into(), recipient.into(), kind.into()];
    Ok(tx.find(&ANY, &values, |_| Ok(()))?.is_some())
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

/// Which events of messages, in which order.
#[derive(Clone)]
pub struct Filter {
    /// ` kind kind `: a space before and after each.
    pub kinds: String,
    pub stream: Option<Stream>,
    pub mode: Option<Mode>,
    /// Only of messages that this actor sent; empty: everyone's.
    pub actor: String,
    pub message: Option<MessageId>,
    /// Together with its message.
    pub recipient: Option<RecipientId>,
    pub since: Timestamp,
    pub until: Timestamp,
    /// Newest first; what is asked of one message is told in its order all the same.
    pub down: bool,
}

/// From behind `(at, id)`.
pub fn list(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    f: &Filter,
    after: Option<(Timestamp, EventId)>,
    rows: usize,
) -> Result<Vec<Event>> {
    let down = f.down && f.message.is_none();
    let (at, id) = after.unwrap_or(match down {
        true => (Timestamp::MAX, EventId::from_bytes([0xFF; 16])),
        false => (Timestamp::from_micros(i64::MIN), EventId::from_bytes([0; 16])),
    });
    let values = [
        organisation.into(),
        at.into(),
        id.into(),
        f.since.into(),
        f.until.into(),
        f.kinds.as_str().into(),
        f.stream.map_or("", Stream::word).into(),
        f.mode.map_or("", Mode::word).into(),
        f.actor.as_str().into(),
        rows.into(),
        f.message.into(),
        f.recipient.is_some().into(),
        f.recipient.into(),
    ];
    match (f.message, down) {
        (Some(_), _) => tx.query(&LIST_OF_MESSAGE, &values, event),
        (None, true) => tx.query(&LIST_DOWN, &values[..10], event),
        (None, false) => tx.query(&LIST, &values[..10], event),
    }
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

/// Takes over whatever a topic still asks about a subject; false when there was nothing.
pub fn done_of(tx: &mut Tx<'_>, topic: &str, organisation: OrganisationId, subject: &[u8; 16]) -> Result<bool> {
    Ok(tx.execute(&DONE_OF, &[topic.into(), organisation.into(), subject.into()])? > 0)
}

/// The consumer does its work in this same transaction; false when another did it before.
pub fn done(tx: &mut Tx<'_>, position: i64) -> Result<bool> {
    Ok(tx.execute(&DONE, &[position.into()])? == 1)
}
