//! Sending domains and their DKIM keys. Domain names are published in DNS; private keys are sealed.

use model::{Domain, DomainId, OrganisationId, Result, Timestamp};

use crate::{Row, Tx, statements};

pub struct DomainRow {
    pub id: DomainId,
    pub organisation: OrganisationId,
    pub name: String,
    pub created_at: Timestamp,
}

pub struct DkimRow {
    pub domain: DomainId,
    pub organisation: OrganisationId,
    pub selector: String,
    /// `rsa` or `ed25519`.
    pub algorithm: String,
    pub sealed_key: Vec<u8>,
    /// The TXT record to publish at `<selector>._domainkey.<domain>`.
    pub record: String,
    pub active: bool,
    pub created_at: Timestamp,
}

statements! {
    pub INSERT = "INSERT INTO domains (id, organisation, name, created_at) VALUES ($1, $2, $3, $4)";
    pub FIND = "SELECT id, organisation, name, created_at FROM domains WHERE organisation = $1 AND name = $2";
    pub LIST = "SELECT id, organisation, name, created_at FROM domains WHERE organisation = $1 ORDER BY name";
    pub INSERT_DKIM = "INSERT INTO dkim_keys (domain, organisation, selector, algorithm, sealed_key, record, active, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    pub DKIM = "SELECT domain, organisation, selector, algorithm, sealed_key, record, active, created_at
        FROM dkim_keys WHERE domain = $1 AND active = 1 ORDER BY selector";
}

pub fn insert(tx: &mut Tx<'_>, d: &DomainRow) -> Result<()> {
    let values = [d.id.into(), d.organisation.into(), d.name.as_str().into(), d.created_at.into()];
    tx.execute(&INSERT, &values).map(drop)
}

pub fn find(tx: &mut Tx<'_>, organisation: OrganisationId, name: &Domain) -> Result<Option<DomainRow>> {
    tx.find(&FIND, &[organisation.into(), name.as_str().into()], domain)
}

pub fn list(tx: &mut Tx<'_>, organisation: OrganisationId) -> Result<Vec<DomainRow>> {
    tx.query(&LIST, &[organisation.into()], domain)
}

fn domain(row: &Row<'_>) -> Result<DomainRow> {
    Ok(DomainRow {
        id: DomainId::from_bytes(row.array(0)?),
        organisation: OrganisationId::from_bytes(row.array(1)?),
        name: row.text(2)?.to_owned(),
        created_at: row.at(3)?,
    })
}

pub fn insert_dkim(tx: &mut Tx<'_>, k: &DkimRow) -> Result<()> {
    tx.execute(
        &INSERT_DKIM,
        &[
            k.domain.into(),
            k.organisation.into(),
            k.selector.as_str().into(),
            k.algorithm.as_str().into(),
            k.sealed_key.as_slice().into(),
            k.record.as_str().into(),
            k.active.into(),
            k.created_at.into(),
        ],
    )
    .map(drop)
}

/// The keys that sign now.
pub fn dkim(tx: &mut Tx<'_>, domain: DomainId) -> Result<Vec<DkimRow>> {
    tx.query(&DKIM, &[domain.into()], |row| {
        Ok(DkimRow {
            domain: DomainId::from_bytes(row.array(0)?),
            organisation: OrganisationId::from_bytes(row.array(1)?),
            selector: row.text(2)?.to_owned(),
            algorithm: row.text(3)?.to_owned(),
            sealed_key: row.bytes(4)?.to_vec(),
            record: row.text(5)?.to_owned(),
            active: row.flag(6)?,
            created_at: row.at(7)?,
        })
    })
}
