//! Those an organisation writes to, and what is on record about each.
//!
//! Invariant: one row an address; the address, the name and the note can be read with the row's own key
//! alone, and are gone with it.

use model::{
    Code, CorrespondentId, Error, Method, OrganisationId, RecipientClass, Restriction, Result,
    Timestamp,
};

use crate::{Row, Tx, Value, statements};

#[derive(Clone)]
pub struct Correspondent {
    pub id: CorrespondentId,
    pub organisation: OrganisationId,
    pub address_token: [u8; 32],
    pub sealed_profile: Vec<u8>,
    pub standing: Standing,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// What bears on a decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    pub class: RecipientClass,
    /// How mail is wanted; `None`: as policy decides.
    pub prefers: Option<Method>,
    /// When the owner was warned of what can happen to plain mail and still wanted it, and who recorded it
    /// (78 FR 5634, 45 CFR 164.524(c)(2)).
    pub warned: Option<(Timestamp, String)>,
    pub restriction: Option<Restriction>,
    /// Until when disclosures under 42 CFR Part 2 to this address are consented to.
    pub part2_until: Option<Timestamp>,
}

statements! {
    pub INSERT = "INSERT INTO correspondents (id, organisation, address_token, sealed_profile, class, prefers, warned_at,
        warned_by, restriction, part2_until, created_at, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    pub UPDATE = "UPDATE correspondents SET sealed_profile = $3, class = $4, prefers = $5, warned_at = $6, warned_by = $7,
        restriction = $8, part2_until = $9, updated_at = $10 WHERE id = $1 AND organisation = $2";
    pub FIND = "SELECT id, organisation, address_token, sealed_profile, class, prefers, warned_at, warned_by, restriction,
        part2_until, created_at, updated_at FROM correspondents WHERE organisation = $1 AND address_token = $2";
    pub LOAD = "SELECT id, organisation, address_token, sealed_profile, class, prefers, warned_at, warned_by, restriction,
        part2_until, created_at, updated_at FROM correspondents WHERE id = $1 AND organisation = $2";
    pub LIST = "SELECT id, organisation, address_token, sealed_profile, class, prefers, warned_at, warned_by, restriction,
        part2_until, created_at, updated_at FROM correspondents WHERE organisation = $1 AND ($2 = '' OR class = $2)
        AND (created_at < $3 OR (created_at = $3 AND id < $4)) ORDER BY created_at DESC, id DESC LIMIT $5";
    pub ANY = "SELECT 1 FROM correspondents WHERE organisation = $1 LIMIT 1";
    pub REMOVE = "DELETE FROM correspondents WHERE id = $1 AND organisation = $2";
}

pub fn insert(tx: &mut Tx<'_>, c: &Correspondent) -> Result<()> {
    let s = &c.standing;
    let given = [
        c.id.into(),
        c.organisation.into(),
        (&c.address_token).into(),
        c.sealed_profile.as_slice().into(),
        s.class.word().into(),
        s.prefers.map(Method::word).into(),
        s.warned.as_ref().map(|(at, _)| *at).into(),
        s.warned.as_ref().map(|(_, by)| by.as_str()).into(),
        s.restriction.map(Restriction::word).into(),
        s.part2_until.into(),
        c.created_at.into(),
        c.updated_at.into(),
    ];
    tx.execute(&INSERT, &given).map(drop)
}

/// All but who and since when.
pub fn update(tx: &mut Tx<'_>, c: &Correspondent) -> Result<()> {
    let s = &c.standing;
    let given = [
        c.id.into(),
        c.organisation.into(),
        c.sealed_profile.as_slice().into(),
        s.class.word().into(),
        s.prefers.map(Method::word).into(),
        s.warned.as_ref().map(|(at, _)| *at).into(),
        s.warned.as_ref().map(|(_, by)| by.as_str()).into(),
        s.restriction.map(Restriction::word).into(),
        s.part2_until.into(),
        c.updated_at.into(),
    ];
    tx.execute(&UPDATE, &given).map(drop)
}

pub fn find(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    address: &[u8; 32],
) -> Result<Option<Correspondent>> {
    tx.find(&FIND, &[organisation.into(), address.into()], row)
}

/// # Errors
/// `not_found` when there is none such.
pub fn load(
    tx: &mut Tx<'_>,
    id: CorrespondentId,
    organisation: OrganisationId,
) -> Result<Correspondent> {
    let found = tx.find(&LOAD, &[id.into(), organisation.into()], row)?;
    found.ok_or_else(|| Code::NotFound.into())
}

/// Newest first; of one class where one is named.
pub fn list(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    class: Option<RecipientClass>,
    before: Option<(Timestamp, CorrespondentId)>,
    rows: usize,
) -> Result<Vec<Correspondent>> {
    let (at, id) = before.unwrap_or((Timestamp::MAX, CorrespondentId::from_bytes([255; 16])));
    let asked = [
        organisation.into(),
        class.map_or("", RecipientClass::word).into(),
        at.into(),
        id.into(),
        Value::Int(i64::try_from(rows).unwrap_or(i64::MAX)),
    ];
    tx.query(&LIST, &asked, row)
}

/// Whether anything is on record at all: most mail is then decided without asking.
pub fn any(tx: &mut Tx<'_>, organisation: OrganisationId) -> Result<bool> {
    Ok(tx.find(&ANY, &[organisation.into()], |_| Ok(()))?.is_some())
}

/// False when there was none.
pub fn remove(
    tx: &mut Tx<'_>,
    id: CorrespondentId,
    organisation: OrganisationId,
) -> Result<bool> {
    Ok(tx.execute(&REMOVE, &[id.into(), organisation.into()])? == 1)
}

fn row(row: &Row<'_>) -> Result<Correspondent> {
    let wrong = || Error::new(Code::StoredDataInvalid);
    let warned = match (row.opt_at(6)?, row.opt_text(7)?) {
        (Some(at), by) => Some((at, by.unwrap_or_default().to_owned())),
        (None, _) => None,
    };
    let prefers = row.opt_text(5)?.map(Method::from_word);
    let restriction = row.opt_text(8)?.map(Restriction::from_word);
    Ok(Correspondent {
        id: CorrespondentId::from_bytes(row.array(0)?),
        organisation: OrganisationId::from_bytes(row.array(1)?),
        address_token: row.array(2)?,
        sealed_profile: row.bytes(3)?.to_vec(),
        standing: Standing {
            class: RecipientClass::from_word(row.text(4)?).ok_or_else(wrong)?,
            prefers: prefers.map(|word| word.ok_or_else(wrong)).transpose()?,
            warned,
            restriction: restriction.map(|word| word.ok_or_else(wrong)).transpose()?,
            part2_until: row.opt_at(9)?,
        },
        created_at: row.at(10)?,
        updated_at: row.at(11)?,
    })
}
