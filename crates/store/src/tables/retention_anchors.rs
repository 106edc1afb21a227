//! The days of a patient that periods of retention are counted from, and the addresses a patient writes from.
//!
//! Invariant: whose days they are is a keyed token, an address as well, and the days are sealed.

use model::{OrganisationId, Result, Timestamp};

use crate::{Tx, statements};

/// A keyed token.
pub type Token = [u8; 32];

statements! {
    pub SET = "INSERT INTO retention_anchors (organisation, patient_token, sealed_days, updated_at)
        VALUES ($1, $2, $3, $4) ON CONFLICT (organisation, patient_token)
        DO UPDATE SET sealed_days = $3, updated_at = $4";
    pub FIND = "SELECT sealed_days FROM retention_anchors WHERE organisation = $1 AND patient_token = $2";
    pub LINK = "INSERT INTO retention_addresses (organisation, address_token, patient_token) VALUES ($1, $2, $3)
        ON CONFLICT DO NOTHING";
    pub PATIENTS = "SELECT patient_token FROM retention_addresses WHERE organisation = $1 AND address_token = $2
        ORDER BY patient_token LIMIT 2";
}

/// These in place of what was known of the patient.
pub fn set(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    patient: &Token,
    sealed_days: &[u8],
    at: Timestamp,
) -> Result<()> {
    tx.execute(&SET, &[organisation.into(), patient.into(), sealed_days.into(), at.into()])
        .map(drop)
}

/// None where nothing is on record, so that nothing of theirs is due.
pub fn find(tx: &mut Tx<'_>, organisation: OrganisationId, patient: &Token) -> Result<Option<Vec<u8>>> {
    tx.find(&FIND, &[organisation.into(), patient.into()], |row| Ok(row.bytes(0)?.to_vec()))
}

/// The patient writes from this address, and others may as well.
pub fn link(tx: &mut Tx<'_>, organisation: OrganisationId, address: &Token, patient: &Token) -> Result<()> {
    tx.execute(&LINK, &[organisation.into(), address.into(), patient.into()]).map(drop)
}

/// Whose address it is: none where nobody's, two where more than one patient's.
pub fn patients(tx: &mut Tx<'_>, organisation: OrganisationId, address: &Token) -> Result<Vec<Token>> {
    tx.query(&PATIENTS, &[organisation.into(), address.into()], |row| row.array(0))
}
