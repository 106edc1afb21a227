//! What the queue page reads of `deliveries` and `attempts`: ids, codes and times, nothing sealed.

use model::{DeliveryId, Demand, MessageId, Mode, OrganisationId, RecipientId, Result, Stream, Timestamp};

use crate::{Row, Tx, statements};

/// Counted up to here; what goes beyond is said as "or more".
pub const COUNTED_MAX: u64 = 100_000;

/// One delivery that is not finished, with how its last attempt ended.
pub struct Waiting {
    pub id: DeliveryId,
    pub message: MessageId,
    pub recipient: RecipientId,
    pub role: String,
    pub demand: Demand,
    pub stream: Stream,
    pub priority: u8,
    /// `open`, `running` or `ambiguous`.
    pub state: String,
    pub due_at: Timestamp,
    pub expires_at: Timestamp,
    pub attempts: u32,
    pub created_at: Timestamp,
    pub outcome: Option<String>,
    pub reply_code: Option<u16>,
    pub reply_enhanced: Option<String>,
}

/// How many are how far.
pub struct Counted {
    pub running: u64,
    /// Due, never tried.
    pub ready: u64,
    /// For a later time, never tried.
    pub scheduled: u64,
    /// Tried, and to be tried again.
    pub retrying: u64,
    /// When the oldest of those that are due was made.
    pub oldest: Option<Timestamp>,
}

statements! {
    pub LIST = "SELECT id, message, recipient, role, demand, stream, priority, state, due_at, expires_at, attempts, created_at,
        (SELECT a.outcome FROM attempts a WHERE a.message = d.message AND a.delivery = d.id
            ORDER BY a.started_at DESC, a.id DESC LIMIT 1),
        (SELECT a.reply_code FROM attempts a WHERE a.message = d.message AND a.delivery = d.id
            ORDER BY a.started_at DESC, a.id DESC LIMIT 1),
        (SELECT a.reply_enhanced FROM attempts a WHERE a.message = d.message AND a.delivery = d.id
            ORDER BY a.started_at DESC, a.id DESC LIMIT 1)
        FROM deliveries d WHERE state <> 'settled' AND organisation = $1 AND ($2 = '' OR stream = $2)
        AND EXISTS (SELECT 1 FROM messages m WHERE m.id = d.message AND m.mode = $3)
        AND (due_at > $4 OR (due_at = $4 AND id > $5)) ORDER BY due_at, id LIMIT $6";
    pub COUNT = "SELECT CAST(COALESCE(SUM(CASE WHEN state = 'running' THEN 1 ELSE 0 END), 0) AS BIGINT),
        CAST(COALESCE(SUM(CASE WHEN state <> 'running' AND attempts = 0 AND due_at <= $2 THEN 1 ELSE 0 END), 0) AS BIGINT),
        CAST(COALESCE(SUM(CASE WHEN state <> 'running' AND attempts = 0 AND due_at > $2 THEN 1 ELSE 0 END), 0) AS BIGINT),
        CAST(COALESCE(SUM(CASE WHEN state <> 'running' AND attempts > 0 THEN 1 ELSE 0 END), 0) AS BIGINT),
        MIN(CASE WHEN attempts > 0 OR due_at <= $2 THEN created_at ELSE NULL END)
        FROM (SELECT state, attempts, due_at, created_at FROM deliveries d WHERE state <> 'settled' AND organisation = $1
            AND EXISTS (SELECT 1 FROM messages m WHERE m.id = d.message AND m.mode = $3) LIMIT $4) counted";
}

/// Those that are next come first, from after `(due, id)`.
pub fn list(
    tx: &mut Tx<'_>,
    (organisation, mode): (OrganisationId, Mode),
    stream: Option<Stream>,
    after: Option<(Timestamp, DeliveryId)>,
    rows: usize,
) -> Result<Vec<Waiting>> {
    let (due, id) = after.unwrap_or((Timestamp::from_micros(i64::MIN), DeliveryId::from_bytes([0; 16])));
    let stream = stream.map_or("", Stream::word);
    let values = [organisation.into(), stream.into(), mode.word().into(), due.into(), id.into(), rows.into()];
    tx.query(&LIST, &values, waiting)
}

pub fn count(tx: &mut Tx<'_>, (organisation, mode): (OrganisationId, Mode), now: Timestamp) -> Result<Counted> {
    let values = [organisation.into(), now.into(), mode.word().into(), COUNTED_MAX.into()];
    let found = tx.find(&COUNT, &values, |row| {
        Ok(Counted {
            running: row.uint(0)?,
            ready: row.uint(1)?,
            scheduled: row.uint(2)?,
            retrying: row.uint(3)?,
            oldest: row.opt_at(4)?,
        })
    })?;
    Ok(found.unwrap_or(Counted { running: 0, ready: 0, scheduled: 0, retrying: 0, oldest: None }))
}

fn waiting(row: &Row<'_>) -> Result<Waiting> {
    Ok(Waiting {
        id: row.id(0)?,
        message: row.id(1)?,
        recipient: row.id(2)?,
        role: row.text(3)?.to_owned(),
        demand: row.word(4)?,
        stream: row.word(5)?,
        priority: u8::try_from(row.uint(6)?).unwrap_or(u8::MAX),
        state: row.text(7)?.to_owned(),
        due_at: row.at(8)?,
        expires_at: row.at(9)?,
        attempts: u32::try_from(row.uint(10)?).unwrap_or(u32::MAX),
        created_at: row.at(11)?,
        outcome: row.opt_text(12)?.map(str::to_owned),
        reply_code: row.opt_int(13)?.and_then(|code| u16::try_from(code).ok()),
        reply_enhanced: row.opt_text(14)?.map(str::to_owned),
    })
}
