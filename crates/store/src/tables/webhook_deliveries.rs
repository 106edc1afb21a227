//! What is to be told to webhooks: one row an event and endpoint, written by the commit of the event.
//!
//! Invariants: a row is open (`ended_at` is null: waiting, retrying) or ended (delivered, dead), and
//! only leaves the open ones under the fence it was leased with; `position` grows in the order in
//! which events were told to it.

use model::{
    Code, Error, EventId, MessageId, Mode, OrganisationId, RecipientId, Result, Stream, Timestamp, WebhookId,
};

use crate::{Row, Tx, Value, statements};

#[derive(Clone)]
pub struct Delivery {
    pub position: u64,
    pub webhook: WebhookId,
    pub organisation: OrganisationId,
    pub event: EventId,
    pub message: Option<MessageId>,
    pub recipient: Option<RecipientId>,
    pub kind: String,
    pub state: State,
    pub due_at: Timestamp,
    /// How often it was sent, or begun to be.
    pub tries: u32,
    pub fence: u64,
    pub leased_until: Timestamp,
    /// The last answer's status.
    pub answer: Option<u16>,
    /// Why there was no answer, the last time there was none.
    pub fault: Option<String>,
    pub created_at: Timestamp,
    pub ended_at: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// Never answered.
    Waiting,
    Retrying,
    Delivered,
    /// Given up; can be put back.
    Dead,
}

impl State {
    pub const ALL: [Self; 4] = [Self::Waiting, Self::Retrying, Self::Delivered, Self::Dead];

    pub const fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Retrying => "retrying",
            Self::Delivered => "delivered",
            Self::Dead => "dead",
        }
    }
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }
}

/// An event about a message, as it is offered to the endpoints.
pub struct Offer<'a> {
    pub organisation: OrganisationId,
    pub event: EventId,
    pub message: MessageId,
    pub recipient: Option<RecipientId>,
    pub kind: &'a str,
    pub at: Timestamp,
}

/// What is told of an event.
pub struct Told {
    /// A flat JSON object.
    pub facts: String,
    pub at: Timestamp,
    pub of_message: Option<(Mode, Stream)>,
}

/// Which ended deliveries are put back.
#[derive(Clone, Copy)]
pub struct Range {
    pub since: Timestamp,
    pub until: Timestamp,
    /// `None`: delivered ones too.
    pub state: Option<State>,
}

statements! {
    pub OFFER = "INSERT INTO webhook_deliveries (webhook, organisation, event, message, recipient, kind, state, due_at, tries,
        fence, leased_until, created_at) SELECT w.id, w.organisation, $2, $3, $4, $5, 'waiting', $6, 0, 0, 0, $6
        FROM webhooks w JOIN messages m ON m.id = $3 AND m.organisation = w.organisation
        WHERE w.organisation = $1 AND w.state <> 'off' AND (w.kinds = '*' OR w.kinds LIKE $7)
        AND w.mode = m.mode AND (w.stream = '' OR w.stream = m.stream) AND (w.owner = '' OR w.owner = m.actor)";
    pub INSERT = "INSERT INTO webhook_deliveries (webhook, organisation, event, kind, state, due_at, tries, fence,
        leased_until, created_at) VALUES ($1, $2, $3, $4, 'waiting', $5, 0, 0, 0, $5)";
    pub DUE = "SELECT w.id FROM webhooks w WHERE w.state = 'active' AND EXISTS (SELECT 1 FROM webhook_deliveries d
        WHERE d.webhook = w.id AND d.ended_at IS NULL AND d.due_at <= $1 AND d.leased_until <= $1)
        AND w.id > $2 ORDER BY w.id LIMIT $3";
    pub LEASED = "SELECT count(*) FROM webhook_deliveries WHERE webhook = $1 AND ended_at IS NULL AND leased_until > $2";
    pub CLAIMABLE = "SELECT position, webhook, organisation, event, message, recipient, kind, state, due_at, tries, fence,
        leased_until, answer, fault, created_at, ended_at FROM webhook_deliveries d
        WHERE d.webhook = $1 AND d.ended_at IS NULL AND d.due_at <= $2 AND d.leased_until <= $2
        AND NOT EXISTS (SELECT 1 FROM webhook_deliveries e WHERE e.webhook = d.webhook AND e.recipient = d.recipient
            AND e.position < d.position AND e.state = 'waiting')
        ORDER BY d.position LIMIT $3 FOR UPDATE SKIP LOCKED";
    pub LEASE = "UPDATE webhook_deliveries SET leased_until = $2, fence = fence + 1, tries = tries + 1
        WHERE position = $1 RETURNING fence";
    pub TELL = "SELECT e.facts, e.at, m.mode, m.stream FROM events e LEFT JOIN messages m ON m.id = e.message
        WHERE e.id = $1 AND e.organisation = $2";
    pub RETRY = "UPDATE webhook_deliveries SET state = 'retrying', due_at = $3, leased_until = 0, answer = $4, fault = $5
        WHERE position = $1 AND fence = $2 AND ended_at IS NULL";
    pub RELEASE = "UPDATE webhook_deliveries SET leased_until = 0, tries = tries - 1, answer = $3, fault = $4
        WHERE position = $1 AND fence = $2 AND ended_at IS NULL";
    pub END = "UPDATE webhook_deliveries SET state = $3, ended_at = $4, leased_until = 0, answer = $5, fault = $6
        WHERE position = $1 AND fence = $2 AND ended_at IS NULL";
    pub END_ALL = "UPDATE webhook_deliveries SET state = 'dead', ended_at = $2, leased_until = 0, fence = fence + 1
        WHERE webhook = $1 AND ended_at IS NULL";
    pub LIST = "SELECT position, webhook, organisation, event, message, recipient, kind, state, due_at, tries, fence,
        leased_until, answer, fault, created_at, ended_at FROM webhook_deliveries
        WHERE webhook = $1 AND position < $2 AND ($3 = '' OR state = $3) ORDER BY position DESC LIMIT $4";
    pub COUNTS = "SELECT state, count(*) FROM webhook_deliveries WHERE webhook = $1 GROUP BY state";
    pub REPLAY_ONE = "UPDATE webhook_deliveries SET state = 'waiting', due_at = $3, tries = 0, ended_at = NULL,
        fence = fence + 1 WHERE webhook = $1 AND event = $2 AND ended_at IS NOT NULL";
    pub REPLAY_RANGE = "UPDATE webhook_deliveries SET state = 'waiting', due_at = $2, tries = 0, ended_at = NULL,
        fence = fence + 1 WHERE webhook = $1 AND ended_at IS NOT NULL AND created_at >= $3 AND created_at <= $4
        AND ($5 = '' OR state = $5)";
    pub DELETE_OF = "DELETE FROM webhook_deliveries WHERE webhook = $1";
    pub OPEN_COUNT = "SELECT count(*) FROM webhook_deliveries WHERE ended_at IS NULL";
    pub FORGET = "DELETE FROM webhook_deliveries WHERE position IN (SELECT position FROM webhook_deliveries
        WHERE ended_at IS NOT NULL AND ended_at < $1 ORDER BY ended_at LIMIT 5000)";
}

/// Gives it to every endpoint that wants it; how many did.
pub fn offer(tx: &mut Tx<'_>, o: &Offer<'_>) -> Result<u64> {
    let pattern = format!("% {} %", o.kind);
    let values = [
        o.organisation.into(),
        o.event.into(),
        o.message.into(),
        o.recipient.into(),
        o.kind.into(),
        o.at.into(),
        pattern.as_str().into(),
    ];
    tx.execute(&OFFER, &values)
}

/// An event for one endpoint alone.
pub fn insert(
    tx: &mut Tx<'_>,
    webhook: WebhookId,
    organisation: OrganisationId,
    event: EventId,
    kind: &str,
    at: Timestamp,
) -> Result<()> {
    tx.execute(&INSERT, &[webhook.into(), organisation.into(), event.into(), kind.into(), at.into()]).map(drop)
}

/// Active endpoints with something to send, in the order of ids from behind `after`.
pub fn due(tx: &mut Tx<'_>, now: Timestamp, after: WebhookId, rows: usize) -> Result<Vec<WebhookId>> {
    tx.query(&DUE, &[now.into(), after.into(), rows.into()], |row| row.id(0))
}

/// Leases up to `most` together with what is under way already. Of one recipient's events none goes
/// before an older one was answered once.
pub fn claim(
    tx: &mut Tx<'_>,
    webhook: WebhookId,
    now: Timestamp,
    until: Timestamp,
    most: usize,
) -> Result<Vec<Delivery>> {
    let busy = tx.find(&LEASED, &[webhook.into(), now.into()], |row| row.uint(0))?.unwrap_or(0);
    let room = most.saturating_sub(usize::try_from(busy).unwrap_or(usize::MAX));
    if room == 0 {
        return Ok(Vec::new());
    }
    let mut found = tx.query(&CLAIMABLE, &[webhook.into(), now.into(), room.into()], delivery)?;
    for d in &mut found {
        let fence = tx.find(&LEASE, &[d.position.into(), until.into()], |row| row.uint(0))?;
        d.fence = fence.ok_or_else(wrong)?;
        d.tries += 1;
        d.leased_until = until;
    }
    Ok(found)
}

/// # Errors
/// `stored_data_invalid` when the event is not there.
pub fn tell(tx: &mut Tx<'_>, event: EventId, organisation: OrganisationId) -> Result<Told> {
    let found = tx.find(&TELL, &[event.into(), organisation.into()], |row| {
        let of_message = row.opt_word::<Mode>(2)?.zip(row.opt_word::<Stream>(3)?);
        Ok(Told { facts: row.text(0)?.to_owned(), at: row.at(1)?, of_message })
    })?;
    found.ok_or_else(wrong)
}

/// What came of a try: the status of an answer, or why there was none.
#[derive(Clone, Copy)]
pub struct Seen<'a> {
    pub answer: Option<u16>,
    pub fault: Option<&'a str>,
}

/// False when the fence is stale or it has ended; so with the others here.
pub fn retry(tx: &mut Tx<'_>, (position, fence): (u64, u64), due: Timestamp, seen: Seen<'_>) -> Result<bool> {
    let values = [position.into(), fence.into(), due.into(), answer(seen), seen.fault.into()];
    Ok(tx.execute(&RETRY, &values)? == 1)
}

/// Puts it back as if it had not been sent: its endpoint was paused by the answer.
pub fn release(tx: &mut Tx<'_>, (position, fence): (u64, u64), seen: Seen<'_>) -> Result<bool> {
    let values = [position.into(), fence.into(), answer(seen), seen.fault.into()];
    Ok(tx.execute(&RELEASE, &values)? == 1)
}

pub fn end(
    tx: &mut Tx<'_>,
    (position, fence): (u64, u64),
    state: State,
    at: Timestamp,
    seen: Seen<'_>,
) -> Result<bool> {
    let values =
        [position.into(), fence.into(), state.word().into(), at.into(), answer(seen), seen.fault.into()];
    Ok(tx.execute(&END, &values)? == 1)
}

/// Everything open of an endpoint becomes dead.
pub fn end_all(tx: &mut Tx<'_>, webhook: WebhookId, at: Timestamp) -> Result<u64> {
    tx.execute(&END_ALL, &[webhook.into(), at.into()])
}

/// Newest first, below `before`.
pub fn list(
    tx: &mut Tx<'_>,
    webhook: WebhookId,
    before: Option<u64>,
    state: Option<State>,
    rows: usize,
) -> Result<Vec<Delivery>> {
    let before = before.unwrap_or(u64::MAX);
    let values = [webhook.into(), before.into(), state.map_or("", State::word).into(), rows.into()];
    tx.query(&LIST, &values, delivery)
}

pub fn counts(tx: &mut Tx<'_>, webhook: WebhookId) -> Result<Vec<(State, u64)>> {
    tx.query(&COUNTS, &[webhook.into()], |row| {
        Ok((State::from_word(row.text(0)?).ok_or_else(wrong)?, row.uint(1)?))
    })
}

/// False when there is no ended delivery of that event.
pub fn replay_one(tx: &mut Tx<'_>, webhook: WebhookId, event: EventId, now: Timestamp) -> Result<bool> {
    Ok(tx.execute(&REPLAY_ONE, &[webhook.into(), event.into(), now.into()])? == 1)
}

pub fn replay_range(tx: &mut Tx<'_>, webhook: WebhookId, range: Range, now: Timestamp) -> Result<u64> {
    let state = range.state.map_or("", State::word);
    let values = [webhook.into(), now.into(), range.since.into(), range.until.into(), state.into()];
    tx.execute(&REPLAY_RANGE, &values)
}

pub fn delete_of(tx: &mut Tx<'_>, webhook: WebhookId) -> Result<u64> {
    tx.execute(&DELETE_OF, &[webhook.into()])
}

/// Of all organisations.
pub fn open_count(tx: &mut Tx<'_>) -> Result<u64> {
    Ok(tx.find(&OPEN_COUNT, &[], |row| row.uint(0))?.unwrap_or(0))
}

/// Removes up to 5,000 that ended before `before`.
pub fn forget_before(tx: &mut Tx<'_>, before: Timestamp) -> Result<u64> {
    tx.execute(&FORGET, &[before.into()])
}

fn answer(seen: Seen<'_>) -> Value<'static> {
    seen.answer.map(i64::from).into()
}

fn delivery(row: &Row<'_>) -> Result<Delivery> {
    Ok(Delivery {
        position: row.uint(0)?,
        webhook: row.id(1)?,
        organisation: row.id(2)?,
        event: row.id(3)?,
        message: row.opt_id(4)?,
        recipient: row.opt_id(5)?,
        kind: row.text(6)?.to_owned(),
        state: State::from_word(row.text(7)?).ok_or_else(wrong)?,
        due_at: row.at(8)?,
        tries: u32::try_from(row.int(9)?).map_err(|_| wrong())?,
        fence: row.uint(10)?,
        leased_until: row.at(11)?,
        answer: row.opt_int(12)?.and_then(|code| u16::try_from(code).ok()),
        fault: row.opt_text(13)?.map(str::to_owned),
        created_at: row.at(14)?,
        ended_at: row.opt_at(15)?,
    })
}

fn wrong() -> Error {
    Error::new(Code::StoredDataInvalid)
}
