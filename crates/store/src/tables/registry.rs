//! The registry of patients: numbers and keyed tokens, for exact data match.
//!
//! Invariant: no value is here, and none can be made of what is here without the organisation's key.

use model::{Code, Error, OrganisationId, Result, Timestamp};

use crate::{Tx, statements};

/// How a registry stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State {
    /// Grows with each change: what is in memory with an older one is read anew.
    pub version: u64,
    pub patients: u64,
    pub updated_at: Timestamp,
}

/// One field of one patient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    pub patient: u32,
    pub field: String,
    pub token: [u8; 32],
}

statements! {
    pub STATE = "SELECT version, patients, updated_at FROM registry_states WHERE organisation = $1";
    pub CHANGED = "INSERT INTO registry_states (organisation, version, patients, updated_at)
        VALUES ($1, 1, (SELECT count(*) FROM registry_patients WHERE organisation = $1), $2)
        ON CONFLICT (organisation) DO UPDATE SET version = registry_states.version + 1,
        patients = (SELECT count(*) FROM registry_patients WHERE organisation = $1), updated_at = $2";
    pub NUMBER = "SELECT number FROM registry_patients WHERE organisation = $1 AND source_token = $2";
    pub LAST = "SELECT COALESCE(MAX(number), 0) FROM registry_patients WHERE organisation = $1";
    pub INSERT_PATIENT = "INSERT INTO registry_patients (organisation, number, source_token) VALUES ($1, $2, $3)";
    pub FORGET_TOKENS = "DELETE FROM registry_tokens WHERE organisation = $1 AND patient = $2";
    pub INSERT_TOKEN = "INSERT INTO registry_tokens (organisation, patient, field, token) VALUES ($1, $2, $3, $4)
        ON CONFLICT DO NOTHING";
    pub PAGE = "SELECT patient, field, token FROM registry_tokens WHERE organisation = $1 AND patient > $2 AND patient <= $3
        ORDER BY patient, field, token";
    pub CLEAR_TOKENS = "DELETE FROM registry_tokens WHERE organisation = $1";
    pub CLEAR_PATIENTS = "DELETE FROM registry_patients WHERE organisation = $1";
}

/// None before the first import.
pub fn state(tx: &mut Tx<'_>, organisation: OrganisationId) -> Result<Option<State>> {
    tx.find(&STATE, &[organisation.into()], |row| {
        Ok(State {
            version: row.uint(0)?,
            patients: row.uint(1)?,
            updated_at: row.at(2)?,
        })
    })
}

/// Everybody who holds the registry in memory reads it anew.
pub fn changed(tx: &mut Tx<'_>, organisation: OrganisationId, at: Timestamp) -> Result<()> {
    tx.execute(&CHANGED, &[organisation.into(), at.into()]).map(drop)
}

/// A patient's number here, by the token of the number they have elsewhere; and whether it is new.
pub fn patient(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    source_token: &[u8; 32],
) -> Result<(u32, bool)> {
    let number = |n: i64| u32::try_from(n).map_err(|_| Error::new(Code::StoredDataInvalid));
    let held = tx.find(&NUMBER, &[organisation.into(), source_token.into()], |row| row.int(0))?;
    if let Some(held) = held {
        return Ok((number(held)?, false));
    }
    let next = last(tx, organisation)? + 1;
    tx.execute(&INSERT_PATIENT, &[organisation.into(), next.into(), source_token.into()])?;
    Ok((next, true))
}

/// The highest number given; 0 before the first.
pub fn last(tx: &mut Tx<'_>, organisation: OrganisationId) -> Result<u32> {
    let last = tx.find(&LAST, &[organisation.into()], |row| row.int(0))?;
    u32::try_from(last.unwrap_or(0)).map_err(|_| Error::new(Code::StoredDataInvalid))
}

/// These in place of what was known of the patient.
pub fn replace(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    patient: u32,
    tokens: &[(&'static str, [u8; 32])],
) -> Result<()> {
    tx.execute(&FORGET_TOKENS, &[organisation.into(), patient.into()])?;
    for (field, token) in tokens {
        let given = [organisation.into(), patient.into(), (*field).into(), token.into()];
        tx.execute(&INSERT_TOKEN, &given)?;
    }
    Ok(())
}

/// What is known of the patients after one number, up to another.
pub fn page(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    after: u32,
    to: u32,
) -> Result<Vec<Token>> {
    tx.query(&PAGE, &[organisation.into(), after.into(), to.into()], |row| {
        Ok(Token {
            patient: u32::try_from(row.int(0)?).map_err(|_| Error::new(Code::StoredDataInvalid))?,
            field: row.text(1)?.to_owned(),
            token: row.array(2)?,
        })
    })
}

pub fn clear(tx: &mut Tx<'_>, organisation: OrganisationId) -> Result<()> {
    tx.execute(&CLEAR_TOKENS, &[organisation.into()])?;
    tx.execute(&CLEAR_PATIENTS, &[organisation.into()]).map(drop)
}
