//! Messages as accepted. Everything a person wrote is in sealed columns or in a sealed blob.

use model::{
    BlobId, Code, Error, MessageId, Mode, OrganisationId, Origin, Purpose, RecipientState, Result, Stream, ThreadId,
    Timestamp,
};

use crate::{Row, Tx, Value, statements};

#[derive(Clone)]
pub struct Message {
    pub id: MessageId,
    pub organisation: OrganisationId,
    pub thread: ThreadId,
    pub actor: String,
    pub origin: Origin,
    pub mode: Mode,
    pub stream: Stream,
    pub purpose: Purpose,
    pub priority: u8,
    pub sealed_envelope: Vec<u8>,
    pub content: BlobId,
    pub octets: u64,
    pub content_sha256: [u8; 32],
    pub attachments: u32,
    /// The scan's findings as JSON: kinds, places, confidences, keyed tokens; never values.
    pub findings: String,
    pub level: String,
    pub stage: Stage,
    pub send_at: Option<Timestamp>,
    pub created_at: Timestamp,
}

/// How far the way the message as a whole has come; recipients have states of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Commit 1 is done: accepted and decided.
    Decided,
    /// Commit 2 is done: sealed and enqueued for every recipient that gets anything.
    Enqueued,
    /// Cancelled before commit 2.
    Cancelled,
}

impl Stage {
    pub fn word(self) -> &'static str {
        match self {
            Self::Decided => "decided",
            Self::Enqueued => "enqueued",
            Self::Cancelled => "cancelled",
        }
    }
    fn from_word(word: &str) -> Option<Self> {
        [Self::Decided, Self::Enqueued, Self::Cancelled].into_iter().find(|s| s.word() == word)
    }
}

/// What a list shows and filters by. `state` and `method` match when any recipient has them.
#[derive(Clone, Copy, Default)]
pub struct Filter {
    pub state: Option<RecipientState>,
    pub method: Option<model::Method>,
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
}

statements! {
    pub INSERT = "INSERT INTO messages (id, organisation, thread, actor, origin, mode, stream, purpose, priority,
        sealed_envelope, content, octets, content_sha256, attachments, findings, level, stage, send_at, created_at,
        recipients)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)";
    pub FIND = "SELECT id, organisation, thread, actor, origin, mode, stream, purpose, priority, sealed_envelope, content,
        octets, content_sha256, attachments, findings, level, stage, send_at, created_at
        FROM messages WHERE id = $1 AND organisation = $2";
    pub OWNER = "SELECT organisation FROM messages WHERE id = $1";
    pub LIST = "SELECT id, organisation, thread, actor, origin, mode, stream, purpose, priority, sealed_envelope, content,
        octets, content_sha256, attachments, findings, level, stage, send_at, created_at
        FROM messages m WHERE organisation = $1 AND (created_at < $2 OR (created_at = $2 AND id < $3))
        AND created_at >= $4 AND origin NOT IN ('system', 'imported', 'journal') AND ($5 = '' OR EXISTS (SELECT 1 FROM recipients r
            WHERE r.message = m.id AND r.state = $5))
        AND ($6 = '' OR EXISTS (SELECT 1 FROM recipients r WHERE r.message = m.id AND r.method = $6))
        AND ($7 = '' OR (actor = $7 AND mode = $8))
        ORDER BY created_at DESC, id DESC LIMIT $9";
    pub THREAD = "SELECT id, organisation, thread, actor, origin, mode, stream, purpose, priority, sealed_envelope, content,
        octets, content_sha256, attachments, findings, level, stage, send_at, created_at
        FROM messages WHERE thread = $1 AND organisation = $2 ORDER BY created_at, id LIMIT 500";
    pub UNSEALED = "SELECT id, organisation FROM messages WHERE stage = 'decided' ORDER BY created_at LIMIT $1";
    pub SET_SEND_AT = "UPDATE messages SET send_at = $2 WHERE id = $1";
    pub ADVANCE = "UPDATE messages SET stage = $3 WHERE id = $1 AND stage = $2";
}

/// `recipients` is how many the sender is answered for: what conservation is measured against.
pub fn insert(tx: &mut Tx<'_>, m: &Message, recipients: usize) -> Result<()> {
    tx.execute(
        &INSERT,
        &[
            m.id.into(),
            m.organisation.into(),
            m.thread.into(),
            m.actor.as_str().into(),
            m.origin.word().into(),
            m.mode.word().into(),
            m.stream.word().into(),
            m.purpose.word().into(),
            Value::Int(m.priority.into()),
            m.sealed_envelope.as_slice().into(),
            m.content.into(),
            Value::Int(i64::try_from(m.octets).unwrap_or(i64::MAX)),
            (&m.content_sha256).into(),
            Value::Int(m.attachments.into()),
            m.findings.as_str().into(),
            m.level.as_str().into(),
            m.stage.word().into(),
            m.send_at.into(),
            m.created_at.into(),
            recipients.into(),
        ],
    )
    .map(drop)
}

pub fn find(tx: &mut Tx<'_>, id: MessageId, organisation: OrganisationId) -> Result<Option<Message>> {
    tx.find(&FIND, &[id.into(), organisation.into()], message)
}

/// Whose message it is, where only the id is known: a reply address names no organisation.
pub fn owner(tx: &mut Tx<'_>, id: MessageId) -> Result<Option<OrganisationId>> {
    tx.find(&OWNER, &[id.into()], |row| Ok(OrganisationId::from_bytes(row.array(0)?)))
}

pub fn load(tx: &mut Tx<'_>, id: MessageId, organisation: OrganisationId) -> Result<Message> {
    find(tx, id, organisation)?.ok_or_else(|| Error::new(Code::NotFound))
}

/// It leaves at another time.
pub fn set_send_at(tx: &mut Tx<'_>, id: MessageId, at: Timestamp) -> Result<()> {
    tx.execute(&SET_SEND_AT, &[id.into(), at.into()]).map(drop)
}

/// Newest first, from before `(before, id)`; `actor` empty means everyone's, else only
/// what it sent in that mode.
pub fn list(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    filter: Filter,
    (actor, mode): (&str, Mode),
    before: Option<(Timestamp, MessageId)>,
    rows: usize,
) -> Result<Vec<Message>> {
    let (until, id) = match before {
        Some((at, id)) => (at.min(filter.until.unwrap_or(Timestamp::MAX)), id),
        None => (filter.until.unwrap_or(Timestamp::MAX), MessageId::from_bytes([0xFF; 16])),
    };
    let values = [
        organisation.into(),
        until.into(),
        id.into(),
        filter.since.unwrap_or_default().into(),
        filter.state.map_or("", RecipientState::word).into(),
        filter.method.map_or("", model::Method::word).into(),
        actor.into(),
        mode.word().into(),
        Value::Int(i64::try_from(rows).unwrap_or(i64::MAX)),
    ];
    tx.query(&LIST, &values, message)
}

/// Oldest first, at most 500.
pub fn thread(tx: &mut Tx<'_>, thread: ThreadId, organisation: OrganisationId) -> Result<Vec<Message>> {
    tx.query(&THREAD, &[thread.into(), organisation.into()], message)
}

fn message(row: &Row<'_>) -> Result<Message> {
    let wrong = || Error::new(Code::StoredDataInvalid);
    Ok(Message {
        id: MessageId::from_bytes(row.array(0)?),
        organisation: OrganisationId::from_bytes(row.array(1)?),
        thread: ThreadId::from_bytes(row.array(2)?),
        actor: row.text(3)?.to_owned(),
        origin: Origin::from_word(row.text(4)?).ok_or_else(wrong)?,
        mode: Mode::from_word(row.text(5)?).ok_or_else(wrong)?,
        stream: Stream::from_word(row.text(6)?).ok_or_else(wrong)?,
        purpose: Purpose::from_word(row.text(7)?).ok_or_else(wrong)?,
        priority: u8::try_from(row.int(8)?).map_err(|_| wrong())?,
        sealed_envelope: row.bytes(9)?.to_vec(),
        content: BlobId::from_bytes(row.array(10)?),
        octets: u64::try_from(row.int(11)?).map_err(|_| wrong())?,
        content_sha256: row.array(12)?,
        attachments: u32::try_from(row.int(13)?).map_err(|_| wrong())?,
        findings: row.text(14)?.to_owned(),
        level: row.text(15)?.to_owned(),
        stage: Stage::from_word(row.text(16)?).ok_or_else(wrong)?,
        send_at: row.opt_at(17)?,
        created_at: row.at(18)?,
    })
}

/// Messages between commit 1 and commit 2, oldest first: what a restart takes up again.
pub fn unsealed(tx: &mut Tx<'_>, rows: usize) -> Result<Vec<(MessageId, OrganisationId)>> {
    tx.query(&UNSEALED, &[Value::Int(i64::try_from(rows).unwrap_or(i64::MAX))], |row| {
        Ok((MessageId::from_bytes(row.array(0)?), OrganisationId::from_bytes(row.array(1)?)))
    })
}

/// Moves the stage; false when it was no longer `from`, so that two workers cannot both advance it.
pub fn advance(tx: &mut Tx<'_>, id: MessageId, from: Stage, to: Stage) -> Result<bool> {
    Ok(tx.execute(&ADVANCE, &[id.into(), from.word().into(), to.word().into()])? == 1)
}
