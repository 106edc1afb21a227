//! Organisations and their wrapped keys. Names of organisations are public; their keys are not.

use model::{KeyVersionId, OrganisationId, Result, Timestamp};

use crate::{Row, Tx, Value, statements};

pub struct Organisation {
    pub id: OrganisationId,
    pub name: String,
    /// IANA name of the zone in which its people read times.
    pub zone: String,
    /// `en` or `es`.
    pub language: String,
    pub portal_on: bool,
    pub sealed_ledger_seed: Vec<u8>,
    pub ledger_verifier: String,
    pub created_at: Timestamp,
}

pub struct KeyRow {
    pub id: KeyVersionId,
    pub organisation: OrganisationId,
    /// 0 is the first; blind tokens hang on it for ever.
    pub position: u32,
    pub wrapped_key: Vec<u8>,
    pub root_fingerprint: String,
    pub created_at: Timestamp,
}

statements! {
    pub INSERT = "INSERT INTO organisations (id, name, zone, language, portal_on, sealed_ledger_seed, ledger_verifier, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    pub FIND = "SELECT id, name, zone, language, portal_on, sealed_ledger_seed, ledger_verifier, created_at
        FROM organisations WHERE id = $1";
    pub LIST = "SELECT id, name, zone, language, portal_on, sealed_ledger_seed, ledger_verifier, created_at
        FROM organisations ORDER BY created_at, id";
    pub INSERT_KEY = "INSERT INTO organisation_keys (id, organisation, position, wrapped_key, root_fingerprint, created_at)
        VALUES ($1, $2, $3, $4, $5, $6)";
    pub KEYS = "SELECT id, organisation, position, wrapped_key, root_fingerprint, created_at
        FROM organisation_keys WHERE organisation = $1 ORDER BY position";
    pub REWRAP_KEY = "UPDATE organisation_keys SET wrapped_key = $2, root_fingerprint = $3 WHERE id = $1";
}

pub fn insert(tx: &mut Tx<'_>, o: &Organisation) -> Result<()> {
    tx.execute(
        &INSERT,
        &[
            o.id.into(),
            o.name.as_str().into(),
            o.zone.as_str().into(),
            o.language.as_str().into(),
            o.portal_on.into(),
            o.sealed_ledger_seed.as_slice().into(),
            o.ledger_verifier.as_str().into(),
            o.created_at.into(),
        ],
    )
    .map(drop)
}

pub fn find(tx: &mut Tx<'_>, id: OrganisationId) -> Result<Option<Organisation>> {
    tx.find(&FIND, &[id.into()], organisation)
}

pub fn list(tx: &mut Tx<'_>) -> Result<Vec<Organisation>> {
    tx.query(&LIST, &[], organisation)
}

fn organisation(row: &Row<'_>) -> Result<Organisation> {
    Ok(Organisation {
        id: OrganisationId::from_bytes(row.array(0)?),
        name: row.text(1)?.to_owned(),
        zone: row.text(2)?.to_owned(),
        language: row.text(3)?.to_owned(),
        portal_on: row.flag(4)?,
        sealed_ledger_seed: row.bytes(5)?.to_vec(),
        ledger_verifier: row.text(6)?.to_owned(),
        created_at: row.at(7)?,
    })
}

pub fn insert_key(tx: &mut Tx<'_>, k: &KeyRow) -> Result<()> {
    tx.execute(
        &INSERT_KEY,
        &[
            k.id.into(),
            k.organisation.into(),
            Value::Int(k.position.into()),
            k.wrapped_key.as_slice().into(),
            k.root_fingerprint.as_str().into(),
            k.created_at.into(),
        ],
    )
    .map(drop)
}

/// Oldest first; the last is current.
pub fn keys(tx: &mut Tx<'_>, organisation: OrganisationId) -> Result<Vec<KeyRow>> {
    tx.query(&KEYS, &[organisation.into()], |row| {
        Ok(KeyRow {
            id: KeyVersionId::from_bytes(row.array(0)?),
            organisation: OrganisationId::from_bytes(row.array(1)?),
            position: u32::try_from(row.int(2)?).unwrap_or(u32::MAX),
            wrapped_key: row.bytes(3)?.to_vec(),
            root_fingerprint: row.text(4)?.to_owned(),
            created_at: row.at(5)?,
        })
    })
}

/// After a root rotation: the same key under the new root.
pub fn rewrap_key(tx: &mut Tx<'_>, id: KeyVersionId, wrapped: &[u8], root_fingerprint: &str) -> Result<()> {
    tx.execute(&REWRAP_KEY, &[id.into(), wrapped.into(), root_fingerprint.into()]).map(drop)
}
