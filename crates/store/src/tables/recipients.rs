//! One row per recipient of a message: decision, trace and present state.

use model::{Code, Demand, Error, Kind, MessageId, Method, OrganisationId, RecipientId, RecipientState, Result, Timestamp};

use crate::{Row, Tx, Value, statements};

#[derive(Clone)]
pub struct Recipient {
    pub id: RecipientId,
    pub message: MessageId,
    pub organisation: OrganisationId,
    pub position: u32,
    pub kind: Kind,
    pub address_token: [u8; 32],
    pub sealed_address: Vec<u8>,
    pub method: Method,
    pub demand: Demand,
    pub below: Option<Method>,
    pub neutral_subject: bool,
    /// `policy::Trace` as JSON; no values.
    pub trace: String,
    pub state: RecipientState,
    pub state_at: Timestamp,
    /// RFC 3461 NOTIFY words, comma-separated; empty means the default.
    pub notify: String,
    /// What was decided besides, as JSON; none for most mail.
    pub besides: Option<String>,
}

statements! {
    pub INSERT = "INSERT INTO recipients (id, message, organisation, position, kind, address_token, sealed_address, method,
        demand, below, neutral_subject, trace, state, state_at, notify, besides)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)";
    pub OF_MESSAGE = "SELECT id, message, organisation, position, kind, address_token, sealed_address, method, demand, below,
        neutral_subject, trace, state, state_at, notify, besides FROM recipients WHERE message = $1 ORDER BY position";
    pub FIND = "SELECT id, message, organisation, position, kind, address_token, sealed_address, method, demand, below,
        neutral_subject, trace, state, state_at, notify, besides FROM recipients WHERE id = $1 AND organisation = $2";
    pub OWNER = "SELECT organisation FROM recipients WHERE id = $1";
    pub OF_ADDRESS = "SELECT r.id, r.message, r.organisation, r.position, r.kind, r.address_token, r.sealed_address, r.method,
        r.demand, r.below, r.neutral_subject, r.trace, r.state, r.state_at, r.notify, r.besides, m.created_at
        FROM recipients r JOIN messages m ON m.id = r.message
        WHERE r.organisation = $1 AND r.address_token = $2 AND m.origin <> 'system'
        ORDER BY m.created_at DESC, r.id DESC LIMIT $3";
    pub DECIDED_SINCE = "SELECT m.id, m.created_at, m.findings, r.id, r.trace, r.method, r.address_token, r.sealed_address FROM messages m
        JOIN recipients r ON r.message = m.id WHERE m.organisation = $1 AND m.origin <> 'system' AND m.origin <> 'inbound'
        AND m.created_at >= $2 AND (m.created_at < $3 OR (m.created_at = $3 AND m.id < $4))
        ORDER BY m.created_at DESC, m.id DESC, r.position LIMIT $5";
    pub MOVE_STATE = "UPDATE recipients SET state = $3, state_at = $4 WHERE id = $1 AND state = $2";
    pub MOVE_METHOD = "UPDATE recipients SET method = $2 WHERE id = $1";
    pub RELEASE = "UPDATE recipients SET method = $2, demand = $3, below = $4, neutral_subject = $5, state = 'queued', state_at = $6
        WHERE id = $1 AND state = 'held'";
    pub TOUCH = "UPDATE recipients SET state = state WHERE id = $1";
    pub TOTALS = "SELECT state, method, count(*) FROM recipients r WHERE organisation = $1
        AND EXISTS (SELECT 1 FROM messages m WHERE m.id = r.message AND m.origin <> 'system') GROUP BY state, method";
    pub CONSERVATION = "SELECT (SELECT CAST(COALESCE(SUM(recipients), 0) AS BIGINT) FROM messages),
        (SELECT count(*) FROM recipients WHERE state IN ('delivered', 'notified', 'picked_up', 'bounced', 'suppressed',
            'recalled', 'expired', 'held', 'blocked', 'cancelled', 'quarantined')),
        (SELECT count(*) FROM recipients r WHERE r.state = 'queued' AND (EXISTS (SELECT 1 FROM deliveries d
            WHERE d.message = r.message AND d.recipient = r.id AND d.state <> 'settled')
            OR r.message IN (SELECT subject FROM outbox) OR r.id IN (SELECT subject FROM outbox))),
        (SELECT MIN(created_at) FROM deliveries WHERE state <> 'settled' AND (attempts > 0 OR due_at <= $1))";
    pub WAS_WRITTEN_TO = "SELECT 1 FROM recipients r JOIN messages m ON m.id = r.message WHERE r.organisation = $1
        AND r.address_token = $2 AND m.created_at < $3 AND m.mode = 'live' AND m.origin <> 'system'
        AND m.origin <> 'inbound' AND r.state NOT IN ('held', 'blocked', 'bounced', 'suppressed', 'cancelled') LIMIT 1";
    pub COUNT = "SELECT count(*) FROM recipients r WHERE organisation = $1
        AND EXISTS (SELECT 1 FROM messages m WHERE m.id = r.message AND m.origin <> 'system')";
}

pub fn insert(tx: &mut Tx<'_>, r: &Recipient) -> Result<()> {
    tx.execute(
        &INSERT,
        &[
            r.id.into(),
            r.message.into(),
            r.organisation.into(),
            Value::Int(r.position.into()),
            r.kind.word().into(),
            (&r.address_token).into(),
            r.sealed_address.as_slice().into(),
            r.method.word().into(),
            r.demand.word().into(),
            r.below.map(Method::word).into(),
            r.neutral_subject.into(),
            r.trace.as_str().into(),
            r.state.word().into(),
            r.state_at.into(),
            r.notify.as_str().into(),
            r.besides.as_deref().into(),
        ],
    )
    .map(drop)
}

pub fn of_message(tx: &mut Tx<'_>, message: MessageId) -> Result<Vec<Recipient>> {
    tx.query(&OF_MESSAGE, &[message.into()], recipient)
}

pub fn load(tx: &mut Tx<'_>, id: RecipientId, organisation: OrganisationId) -> Result<Recipient> {
    tx.find(&FIND, &[id.into(), organisation.into()], recipient)?.ok_or_else(|| Error::new(Code::NotFound))
}

/// Whose recipient it is, where only the id is known: a return path names no organisation.
pub fn owner(tx: &mut Tx<'_>, id: RecipientId) -> Result<Option<OrganisationId>> {
    tx.find(&OWNER, &[id.into()], |row| Ok(OrganisationId::from_bytes(row.array(0)?)))
}

/// Newest first, each with the time when its message was accepted.
pub fn of_address(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    token: &[u8; 32],
    rows: usize,
) -> Result<Vec<(Recipient, Timestamp)>> {
    tx.query(&OF_ADDRESS, &[organisation.into(), token.into(), rows.into()], |row| {
        Ok((recipient(row)?, row.at(16)?))
    })
}

fn recipient(row: &Row<'_>) -> Result<Recipient> {
    let wrong = || Error::new(Code::StoredDataInvalid);
    Ok(Recipient {
        id: RecipientId::from_bytes(row.array(0)?),
        message: MessageId::from_bytes(row.array(1)?),
        organisation: OrganisationId::from_bytes(row.array(2)?),
        position: u32::try_from(row.int(3)?).map_err(|_| wrong())?,
        kind: Kind::from_word(row.text(4)?).ok_or_else(wrong)?,
        address_token: row.array(5)?,
        sealed_address: row.bytes(6)?.to_vec(),
        method: Method::from_word(row.text(7)?).ok_or_else(wrong)?,
        demand: Demand::from_word(row.text(8)?).ok_or_else(wrong)?,
        below: row.opt_text(9)?.map(|w| Method::from_word(w).ok_or_else(wrong)).transpose()?,
        neutral_subject: row.flag(10)?,
        trace: row.text(11)?.to_owned(),
        state: RecipientState::from_word(row.text(12)?).ok_or_else(wrong)?,
        state_at: row.at(13)?,
        notify: row.text(14)?.to_owned(),
        besides: row.opt_text(15)?.map(str::to_owned),
    })
}

/// What was decided for one recipient, for trials of other rules.
pub struct Decided {
    pub message: MessageId,
    pub created_at: Timestamp,
    pub findings: String,
    pub recipient: RecipientId,
    pub trace: String,
    pub method: Method,
    pub address_token: [u8; 32],
    /// Under the message's key.
    pub sealed_address: Vec<u8>,
}

/// What was decided from `since` on, newest first, all recipients of a message together; the page starts
/// after `before`. A message that is cut at the end of a page stands whole on the next.
pub fn decided_since(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    since: Timestamp,
    before: Option<(Timestamp, MessageId)>,
    rows: usize,
) -> Result<Vec<Decided>> {
    let (at, id) = before.unwrap_or((Timestamp::MAX, MessageId::from_bytes([255; 16])));
    let asked = [organisation.into(), since.into(), at.into(), id.into(), rows.into()];
    tx.query(&DECIDED_SINCE, &asked, |row| {
        Ok(Decided {
            message: MessageId::from_bytes(row.array(0)?),
            created_at: row.at(1)?,
            findings: row.text(2)?.to_owned(),
            recipient: RecipientId::from_bytes(row.array(3)?),
            trace: row.text(4)?.to_owned(),
            method: Method::from_word(row.text(5)?).ok_or_else(|| Error::new(Code::StoredDataInvalid))?,
            address_token: row.array(6)?,
            sealed_address: row.bytes(7)?.to_vec(),
        })
    })
}

/// Moves the state; false when it was no longer `from`.
pub fn move_state(
    tx: &mut Tx<'_>,
    id: RecipientId,
    from: RecipientState,
    to: RecipientState,
    at: Timestamp,
) -> Result<bool> {
    Ok(tx.execute(&MOVE_STATE, &[id.into(), from.word().into(), to.word().into(), at.into()])? == 1)
}

/// Whether anything live was sent to that address before a moment, and was neither stopped nor sent back.
pub fn was_written_to(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    address: &[u8; 32],
    before: Timestamp,
) -> Result<bool> {
    let asked = [organisation.into(), address.into(), before.into()];
    Ok(tx.find(&WAS_WRITTEN_TO, &asked, |_| Ok(()))?.is_some())
}

/// The method in force changed at sending time (verified TLS was not to be had: portal).
pub fn move_method(tx: &mut Tx<'_>, id: RecipientId, to: Method) -> Result<()> {
    tx.execute(&MOVE_METHOD, &[id.into(), to.word().into()]).map(drop)
}

/// How released mail goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Released {
    pub method: Method,
    pub demand: Demand,
    pub below: Option<Method>,
    pub neutral_subject: bool,
}

/// Somebody decided that a held message goes, and how. False when it was not held any more.
pub fn release(tx: &mut Tx<'_>, id: RecipientId, how: Released, at: Timestamp) -> Result<bool> {
    let given = [
        id.into(),
        how.method.word().into(),
        how.demand.word().into(),
        how.below.map(Method::word).into(),
        how.neutral_subject.into(),
        at.into(),
    ];
    Ok(tx.execute(&RELEASE, &given)? == 1)
}

/// Whoever else touches it meanwhile begins anew: for a count of rows that refer to it.
pub fn touch(tx: &mut Tx<'_>, id: RecipientId) -> Result<()> {
    tx.execute(&TOUCH, &[id.into()]).map(drop)
}

/// Recipients per state and method, for the conservation check and the overview.
pub fn totals(tx: &mut Tx<'_>, organisation: OrganisationId) -> Result<Vec<(RecipientState, Method, u64)>> {
    let wrong = || Error::new(Code::StoredDataInvalid);
    tx.query(&TOTALS, &[organisation.into()], |row| {
        let state = RecipientState::from_word(row.text(0)?).ok_or_else(wrong)?;
        let method = Method::from_word(row.text(1)?).ok_or_else(wrong)?;
        Ok((state, method, u64::try_from(row.int(2)?).unwrap_or(0)))
    })
}

/// Everything ever accepted for the organisation, counted by recipient.
pub fn count(tx: &mut Tx<'_>, organisation: OrganisationId) -> Result<u64> {
    Ok(tx.find(&COUNT, &[organisation.into()], |row| Ok(u64::try_from(row.int(0)?).unwrap_or(0)))?.unwrap_or(0))
}

/// Whether everything ever accepted is accounted for, over all organisations, as one snapshot.
pub struct Conservation {
    /// What senders were answered for.
    pub accepted: u64,
    /// Recipients in a state that is an end, or that waits for a person.
    pub ended: u64,
    /// Recipients that wait, with an open delivery or work after a commit that will move them.
    pub queued: u64,
    /// When the oldest delivery that is due and not finished was made.
    pub oldest: Option<Timestamp>,
}

/// Reads indexes, whole: ask seldom.
pub fn conservation(tx: &mut Tx<'_>, now: Timestamp) -> Result<Conservation> {
    let found = tx.find(&CONSERVATION, &[now.into()], |row| {
        Ok(Conservation { accepted: row.uint(0)?, ended: row.uint(1)?, queued: row.uint(2)?, oldest: row.opt_at(3)? })
    })?;
    found.ok_or_else(|| Error::new(Code::StoredDataInvalid))
}
