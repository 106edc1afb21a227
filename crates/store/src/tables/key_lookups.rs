//! Keys that were looked for at recipients' own domains: whether that is wanted, and what was answered of late.
//!
//! Invariant: whose key was asked for is a keyed token; what was answered is one word.

use model::{KeyAnswer, OrganisationId, Result, Timestamp};

use crate::{Tx, Value, statements};

statements! {
    pub WANTED = "SELECT wkd FROM key_options WHERE organisation = $1";
    pub SET_WANTED = "INSERT INTO key_options (organisation, escrow, wkd) VALUES ($1, 0, $2)
        ON CONFLICT (organisation) DO UPDATE SET wkd = $2";
    pub FIND = "SELECT answer FROM key_lookups WHERE organisation = $1 AND address_token = $2 AND until > $3";
    pub NOTE = "INSERT INTO key_lookups (organisation, address_token, answer, until) VALUES ($1, $2, $3, $4)
        ON CONFLICT (organisation, address_token) DO UPDATE SET answer = $3, until = $4";
    pub FORGET = "DELETE FROM key_lookups WHERE (organisation, address_token) IN
        (SELECT organisation, address_token FROM key_lookups WHERE until <= $1 ORDER BY until LIMIT $2)";
}

/// Off until somebody turns it on.
pub fn wanted(tx: &mut Tx<'_>, organisation: OrganisationId) -> Result<bool> {
    let found = tx.find(&WANTED, &[organisation.into()], |row| row.flag(0))?;
    Ok(found.unwrap_or(false))
}

pub fn set_wanted(tx: &mut Tx<'_>, organisation: OrganisationId, on: bool) -> Result<()> {
    tx.execute(&SET_WANTED, &[organisation.into(), on.into()])
        .map(drop)
}

/// What was answered and still counts at `now`.
pub fn find(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    address: &[u8; 32],
    now: Timestamp,
) -> Result<Option<KeyAnswer>> {
    let asked = [organisation.into(), address.into(), now.into()];
    tx.find(&FIND, &asked, |row| row.word(0))
}

pub fn note(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    address: &[u8; 32],
    answer: KeyAnswer,
    until: Timestamp,
) -> Result<()> {
    let given = [
        organisation.into(),
        address.into(),
        answer.into(),
        until.into(),
    ];
    tx.execute(&NOTE, &given).map(drop)
}

/// Gives how many.
pub fn forget_before(tx: &mut Tx<'_>, at: Timestamp, rows: usize) -> Result<u64> {
    let rows = Value::Int(i64::try_from(rows).unwrap_or(i64::MAX));
    tx.execute(&FORGET, &[at.into(), rows])
}
