//! Certificates and OpenPGP keys of those an organisation writes to.
//!
//! Invariant: one row an address and key; the key, its fingerprint and its owner can be read with the row's own
//! key alone, and are gone with it.

use model::{
    Code, KeyFor, KeySource, KeyStanding, OrganisationId, RecipientKeyId, Result, Timestamp,
};

use crate::{Row, Tx, Value, statements};

#[derive(Clone)]
pub struct RecipientKey {
    pub id: RecipientKeyId,
    pub organisation: OrganisationId,
    pub address_token: [u8; 32],
    pub kind: KeyFor,
    pub fingerprint_token: [u8; 32],
    pub sealed_key: Vec<u8>,
    pub source: KeySource,
    pub standing: KeyStanding,
    /// Somebody vouched for it, whoever issued it.
    pub pinned: bool,
    pub starts_at: Timestamp,
    /// By its own word; `None`: it does not say.
    pub expires_at: Option<Timestamp>,
    pub created_at: Timestamp,
    /// When it was last given to us.
    pub seen_at: Timestamp,
    pub changed_by: String,
}

/// Which of them are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    pub kind: Option<KeyFor>,
    pub standing: Option<KeyStanding>,
    /// Those that end by then, or have ended.
    pub ends_by: Option<Timestamp>,
}

statements! {
    pub INSERT = "INSERT INTO recipient_keys (id, organisation, address_token, kind, fingerprint_token, sealed_key, source,
        standing, pinned, starts_at, expires_at, created_at, seen_at, changed_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
    pub UPDATE = "UPDATE recipient_keys SET sealed_key = $3, source = $4, standing = $5, pinned = $6, starts_at = $7,
        expires_at = $8, seen_at = $9, changed_by = $10 WHERE id = $1 AND organisation = $2";
    pub FIND = "SELECT id, organisation, address_token, kind, fingerprint_token, sealed_key, source, standing, pinned,
        starts_at, expires_at, created_at, seen_at, changed_by FROM recipient_keys
        WHERE organisation = $1 AND address_token = $2 AND kind = $3 AND fingerprint_token = $4";
    pub LOAD = "SELECT id, organisation, address_token, kind, fingerprint_token, sealed_key, source, standing, pinned,
        starts_at, expires_at, created_at, seen_at, changed_by FROM recipient_keys WHERE id = $1 AND organisation = $2";
    pub OF_ADDRESS = "SELECT id, organisation, address_token, kind, fingerprint_token, sealed_key, source, standing, pinned,
        starts_at, expires_at, created_at, seen_at, changed_by FROM recipient_keys
        WHERE organisation = $1 AND address_token = $2 ORDER BY pinned DESC, starts_at DESC, id DESC";
    pub LIST = "SELECT id, organisation, address_token, kind, fingerprint_token, sealed_key, source, standing, pinned,
        starts_at, expires_at, created_at, seen_at, changed_by FROM recipient_keys WHERE organisation = $1
        AND ($2 = '' OR kind = $2) AND ($3 = '' OR standing = $3) AND COALESCE(expires_at, 9223372036854775807) <= $4
        AND (created_at < $5 OR (created_at = $5 AND id < $6)) ORDER BY created_at DESC, id DESC LIMIT $7";
    pub ANY = "SELECT 1 FROM recipient_keys WHERE organisation = $1 LIMIT 1";
    pub REMOVE = "DELETE FROM recipient_keys WHERE id = $1 AND organisation = $2";
}

pub fn insert(tx: &mut Tx<'_>, k: &RecipientKey) -> Result<()> {
    let given = [
        k.id.into(),
        k.organisation.into(),
        (&k.address_token).into(),
        k.kind.into(),
        (&k.fingerprint_token).into(),
        k.sealed_key.as_slice().into(),
        k.source.into(),
        k.standing.into(),
        k.pinned.into(),
        k.starts_at.into(),
        k.expires_at.into(),
        k.created_at.into(),
        k.seen_at.into(),
        k.changed_by.as_str().into(),
    ];
    tx.execute(&INSERT, &given).map(drop)
}

/// All but whose it is, which it is and since when we have it.
pub fn update(tx: &mut Tx<'_>, k: &RecipientKey) -> Result<()> {
    let given = [
        k.id.into(),
        k.organisation.into(),
        k.sealed_key.as_slice().into(),
        k.source.into(),
        k.standing.into(),
        k.pinned.into(),
        k.starts_at.into(),
        k.expires_at.into(),
        k.seen_at.into(),
        k.changed_by.as_str().into(),
    ];
    tx.execute(&UPDATE, &given).map(drop)
}

pub fn find(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    address: &[u8; 32],
    kind: KeyFor,
    fingerprint: &[u8; 32],
) -> Result<Option<RecipientKey>> {
    let asked = [
        organisation.into(),
        address.into(),
        kind.into(),
        fingerprint.into(),
    ];
    tx.find(&FIND, &asked, row)
}

/// # Errors
/// `not_found` when there is none such.
pub fn load(
    tx: &mut Tx<'_>,
    id: RecipientKeyId,
    organisation: OrganisationId,
) -> Result<RecipientKey> {
    let found = tx.find(&LOAD, &[id.into(), organisation.into()], row)?;
    found.ok_or_else(|| Code::NotFound.into())
}

/// Of one address, the best first: those vouched for, then the newest.
pub fn of_address(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    address: &[u8; 32],
) -> Result<Vec<RecipientKey>> {
    tx.query(&OF_ADDRESS, &[organisation.into(), address.into()], row)
}

/// Newest first.
pub fn list(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    filter: Filter,
    before: Option<(Timestamp, RecipientKeyId)>,
    rows: usize,
) -> Result<Vec<RecipientKey>> {
    let (at, id) = before.unwrap_or((Timestamp::MAX, RecipientKeyId::from_bytes([255; 16])));
    let asked = [
        organisation.into(),
        filter.kind.map_or("", KeyFor::word).into(),
        filter.standing.map_or("", KeyStanding::word).into(),
        filter.ends_by.unwrap_or(Timestamp::MAX).into(),
        at.into(),
        id.into(),
        Value::Int(i64::try_from(rows).unwrap_or(i64::MAX)),
    ];
    tx.query(&LIST, &asked, row)
}

/// Whether there is any at all: most mail is then decided without asking.
pub fn any(tx: &mut Tx<'_>, organisation: OrganisationId) -> Result<bool> {
    Ok(tx.find(&ANY, &[organisation.into()], |_| Ok(()))?.is_some())
}

pub fn remove(tx: &mut Tx<'_>, id: RecipientKeyId, organisation: OrganisationId) -> Result<()> {
    tx.execute(&REMOVE, &[id.into(), organisation.into()])
        .map(drop)
}

fn row(row: &Row<'_>) -> Result<RecipientKey> {
    Ok(RecipientKey {
        id: row.id(0)?,
        organisation: row.id(1)?,
        address_token: row.array(2)?,
        kind: row.word(3)?,
        fingerprint_token: row.array(4)?,
        sealed_key: row.bytes(5)?.to_vec(),
        source: row.word(6)?,
        standing: row.word(7)?,
        pinned: row.flag(8)?,
        starts_at: row.at(9)?,
        expires_at: row.opt_at(10)?,
        created_at: row.at(11)?,
        seen_at: row.at(12)?,
        changed_by: row.text(13)?.to_owned(),
    })
}
