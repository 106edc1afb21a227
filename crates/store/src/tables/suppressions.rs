//! Addresses that get no more mail of a stream, what counts toward one, and the rules for that.
//!
//! An address is a keyed token and a sealed value; nothing here can be read without the
//! organisation's key. Rows are lifted, never removed.

use model::{
    Code, DeliveryId, Error, LiftReason, OrganisationId, RecipientId, Result, Stream, SuppressionId, SuppressionReason, SuppressionSource,
    Timestamp,
};

use crate::{Row, Tx, Value, statements};

#[derive(Clone)]
pub struct Suppression {
    pub id: SuppressionId,
    pub organisation: OrganisationId,
    pub stream: Stream,
    pub address_token: [u8; 32],
    /// Under the suppression's own key.
    pub sealed_address: Vec<u8>,
    pub reason: SuppressionReason,
    pub source: SuppressionSource,
    /// The recipient whose bounce, complaint or unsubscription it was.
    pub evidence: Option<RecipientId>,
    pub actor: String,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub lifted: Option<Lifted>,
}

#[derive(Clone)]
pub struct Lifted {
    pub at: Timestamp,
    pub by: String,
    pub because: LiftReason,
}

/// What an organisation set for one reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    pub reason: SuppressionReason,
    /// So many bounces suppress.
    pub strikes: u32,
    /// `None`: until it is lifted.
    pub keep_days: Option<u32>,
}

/// Which rows of a list; empty words mean all.
#[derive(Clone, Copy, Default)]
pub struct Wanted {
    pub stream: Option<Stream>,
    pub reason: Option<SuppressionReason>,
    /// Of one address, by its token.
    pub address_token: Option<[u8; 32]>,
    /// Also what was lifted or has expired.
    pub ended: bool,
}

statements! {
    pub INSERT = "INSERT INTO suppressions (id, organisation, stream, address_token, sealed_address, reason, source, evidence,
        actor, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    pub IN_FORCE = "SELECT id, reason FROM suppressions WHERE organisation = $1 AND address_token = $2 AND stream = $3
        AND lifted_at IS NULL AND (expires_at IS NULL OR expires_at > $4) ORDER BY created_at LIMIT 1";
    pub OF_REASON = "SELECT id, expires_at FROM suppressions WHERE organisation = $1 AND address_token = $2 AND stream = $3
        AND lifted_at IS NULL AND reason = $4 AND (expires_at IS NULL OR expires_at > $5)
        ORDER BY CASE WHEN expires_at IS NULL THEN 0 ELSE 1 END, expires_at DESC LIMIT 1";
    pub EXTEND = "UPDATE suppressions SET expires_at = $3 WHERE id = $1 AND organisation = $2 AND lifted_at IS NULL";
    pub OF_DELIVERY = "SELECT s.id, s.reason FROM deliveries d JOIN recipients r ON r.id = d.recipient
        JOIN suppressions s ON s.organisation = r.organisation AND s.address_token = r.address_token
        AND s.stream = d.stream WHERE d.id = $1 AND s.lifted_at IS NULL
        AND (s.expires_at IS NULL OR s.expires_at > $2) ORDER BY s.created_at LIMIT 1";
    pub FIND = "SELECT id, organisation, stream, address_token, sealed_address, reason, source, evidence, actor, created_at,
        expires_at, lifted_at, lifted_by, lifted_because FROM suppressions WHERE id = $1 AND organisation = $2";
    pub LIST = "SELECT id, organisation, stream, address_token, sealed_address, reason, source, evidence, actor, created_at,
        expires_at, lifted_at, lifted_by, lifted_because FROM suppressions
        WHERE organisation = $1 AND ($2 = '' OR stream = $2) AND ($3 = '' OR reason = $3)
        AND ($4 = '' OR address_token = $5)
        AND ($6 <> '' OR (lifted_at IS NULL AND (expires_at IS NULL OR expires_at > $7)))
        AND (created_at < $8 OR (created_at = $8 AND id < $9)) ORDER BY created_at DESC, id DESC LIMIT $10";
    pub COUNT = "SELECT count(*) FROM suppressions WHERE organisation = $1 AND lifted_at IS NULL
        AND (expires_at IS NULL OR expires_at > $2)";
    pub LIFT = "UPDATE suppressions SET lifted_at = $3, lifted_by = $4, lifted_because = $5
        WHERE id = $1 AND organisation = $2 AND lifted_at IS NULL";
    pub STRIKE = "INSERT INTO suppression_strikes (organisation, stream, address_token, reason, strikes, first_at, last_at)
        VALUES ($1, $2, $3, $4, 1, $5, $5) ON CONFLICT (organisation, stream, address_token, reason) DO UPDATE SET
        strikes = CASE WHEN suppression_strikes.last_at < $6 THEN 1 ELSE suppression_strikes.strikes + 1 END,
        first_at = CASE WHEN suppression_strikes.last_at < $6 THEN $5 ELSE suppression_strikes.first_at END,
        last_at = $5 RETURNING strikes";
    pub FORGIVE = "DELETE FROM suppression_strikes WHERE organisation = $1 AND stream = $2 AND address_token = $3";
    pub RULES = "SELECT reason, strikes, keep_days FROM suppression_rules WHERE organisation = $1 ORDER BY reason";
    pub SET_RULE = "INSERT INTO suppression_rules (organisation, reason, strikes, keep_days) VALUES ($1, $2, $3, $4)
        ON CONFLICT (organisation, reason) DO UPDATE SET strikes = $3, keep_days = $4";
}

pub fn insert(tx: &mut Tx<'_>, s: &Suppression) -> Result<()> {
    tx.execute(
        &INSERT,
        &[
            s.id.into(),
            s.organisation.into(),
            s.stream.word().into(),
            (&s.address_token).into(),
            s.sealed_address.as_slice().into(),
            s.reason.word().into(),
            s.source.word().into(),
            s.evidence.into(),
            s.actor.as_str().into(),
            s.created_at.into(),
            s.expires_at.into(),
        ],
    )
    .map(drop)
}

/// The oldest suppression that holds for an address now.
pub fn find_in_force(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    stream: Stream,
    address_token: &[u8; 32],
    now: Timestamp,
) -> Result<Option<(SuppressionId, SuppressionReason)>> {
    let asked = [organisation.into(), address_token.into(), stream.word().into(), now.into()];
    tx.find(&IN_FORCE, &asked, reason)
}

/// The one that holds longest for that reason, and until when: `None` is until it is lifted.
pub fn find_of_reason(
    tx: &mut Tx<'_>,
    (organisation, stream): (OrganisationId, Stream),
    address_token: &[u8; 32],
    reason: SuppressionReason,
    now: Timestamp,
) -> Result<Option<(SuppressionId, Option<Timestamp>)>> {
    let asked =
        [organisation.into(), address_token.into(), stream.word().into(), reason.word().into(), now.into()];
    tx.find(&OF_REASON, &asked, |row| Ok((SuppressionId::from_bytes(row.array(0)?), row.opt_at(1)?)))
}

/// It holds until then; `None` is until it is lifted.
pub fn extend(
    tx: &mut Tx<'_>,
    id: SuppressionId,
    organisation: OrganisationId,
    until: Option<Timestamp>,
) -> Result<()> {
    tx.execute(&EXTEND, &[id.into(), organisation.into(), until.into()]).map(drop)
}

/// The oldest suppression that holds for where a delivery goes, in its stream.
pub fn find_of_delivery(
    tx: &mut Tx<'_>,
    delivery: DeliveryId,
    now: Timestamp,
) -> Result<Option<(SuppressionId, SuppressionReason)>> {
    tx.find(&OF_DELIVERY, &[delivery.into(), now.into()], reason)
}

pub fn load(tx: &mut Tx<'_>, id: SuppressionId, organisation: OrganisationId) -> Result<Suppression> {
    tx.find(&FIND, &[id.into(), organisation.into()], suppression)?.ok_or_else(|| Error::new(Code::NotFound))
}

/// Newest first, `rows` at most, those before `before`.
pub fn list(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    wanted: Wanted,
    now: Timestamp,
    before: Option<(Timestamp, SuppressionId)>,
    rows: usize,
) -> Result<Vec<Suppression>> {
    let (at, id) = before.unwrap_or((Timestamp::from_micros(i64::MAX), SuppressionId::from_bytes([255; 16])));
    tx.query(
        &LIST,
        &[
            organisation.into(),
            wanted.stream.map_or("", Stream::word).into(),
            wanted.reason.map_or("", SuppressionReason::word).into(),
            if wanted.address_token.is_some() { "one" } else { "" }.into(),
            (&wanted.address_token.unwrap_or_default()).into(),
            if wanted.ended { "all" } else { "" }.into(),
            now.into(),
            at.into(),
            id.into(),
            Value::Int(i64::try_from(rows).unwrap_or(i64::MAX)),
        ],
        suppression,
    )
}

/// How many addresses are suppressed now, each stream for itself.
pub fn count(tx: &mut Tx<'_>, organisation: OrganisationId, now: Timestamp) -> Result<u64> {
    let count = tx.find(&COUNT, &[organisation.into(), now.into()], |row| row.int(0))?;
    Ok(count.map_or(0, |n| u64::try_from(n).unwrap_or(0)))
}

/// False when someone lifted it before.
pub fn lift(tx: &mut Tx<'_>, id: SuppressionId, organisation: OrganisationId, lifted: &Lifted) -> Result<bool> {
    let why = lifted.because.word();
    let given = [id.into(), organisation.into(), lifted.at.into(), lifted.by.as_str().into(), why.into()];
    Ok(tx.execute(&LIFT, &given)? == 1)
}

/// Counts a bounce against an address; gives how many count now. What is older than `since` does not.
pub fn strike(
    tx: &mut Tx<'_>,
    (organisation, stream): (OrganisationId, Stream),
    address_token: &[u8; 32],
    reason: SuppressionReason,
    at: Timestamp,
    since: Timestamp,
) -> Result<u32> {
    let given = [
        organisation.into(),
        stream.word().into(),
        address_token.into(),
        reason.word().into(),
        at.into(),
        since.into(),
    ];
    let strikes = tx.find(&STRIKE, &given, |row| row.int(0))?;
    Ok(strikes.map_or(1, |n| u32::try_from(n).unwrap_or(u32::MAX)))
}

/// A suppression of the address was lifted: it starts anew.
pub fn forgive(tx: &mut Tx<'_>, organisation: OrganisationId, stream: Stream, address_token: &[u8; 32]) -> Result<()> {
    tx.execute(&FORGIVE, &[organisation.into(), stream.word().into(), address_token.into()]).map(drop)
}

/// What the organisation set; reasons without a row follow the program's defaults.
pub fn rules(tx: &mut Tx<'_>, organisation: OrganisationId) -> Result<Vec<Rule>> {
    tx.query(&RULES, &[organisation.into()], |row| {
        Ok(Rule {
            reason: SuppressionReason::from_word(row.text(0)?).ok_or_else(wrong)?,
            strikes: u32::try_from(row.int(1)?).map_err(|_| wrong())?,
            keep_days: row.opt_int(2)?.map(|n| u32::try_from(n).map_err(|_| wrong())).transpose()?,
        })
    })
}

pub fn set_rule(tx: &mut Tx<'_>, organisation: OrganisationId, rule: &Rule) -> Result<()> {
    let keep = rule.keep_days.map(|days| Value::Int(days.into()));
    let given = [
        organisation.into(),
        rule.reason.word().into(),
        Value::Int(rule.strikes.into()),
        keep.unwrap_or(Value::Null),
    ];
    tx.execute(&SET_RULE, &given).map(drop)
}

fn wrong() -> Error {
    Error::new(Code::StoredDataInvalid)
}

fn reason(row: &Row<'_>) -> Result<(SuppressionId, SuppressionReason)> {
    let reason = SuppressionReason::from_word(row.text(1)?).ok_or_else(wrong)?;
    Ok((SuppressionId::from_bytes(row.array(0)?), reason))
}

fn suppression(row: &Row<'_>) -> Result<Suppression> {
    let lifted = match row.opt_at(11)? {
        Some(at) => Some(Lifted {
            at,
            by: row.opt_text(12)?.unwrap_or_default().to_owned(),
            because: row.opt_text(13)?.and_then(LiftReason::from_word).ok_or_else(wrong)?,
        }),
        None => None,
    };
    Ok(Suppression {
        id: SuppressionId::from_bytes(row.array(0)?),
        organisation: OrganisationId::from_bytes(row.array(1)?),
        stream: Stream::from_word(row.text(2)?).ok_or_else(wrong)?,
        address_token: row.array(3)?,
        sealed_address: row.bytes(4)?.to_vec(),
        reason: SuppressionReason::from_word(row.text(5)?).ok_or_else(wrong)?,
        source: SuppressionSource::from_word(row.text(6)?).ok_or_else(wrong)?,
        evidence: row.opt_bytes(7)?.map(RecipientId::from_slice).transpose()?,
        actor: row.text(8)?.to_owned(),
        created_at: row.at(9)?,
        expires_at: row.opt_at(10)?,
        lifted,
    })
}
