//! What is known of the revocation of recipients' certificates, and what an organisation makes of it.
//!
//! Invariant: a row is about a key on record and names it by its id alone.

use model::{
    OrganisationId, RecipientKeyId, Result, RevocationState, RevocationUse, Timestamp,
};

use crate::{Row, Tx, Value, statements};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revocation {
    pub state: RevocationState,
    /// A word of [`model::RevocationReason`] or [`model::RevocationDoubt`], or empty.
    pub because: String,
    /// When the list or answer was made that says so.
    pub produced_at: Option<Timestamp>,
    /// Until when `good` counts.
    pub good_until: Option<Timestamp>,
    pub checked_at: Option<Timestamp>,
    pub next_at: Timestamp,
    /// Without a verdict, since the last one.
    pub tries: i64,
}

/// A certificate to ask about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    pub organisation: OrganisationId,
    pub key: RecipientKeyId,
}

statements! {
    pub USE_OF = "SELECT revocation FROM key_options WHERE organisation = $1";
    pub SET_USE = "INSERT INTO key_options (organisation, escrow, revocation) VALUES ($1, 0, $2)
        ON CONFLICT (organisation) DO UPDATE SET revocation = $2";
    pub FIND = "SELECT state, because, produced_at, good_until, checked_at, next_at, tries FROM revocations
        WHERE organisation = $1 AND recipient_key = $2";
    pub ASK_AT = "INSERT INTO revocations (organisation, recipient_key, state, because, next_at, tries)
        VALUES ($1, $2, 'due', '', $3, 0) ON CONFLICT (organisation, recipient_key) DO UPDATE SET next_at = $3";
    pub WAKE = "UPDATE revocations SET next_at = $2 WHERE organisation = $1 AND next_at = $3";
    pub RETRY = "UPDATE revocations SET next_at = $2 WHERE organisation = $1 AND state = 'unknown'";
    pub DUE = "SELECT organisation, recipient_key, next_at FROM revocations WHERE next_at <= $1 ORDER BY next_at LIMIT $2";
    pub LEASE = "UPDATE revocations SET next_at = $4 WHERE organisation = $1 AND recipient_key = $2 AND next_at = $3";
    pub PARK = "UPDATE revocations SET next_at = $3 WHERE organisation = $1 AND recipient_key = $2";
    pub PUT = "UPDATE revocations SET state = $3, because = $4, produced_at = $5, good_until = $6, checked_at = $7,
        next_at = $8, tries = $9 WHERE organisation = $1 AND recipient_key = $2";
    pub REMOVE = "DELETE FROM revocations WHERE organisation = $1 AND recipient_key = $2";
}

/// `prefer` until somebody says otherwise.
pub fn use_of(tx: &mut Tx<'_>, organisation: OrganisationId) -> Result<RevocationUse> {
    let found = tx.find(&USE_OF, &[organisation.into()], |row| row.word(0))?;
    Ok(found.unwrap_or(RevocationUse::Prefer))
}

pub fn set_use(tx: &mut Tx<'_>, organisation: OrganisationId, is: RevocationUse) -> Result<()> {
    tx.execute(&SET_USE, &[organisation.into(), is.into()])
        .map(drop)
}

pub fn find(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    key: RecipientKeyId,
) -> Result<Option<Revocation>> {
    tx.find(&FIND, &[organisation.into(), key.into()], row)
}

/// What is known stays.
pub fn ask_at(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    key: RecipientKeyId,
    at: Timestamp,
) -> Result<()> {
    tx.execute(&ASK_AT, &[organisation.into(), key.into(), at.into()])
        .map(drop)
}

/// All that nobody asked about any more are asked about from `at` on.
pub fn wake(tx: &mut Tx<'_>, organisation: OrganisationId, at: Timestamp) -> Result<()> {
    let never = Timestamp::MAX;
    tx.execute(&WAKE, &[organisation.into(), at.into(), never.into()])
        .map(drop)
}

/// All that nobody could say anything about are asked about from `at` on.
pub fn retry(tx: &mut Tx<'_>, organisation: OrganisationId, at: Timestamp) -> Result<()> {
    tx.execute(&RETRY, &[organisation.into(), at.into()])
        .map(drop)
}

/// Those due at `now`, the longest first; nobody else is given them before `until`.
pub fn lease(
    tx: &mut Tx<'_>,
    now: Timestamp,
    until: Timestamp,
    rows: usize,
) -> Result<Vec<Due>> {
    let rows = Value::Int(i64::try_from(rows).unwrap_or(i64::MAX));
    let found = tx.query(&DUE, &[now.into(), rows], |row| {
        let due = Due {
            organisation: row.id(0)?,
            key: row.id(1)?,
        };
        Ok((due, row.at(2)?))
    })?;
    let mut leased = Vec::with_capacity(found.len());
    for (due, next_at) in found {
        let given = [
            due.organisation.into(),
            due.key.into(),
            next_at.into(),
            until.into(),
        ];
        if tx.execute(&LEASE, &given)? == 1 {
            leased.push(due);
        }
    }
    Ok(leased)
}

/// Nobody asks about it until it is given a time again.
pub fn park(tx: &mut Tx<'_>, of: Due) -> Result<()> {
    let never = Timestamp::MAX;
    tx.execute(&PARK, &[of.organisation.into(), of.key.into(), never.into()])
        .map(drop)
}

pub fn put(tx: &mut Tx<'_>, of: Due, r: &Revocation) -> Result<()> {
    let given = [
        of.organisation.into(),
        of.key.into(),
        r.state.into(),
        r.because.as_str().into(),
        r.produced_at.into(),
        r.good_until.into(),
        r.checked_at.into(),
        r.next_at.into(),
        r.tries.into(),
    ];
    tx.execute(&PUT, &given).map(drop)
}

pub fn remove(tx: &mut Tx<'_>, organisation: OrganisationId, key: RecipientKeyId) -> Result<()> {
    tx.execute(&REMOVE, &[organisation.into(), key.into()])
        .map(drop)
}

fn row(row: &Row<'_>) -> Result<Revocation> {
    Ok(Revocation {
        state: row.word(0)?,
        because: row.text(1)?.to_owned(),
        produced_at: row.opt_at(2)?,
        good_until: row.opt_at(3)?,
        checked_at: row.opt_at(4)?,
        next_at: row.at(5)?,
        tries: row.int(6)?,
    })
}
