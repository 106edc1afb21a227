//! Keys of an organisation's own: of its addresses, and its own for copies that it can open; and whether it wants
//! such copies.
//!
//! Invariant: both halves can be read with the row's own key alone, and are gone with it.

use model::{Code, KeyFor, KeyStanding, OrganisationId, OwnKeyId, Result, Timestamp};

use crate::{Row, Tx, statements};

#[derive(Clone)]
pub struct OwnKey {
    pub id: OwnKeyId,
    pub organisation: OrganisationId,
    /// `None`: the organisation's own.
    pub address_token: Option<[u8; 32]>,
    pub kind: KeyFor,
    pub fingerprint_token: [u8; 32],
    pub sealed_key: Vec<u8>,
    pub standing: KeyStanding,
    pub starts_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub created_at: Timestamp,
    pub changed_by: String,
}

statements! {
    pub INSERT = "INSERT INTO own_keys (id, organisation, address_token, kind, fingerprint_token, sealed_key, standing,
        starts_at, expires_at, created_at, changed_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        ON CONFLICT (organisation, kind, fingerprint_token) DO NOTHING";
    pub SET = "UPDATE own_keys SET standing = $3, changed_by = $4 WHERE id = $1 AND organisation = $2";
    pub LOAD = "SELECT id, organisation, address_token, kind, fingerprint_token, sealed_key, standing, starts_at, expires_at,
        created_at, changed_by FROM own_keys WHERE id = $1 AND organisation = $2";
    pub LIST = "SELECT id, organisation, address_token, kind, fingerprint_token, sealed_key, standing, starts_at, expires_at,
        created_at, changed_by FROM own_keys WHERE organisation = $1 ORDER BY created_at DESC, id DESC";
    pub REMOVE = "DELETE FROM own_keys WHERE id = $1 AND organisation = $2";
    pub ESCROW = "SELECT escrow FROM key_options WHERE organisation = $1";
    pub SET_ESCROW = "INSERT INTO key_options (organisation, escrow) VALUES ($1, $2)
        ON CONFLICT (organisation) DO UPDATE SET escrow = $2";
}

/// False when the key is there already.
pub fn insert(tx: &mut Tx<'_>, k: &OwnKey) -> Result<bool> {
    let given = [
        k.id.into(),
        k.organisation.into(),
        k.address_token.as_ref().into(),
        k.kind.into(),
        (&k.fingerprint_token).into(),
        k.sealed_key.as_slice().into(),
        k.standing.into(),
        k.starts_at.into(),
        k.expires_at.into(),
        k.created_at.into(),
        k.changed_by.as_str().into(),
    ];
    Ok(tx.execute(&INSERT, &given)? == 1)
}

pub fn set(
    tx: &mut Tx<'_>,
    id: OwnKeyId,
    organisation: OrganisationId,
    standing: KeyStanding,
    by: &str,
) -> Result<()> {
    let given = [id.into(), organisation.into(), standing.into(), by.into()];
    tx.execute(&SET, &given).map(drop)
}

/// # Errors
/// `not_found` when there is none such.
pub fn load(tx: &mut Tx<'_>, id: OwnKeyId, organisation: OrganisationId) -> Result<OwnKey> {
    let found = tx.find(&LOAD, &[id.into(), organisation.into()], row)?;
    found.ok_or_else(|| Code::NotFound.into())
}

/// Newest first; an organisation has at most [`model::limits::OWN_KEYS_MAX`].
pub fn list(tx: &mut Tx<'_>, organisation: OrganisationId) -> Result<Vec<OwnKey>> {
    tx.query(&LIST, &[organisation.into()], row)
}

pub fn remove(tx: &mut Tx<'_>, id: OwnKeyId, organisation: OrganisationId) -> Result<()> {
    tx.execute(&REMOVE, &[id.into(), organisation.into()])
        .map(drop)
}

/// Whether encrypted mail is encrypted to the organisation's own key too.
pub fn escrow(tx: &mut Tx<'_>, organisation: OrganisationId) -> Result<bool> {
    let found = tx.find(&ESCROW, &[organisation.into()], |row| row.flag(0))?;
    Ok(found.unwrap_or(false))
}

pub fn set_escrow(tx: &mut Tx<'_>, organisation: OrganisationId, on: bool) -> Result<()> {
    tx.execute(&SET_ESCROW, &[organisation.into(), on.into()])
        .map(drop)
}

fn row(row: &Row<'_>) -> Result<OwnKey> {
    Ok(OwnKey {
        id: row.id(0)?,
        organisation: row.id(1)?,
        address_token: row.opt_array(2)?,
        kind: row.word(3)?,
        fingerprint_token: row.array(4)?,
        sealed_key: row.bytes(5)?.to_vec(),
        standing: row.word(6)?,
        starts_at: row.at(7)?,
        expires_at: row.opt_at(8)?,
        created_at: row.at(9)?,
        changed_by: row.text(10)?.to_owned(),
    })
}
