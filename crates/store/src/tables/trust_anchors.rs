//! Authorities whose certificates an organisation believes.
//!
//! Invariant: one row an authority; the certificate can be read with the row's own key alone.

use model::{AuthorityId, Code, OrganisationId, Result, Timestamp};

use crate::{Row, Tx, statements};

#[derive(Clone)]
pub struct TrustAnchor {
    pub id: AuthorityId,
    pub organisation: OrganisationId,
    pub fingerprint_token: [u8; 32],
    pub sealed_certificate: Vec<u8>,
    pub expires_at: Timestamp,
    pub created_at: Timestamp,
    pub added_by: String,
}

statements! {
    pub INSERT = "INSERT INTO trust_anchors (id, organisation, fingerprint_token, sealed_certificate, expires_at, created_at,
        added_by) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (organisation, fingerprint_token) DO NOTHING";
    pub LOAD = "SELECT id, organisation, fingerprint_token, sealed_certificate, expires_at, created_at, added_by
        FROM trust_anchors WHERE id = $1 AND organisation = $2";
    pub LIST = "SELECT id, organisation, fingerprint_token, sealed_certificate, expires_at, created_at, added_by
        FROM trust_anchors WHERE organisation = $1 ORDER BY created_at, id";
    pub REMOVE = "DELETE FROM trust_anchors WHERE id = $1 AND organisation = $2";
}

/// False when the authority is there already.
pub fn insert(tx: &mut Tx<'_>, a: &TrustAnchor) -> Result<bool> {
    let given = [
        a.id.into(),
        a.organisation.into(),
        (&a.fingerprint_token).into(),
        a.sealed_certificate.as_slice().into(),
        a.expires_at.into(),
        a.created_at.into(),
        a.added_by.as_str().into(),
    ];
    Ok(tx.execute(&INSERT, &given)? == 1)
}

/// # Errors
/// `not_found` when there is none such.
pub fn load(tx: &mut Tx<'_>, id: AuthorityId, organisation: OrganisationId) -> Result<TrustAnchor> {
    let found = tx.find(&LOAD, &[id.into(), organisation.into()], row)?;
    found.ok_or_else(|| Code::NotFound.into())
}

/// Oldest first; an organisation has few.
pub fn list(tx: &mut Tx<'_>, organisation: OrganisationId) -> Result<Vec<TrustAnchor>> {
    tx.query(&LIST, &[organisation.into()], row)
}

pub fn remove(tx: &mut Tx<'_>, id: AuthorityId, organisation: OrganisationId) -> Result<()> {
    tx.execute(&REMOVE, &[id.into(), organisation.into()])
        .map(drop)
}

fn row(row: &Row<'_>) -> Result<TrustAnchor> {
    Ok(TrustAnchor {
        id: row.id(0)?,
        organisation: row.id(1)?,
        fingerprint_token: row.array(2)?,
        sealed_certificate: row.bytes(3)?.to_vec(),
        expires_at: row.at(4)?,
        created_at: row.at(5)?,
        added_by: row.text(6)?.to_owned(),
    })
}
