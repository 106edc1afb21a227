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
    /// `prepared`, `active`, `retiring` or `retired`; `active` says the same for whoever signs.
    pub state: String,
    /// Until when a key that no longer signs must stay published.
    pub until_at: Option<Timestamp>,
}

statements! {
    pub INSERT = "INSERT INTO domains (id, organisation, name, created_at) VALUES ($1, $2, $3, $4)";
    pub FIND = "SELECT id, organisation, name, created_at FROM domains WHERE organisation = $1 AND name = $2";
    pub OWNER = "SELECT organisation FROM domains WHERE name = $1";
    pub FIND_NAME = "SELECT id, organisation, name, created_at FROM domains WHERE name = $1";
    pub FIND_ID = "SELECT id, organisation, name, created_at FROM domains WHERE id = $1";
    pub LIST = "SELECT id, organisation, name, created_at FROM domains WHERE organisation = $1 ORDER BY name";
    pub ALL_DOMAINS = "SELECT id, organisation, name, created_at FROM domains ORDER BY created_at, id";
    pub INSERT_DKIM = "INSERT INTO dkim_keys (domain, organisation, selector, algorithm, sealed_key, record, active, created_at,
        state, until_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    pub DKIM = "SELECT domain, organisation, selector, algorithm, sealed_key, record, active, created_at, state, until_at
        FROM dkim_keys WHERE domain = $1 AND active = 1 ORDER BY selector";
    pub KEYS = "SELECT domain, organisation, selector, algorithm, sealed_key, record, active, created_at, state, until_at
        FROM dkim_keys WHERE domain = $1 ORDER BY created_at DESC, selector LIMIT 100";
    pub MOVE_KEY = "UPDATE dkim_keys SET state = $4, active = $5, until_at = $6
        WHERE domain = $1 AND selector = $2 AND state = $3";
    pub DESTROY_KEY = "UPDATE dkim_keys SET sealed_key = $3 WHERE domain = $1 AND selector = $2 AND active = 0";
}

pub fn insert(tx: &mut Tx<'_>, d: &DomainRow) -> Result<()> {
    let values = [d.id.into(), d.organisation.into(), d.name.as_str().into(), d.created_at.into()];
    tx.execute(&INSERT, &values).map(drop)
}

pub fn find(tx: &mut Tx<'_>, organisation: OrganisationId, name: &Domain) -> Result<Option<DomainRow>> {
    tx.find(&FIND, &[organisation.into(), name.as_str().into()], domain)
}

/// Whose a name is: of the nearest name at or above it that somebody on this installation owns.
pub fn find_owner(tx: &mut Tx<'_>, name: &Domain) -> Result<Option<OrganisationId>> {
    let mut rest = name.as_str();
    while rest.contains('.') {
        let owner = tx.find(&OWNER, &[rest.into()], |row| Ok(OrganisationId::from_bytes(row.array(0)?)))?;
        if owner.is_some() {
            return Ok(owner);
        }
        rest = rest.split_once('.').map_or("", |(_, above)| above);
    }
    Ok(None)
}

/// Whoever on this installation sends from it.
pub fn find_name(tx: &mut Tx<'_>, name: &Domain) -> Result<Option<DomainRow>> {
    tx.find(&FIND_NAME, &[name.as_str().into()], domain)
}

pub fn find_id(tx: &mut Tx<'_>, id: DomainId) -> Result<Option<DomainRow>> {
    tx.find(&FIND_ID, &[id.into()], domain)
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
            k.state.as_str().into(),
            k.until_at.into(),
        ],
    )
    .map(drop)
}

/// The keys that sign now.
pub fn dkim(tx: &mut Tx<'_>, domain: DomainId) -> Result<Vec<DkimRow>> {
    tx.query(&DKIM, &[domain.into()], key)
}

/// Every key it ever had, newest first, at most 100.
pub fn keys(tx: &mut Tx<'_>, domain: DomainId) -> Result<Vec<DkimRow>> {
    tx.query(&KEYS, &[domain.into()], key)
}

/// Moves a key's state; false when it was no longer `from`.
pub fn move_key(
    tx: &mut Tx<'_>,
    domain: DomainId,
    selector: &str,
    (from, to): (&str, &str),
    until: Option<Timestamp>,
) -> Result<bool> {
    let values = [
        domain.into(),
        selector.into(),
        from.into(),
        to.into(),
        (to == "active").into(),
        until.into(),
    ];
    Ok(tx.execute(&MOVE_KEY, &values)? == 1)
}

/// The private half is gone for good; its record and its times stay known.
pub fn destroy_key(tx: &mut Tx<'_>, domain: DomainId, selector: &str) -> Result<()> {
    let nothing: &[u8] = &[];
    tx.execute(&DESTROY_KEY, &[domain.into(), selector.into(), nothing.into()]).map(drop)
}

/// Of all organisations, oldest first.
pub fn all(tx: &mut Tx<'_>) -> Result<Vec<DomainRow>> {
    tx.query(&ALL_DOMAINS, &[], domain)
}

fn key(row: &Row<'_>) -> Result<DkimRow> {
    Ok(DkimRow {
        domain: DomainId::from_bytes(row.array(0)?),
        organisation: OrganisationId::from_bytes(row.array(1)?),
        selector: row.text(2)?.to_owned(),
        algorithm: row.text(3)?.to_owned(),
        sealed_key: row.bytes(4)?.to_vec(),
        record: row.text(5)?.to_owned(),
        active: row.flag(6)?,
        created_at: row.at(7)?,
        state: row.text(8)?.to_owned(),
        until_at: row.opt_at(9)?,
    })
}
