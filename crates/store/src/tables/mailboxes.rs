//! Who takes mail here, and what the MX remembers of who came before.
//!
//! Invariant: addresses are keyed tokens and sealed texts; a greylist entry names nobody.

use model::{DomainId, OrganisationId, Result, Timestamp};

use crate::{Row, Tx, statements};

#[derive(Clone)]
pub struct Mailbox {
    /// Random; the associated data of the sealed address.
    pub id: [u8; 16],
    pub organisation: OrganisationId,
    pub domain: DomainId,
    pub address_token: [u8; 32],
    pub sealed_address: Vec<u8>,
    pub created_at: Timestamp,
}

statements! {
    pub INSERT = "INSERT INTO mailboxes (id, organisation, domain, address_token, sealed_address, created_at)
        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
    pub FIND = "SELECT id, organisation, domain, address_token, sealed_address, created_at FROM mailboxes
        WHERE organisation = $1 AND address_token = $2";
    pub LIST = "SELECT id, organisation, domain, address_token, sealed_address, created_at FROM mailboxes
        WHERE organisation = $1 ORDER BY created_at, id";
    pub REMOVE = "DELETE FROM mailboxes WHERE organisation = $1 AND address_token = $2";
    pub FIND_GREY = "SELECT first_at, passed_at FROM greylist WHERE token = $1";
    pub INSERT_GREY = "INSERT INTO greylist (token, first_at) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    pub PASS_GREY = "UPDATE greylist SET passed_at = $2 WHERE token = $1";
    pub FORGET_GREY = "DELETE FROM greylist WHERE first_at < $1 AND (passed_at IS NULL OR passed_at < $2)";
}

/// False when the address takes mail already.
pub fn insert(tx: &mut Tx<'_>, m: &Mailbox) -> Result<bool> {
    let values = [
        m.id.as_slice().into(),
        m.organisation.into(),
        m.domain.into(),
        (&m.address_token).into(),
        m.sealed_address.as_slice().into(),
        m.created_at.into(),
    ];
    Ok(tx.execute(&INSERT, &values)? == 1)
}

pub fn find(tx: &mut Tx<'_>, organisation: OrganisationId, address: &[u8; 32]) -> Result<Option<Mailbox>> {
    tx.find(&FIND, &[organisation.into(), address.into()], mailbox)
}

/// Oldest first.
pub fn list(tx: &mut Tx<'_>, organisation: OrganisationId) -> Result<Vec<Mailbox>> {
    tx.query(&LIST, &[organisation.into()], mailbox)
}

/// False when there was none.
pub fn remove(tx: &mut Tx<'_>, organisation: OrganisationId, address: &[u8; 32]) -> Result<bool> {
    Ok(tx.execute(&REMOVE, &[organisation.into(), address.into()])? == 1)
}

fn mailbox(row: &Row<'_>) -> Result<Mailbox> {
    Ok(Mailbox {
        id: row.array(0)?,
        organisation: OrganisationId::from_bytes(row.array(1)?),
        domain: DomainId::from_bytes(row.array(2)?),
        address_token: row.array(3)?,
        sealed_address: row.bytes(4)?.to_vec(),
        created_at: row.at(5)?,
    })
}

/// When a stranger came first, and whether it came back.
pub struct Grey {
    pub first_at: Timestamp,
    pub passed_at: Option<Timestamp>,
}

pub fn find_grey(tx: &mut Tx<'_>, token: &[u8; 32]) -> Result<Option<Grey>> {
    tx.find(&FIND_GREY, &[token.into()], |row| {
        Ok(Grey { first_at: row.at(0)?, passed_at: row.opt_at(1)? })
    })
}

pub fn insert_grey(tx: &mut Tx<'_>, token: &[u8; 32], at: Timestamp) -> Result<()> {
    tx.execute(&INSERT_GREY, &[token.into(), at.into()]).map(drop)
}

pub fn pass_grey(tx: &mut Tx<'_>, token: &[u8; 32], at: Timestamp) -> Result<()> {
    tx.execute(&PASS_GREY, &[token.into(), at.into()]).map(drop)
}

/// Strangers who never came back before `stranger`, and guests not seen since `guest`.
pub fn forget_grey(tx: &mut Tx<'_>, stranger: Timestamp, guest: Timestamp) -> Result<()> {
    tx.execute(&FORGET_GREY, &[stranger.into(), guest.into()]).map(drop)
}
