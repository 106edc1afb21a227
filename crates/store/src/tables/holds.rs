//! Matters, legal holds and their custodians.
//!
//! Invariant: a release is stored only for somebody other than the one who asked for it, whoever calls.

use model::{Code, CustodianState, HoldId, HoldState, MatterId, MatterState, OrganisationId, Result, Timestamp};

use crate::{Row, Tx, statements};

#[derive(Clone)]
pub struct Matter {
    pub id: MatterId,
    pub organisation: OrganisationId,
    pub sealed_name: Vec<u8>,
    pub state: MatterState,
    pub author: String,
    pub created_at: Timestamp,
    pub closed_at: Option<Timestamp>,
}

#[derive(Clone)]
pub struct Hold {
    pub id: HoldId,
    pub organisation: OrganisationId,
    pub matter: MatterId,
    pub sealed_scope: Vec<u8>,
    /// Messages from here on, up to `until`, which is not part of it.
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
    pub state: HoldState,
    pub author: String,
    pub created_at: Timestamp,
    /// Who asked for its release, and when.
    pub asked_by: Option<String>,
    pub asked_at: Option<Timestamp>,
    pub approved_by: Option<String>,
    pub approved_at: Option<Timestamp>,
    /// It binds up to here.
    pub binds_until: Option<Timestamp>,
}

impl Hold {
    pub fn binds(&self, now: Timestamp) -> bool {
        self.state != HoldState::Released || self.binds_until.is_none_or(|until| now <= until)
    }
}

pub struct Custodian {
    pub number: u32,
    pub sealed_address: Vec<u8>,
    pub state: CustodianState,
    pub changed_at: Timestamp,
}

statements! {
    pub INSERT_MATTER = "INSERT INTO matters (id, organisation, sealed_name, state, author, created_at, closed_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    pub LOAD_MATTER = "SELECT id, organisation, sealed_name, state, author, created_at, closed_at FROM matters
        WHERE id = $1 AND organisation = $2";
    pub LIST_MATTERS = "SELECT id, organisation, sealed_name, state, author, created_at, closed_at FROM matters
        WHERE organisation = $1 AND (created_at < $2 OR (created_at = $2 AND id < $3))
        ORDER BY created_at DESC, id DESC LIMIT $4";
    pub CLOSE_MATTER = "UPDATE matters SET state = 'closed', closed_at = $3 WHERE id = $1 AND organisation = $2 AND state = 'open'";
    pub INSERT = "INSERT INTO legal_holds (id, organisation, matter, sealed_scope, since, until, state, author, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    pub LOAD = "SELECT id, organisation, matter, sealed_scope, since, until, state, author, created_at, asked_by, asked_at,
        approved_by, approved_at, binds_until FROM legal_holds WHERE id = $1 AND organisation = $2";
    pub LIST = "SELECT id, organisation, matter, sealed_scope, since, until, state, author, created_at, asked_by, asked_at,
        approved_by, approved_at, binds_until FROM legal_holds WHERE organisation = $1
        AND (created_at < $2 OR (created_at = $2 AND id < $3)) ORDER BY created_at DESC, id DESC LIMIT $4";
    pub BINDS = "SELECT 1 FROM legal_holds WHERE matter = $1 AND organisation = $2
        AND (state <> 'released' OR binds_until IS NULL OR binds_until >= $3) LIMIT 1";
    pub BINDING = "SELECT id, organisation, matter, sealed_scope, since, until, state, author, created_at, asked_by, asked_at,
        approved_by, approved_at, binds_until FROM legal_holds WHERE organisation = $1
        AND (state <> 'released' OR binds_until IS NULL OR binds_until >= $2) ORDER BY created_at, id LIMIT $3";
    pub ASK_RELEASE = "UPDATE legal_holds SET state = 'release_asked', asked_by = $3, asked_at = $4
        WHERE id = $1 AND organisation = $2 AND state = 'active'";
    pub STAND = "UPDATE legal_holds SET state = 'active', asked_by = NULL, asked_at = NULL, approved_by = NULL, approved_at = NULL,
        binds_until = NULL WHERE id = $1 AND organisation = $2
        AND (state = 'release_asked' OR (state = 'released' AND binds_until >= $3))";
    pub RELEASE = "UPDATE legal_holds SET state = 'released', approved_by = $3, approved_at = $4, binds_until = $5
        WHERE id = $1 AND organisation = $2 AND state = 'release_asked' AND asked_by <> $3";
    pub INSERT_CUSTODIAN = "INSERT INTO hold_custodians (hold, number, sealed_address, state, changed_at) VALUES ($1, $2, $3, $4, $5)";
    pub CUSTODIANS = "SELECT number, sealed_address, state, changed_at FROM hold_custodians WHERE hold = $1 ORDER BY number";
    pub SET_CUSTODIAN = "UPDATE hold_custodians SET state = $3, changed_at = $4 WHERE hold = $1 AND number = $2";
}

pub fn insert_matter(tx: &mut Tx<'_>, m: &Matter) -> Result<()> {
    let given = [
        m.id.into(),
        m.organisation.into(),
        m.sealed_name.as_slice().into(),
        m.state.into(),
        m.author.as_str().into(),
        m.created_at.into(),
        m.closed_at.into(),
    ];
    tx.execute(&INSERT_MATTER, &given).map(drop)
}

/// # Errors
/// `not_found` when there is none such.
pub fn load_matter(tx: &mut Tx<'_>, id: MatterId, organisation: OrganisationId) -> Result<Matter> {
    let found = tx.find(&LOAD_MATTER, &[id.into(), organisation.into()], matter)?;
    found.ok_or_else(|| Code::NotFound.into())
}

/// Newest first.
pub fn list_matters(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    before: Option<(Timestamp, MatterId)>,
    rows: usize,
) -> Result<Vec<Matter>> {
    let (at, id) = before.unwrap_or((Timestamp::MAX, MatterId::from_bytes([255; 16])));
    tx.query(&LIST_MATTERS, &[organisation.into(), at.into(), id.into(), rows.into()], matter)
}

/// False when it was not open.
pub fn close_matter(tx: &mut Tx<'_>, id: MatterId, organisation: OrganisationId, now: Timestamp) -> Result<bool> {
    Ok(tx.execute(&CLOSE_MATTER, &[id.into(), organisation.into(), now.into()])? == 1)
}

/// A new one that nobody asked to release.
pub fn insert(tx: &mut Tx<'_>, h: &Hold) -> Result<()> {
    let given = [
        h.id.into(),
        h.organisation.into(),
        h.matter.into(),
        h.sealed_scope.as_slice().into(),
        h.since.into(),
        h.until.into(),
        h.state.into(),
        h.author.as_str().into(),
        h.created_at.into(),
    ];
    tx.execute(&INSERT, &given).map(drop)
}

/// # Errors
/// `not_found` when there is none such.
pub fn load(tx: &mut Tx<'_>, id: HoldId, organisation: OrganisationId) -> Result<Hold> {
    let found = tx.find(&LOAD, &[id.into(), organisation.into()], row)?;
    found.ok_or_else(|| Code::NotFound.into())
}

/// Newest first.
pub fn list(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    before: Option<(Timestamp, HoldId)>,
    rows: usize,
) -> Result<Vec<Hold>> {
    let (at, id) = before.unwrap_or((Timestamp::MAX, HoldId::from_bytes([255; 16])));
    tx.query(&LIST, &[organisation.into(), at.into(), id.into(), rows.into()], row)
}

/// Whether a hold of a matter binds.
pub fn binds(tx: &mut Tx<'_>, matter: MatterId, organisation: OrganisationId, now: Timestamp) -> Result<bool> {
    let given = [matter.into(), organisation.into(), now.into()];
    Ok(tx.find(&BINDS, &given, |row| row.int(0))?.is_some())
}

/// Those that bind, oldest first.
pub fn binding(tx: &mut Tx<'_>, organisation: OrganisationId, now: Timestamp, rows: usize) -> Result<Vec<Hold>> {
    tx.query(&BINDING, &[organisation.into(), now.into(), rows.into()], row)
}

/// False when it is not active.
pub fn ask_release(tx: &mut Tx<'_>, hold: &Hold, by: &str, now: Timestamp) -> Result<bool> {
    let given = [hold.id.into(), hold.organisation.into(), by.into(), now.into()];
    Ok(tx.execute(&ASK_RELEASE, &given)? == 1)
}

/// It is active again. False when no release was asked for, or the delay of one is over.
pub fn stand(tx: &mut Tx<'_>, hold: &Hold, now: Timestamp) -> Result<bool> {
    Ok(tx.execute(&STAND, &[hold.id.into(), hold.organisation.into(), now.into()])? == 1)
}

/// False when nobody asked for it, or `by` did.
pub fn release(tx: &mut Tx<'_>, hold: &Hold, by: &str, now: Timestamp, binds_until: Timestamp) -> Result<bool> {
    let given = [hold.id.into(), hold.organisation.into(), by.into(), now.into(), binds_until.into()];
    Ok(tx.execute(&RELEASE, &given)? == 1)
}

pub fn insert_custodian(tx: &mut Tx<'_>, hold: HoldId, one: &Custodian) -> Result<()> {
    let given = [
        hold.into(),
        one.number.into(),
        one.sealed_address.as_slice().into(),
        one.state.into(),
        one.changed_at.into(),
    ];
    tx.execute(&INSERT_CUSTODIAN, &given).map(drop)
}

pub fn custodians(tx: &mut Tx<'_>, hold: HoldId) -> Result<Vec<Custodian>> {
    tx.query(&CUSTODIANS, &[hold.into()], |row| {
        Ok(Custodian {
            number: u32::try_from(row.int(0)?).map_err(|_| model::Error::new(Code::StoredDataInvalid))?,
            sealed_address: row.bytes(1)?.to_vec(),
            state: row.word(2)?,
            changed_at: row.at(3)?,
        })
    })
}

/// False when the hold has no custodian of that number.
pub fn set_custodian(
    tx: &mut Tx<'_>,
    hold: HoldId,
    number: u32,
    state: CustodianState,
    now: Timestamp,
) -> Result<bool> {
    Ok(tx.execute(&SET_CUSTODIAN, &[hold.into(), number.into(), state.into(), now.into()])? == 1)
}

fn matter(row: &Row<'_>) -> Result<Matter> {
    Ok(Matter {
        id: row.id(0)?,
        organisation: row.id(1)?,
        sealed_name: row.bytes(2)?.to_vec(),
        state: row.word(3)?,
        author: row.text(4)?.to_owned(),
        created_at: row.at(5)?,
        closed_at: row.opt_at(6)?,
    })
}

fn row(row: &Row<'_>) -> Result<Hold> {
    Ok(Hold {
        id: row.id(0)?,
        organisation: row.id(1)?,
        matter: row.id(2)?,
        sealed_scope: row.bytes(3)?.to_vec(),
        since: row.opt_at(4)?,
        until: row.opt_at(5)?,
        state: row.word(6)?,
        author: row.text(7)?.to_owned(),
        created_at: row.at(8)?,
        asked_by: row.opt_text(9)?.map(str::to_owned),
        asked_at: row.opt_at(10)?,
        approved_by: row.opt_text(11)?.map(str::to_owned),
        approved_at: row.opt_at(12)?,
        binds_until: row.opt_at(13)?,
    })
}
