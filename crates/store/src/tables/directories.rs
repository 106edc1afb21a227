//! Directories that an organisation asks for certificates, and what they answered of late.
//!
//! Invariant: a directory can be read with the row's own key alone; whose certificate was asked for is a keyed token.

use model::{Code, DirectoryId, KeyAnswer, OrganisationId, Result, Timestamp};

use crate::{Row, Tx, Value, statements};

#[derive(Clone)]
pub struct Directory {
    pub id: DirectoryId,
    pub organisation: OrganisationId,
    pub name_token: [u8; 32],
    pub sealed_directory: Vec<u8>,
    pub created_at: Timestamp,
    pub changed_at: Timestamp,
    pub changed_by: String,
}

statements! {
    pub INSERT = "INSERT INTO directories (id, organisation, name_token, sealed_directory, created_at, changed_at, changed_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (organisation, name_token) DO NOTHING";
    pub UPDATE = "UPDATE directories SET name_token = $3, sealed_directory = $4, changed_at = $5, changed_by = $6
        WHERE id = $1 AND organisation = $2";
    pub LOAD = "SELECT id, organisation, name_token, sealed_directory, created_at, changed_at, changed_by
        FROM directories WHERE id = $1 AND organisation = $2";
    pub LIST = "SELECT id, organisation, name_token, sealed_directory, created_at, changed_at, changed_by
        FROM directories WHERE organisation = $1 ORDER BY created_at, id";
    pub REMOVE = "DELETE FROM directories WHERE id = $1 AND organisation = $2";
    pub ANY = "SELECT 1 FROM directories WHERE organisation = $1 LIMIT 1";
    pub ANSWER = "SELECT answer FROM directory_answers WHERE organisation = $1 AND address_token = $2 AND until > $3";
    pub NOTE = "INSERT INTO directory_answers (organisation, address_token, answer, until) VALUES ($1, $2, $3, $4)
        ON CONFLICT (organisation, address_token) DO UPDATE SET answer = $3, until = $4";
    pub FORGET_ALL = "DELETE FROM directory_answers WHERE organisation = $1";
    pub FORGET = "DELETE FROM directory_answers WHERE (organisation, address_token) IN
        (SELECT organisation, address_token FROM directory_answers WHERE until <= $1 ORDER BY until LIMIT $2)";
}

/// False when another one has the name.
pub fn insert(tx: &mut Tx<'_>, d: &Directory) -> Result<bool> {
    let given = [
        d.id.into(),
        d.organisation.into(),
        (&d.name_token).into(),
        d.sealed_directory.as_slice().into(),
        d.created_at.into(),
        d.changed_at.into(),
        d.changed_by.as_str().into(),
    ];
    Ok(tx.execute(&INSERT, &given)? == 1)
}

/// The name must be no other one's.
pub fn update(tx: &mut Tx<'_>, d: &Directory) -> Result<()> {
    let given = [
        d.id.into(),
        d.organisation.into(),
        (&d.name_token).into(),
        d.sealed_directory.as_slice().into(),
        d.changed_at.into(),
        d.changed_by.as_str().into(),
    ];
    tx.execute(&UPDATE, &given).map(drop)
}

/// # Errors
/// `not_found` when there is none such.
pub fn load(tx: &mut Tx<'_>, id: DirectoryId, organisation: OrganisationId) -> Result<Directory> {
    let found = tx.find(&LOAD, &[id.into(), organisation.into()], row)?;
    found.ok_or_else(|| Code::NotFound.into())
}

/// Oldest first; an organisation has few.
pub fn list(tx: &mut Tx<'_>, organisation: OrganisationId) -> Result<Vec<Directory>> {
    tx.query(&LIST, &[organisation.into()], row)
}

pub fn any(tx: &mut Tx<'_>, organisation: OrganisationId) -> Result<bool> {
    Ok(tx.find(&ANY, &[organisation.into()], |_| Ok(()))?.is_some())
}

pub fn remove(tx: &mut Tx<'_>, id: DirectoryId, organisation: OrganisationId) -> Result<()> {
    tx.execute(&REMOVE, &[id.into(), organisation.into()])
        .map(drop)
}

/// What all of them together answered and still counts at `now`.
pub fn answer(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    address: &[u8; 32],
    now: Timestamp,
) -> Result<Option<KeyAnswer>> {
    let asked = [organisation.into(), address.into(), now.into()];
    tx.find(&ANSWER, &asked, |row| row.word(0))
}

pub fn note(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    address: &[u8; 32],
    answer: KeyAnswer,
    until: Timestamp,
) -> Result<()> {
    let given = [
        organisation.into(),
        address.into(),
        answer.into(),
        until.into(),
    ];
    tx.execute(&NOTE, &given).map(drop)
}

/// Other directories may answer otherwise.
pub fn forget_answers(tx: &mut Tx<'_>, organisation: OrganisationId) -> Result<()> {
    tx.execute(&FORGET_ALL, &[organisation.into()]).map(drop)
}

/// Gives how many.
pub fn forget_before(tx: &mut Tx<'_>, at: Timestamp, rows: usize) -> Result<u64> {
    let rows = Value::Int(i64::try_from(rows).unwrap_or(i64::MAX));
    tx.execute(&FORGET, &[at.into(), rows])
}

fn row(row: &Row<'_>) -> Result<Directory> {
    Ok(Directory {
        id: row.id(0)?,
        organisation: row.id(1)?,
        name_token: row.array(2)?,
        sealed_directory: row.bytes(3)?.to_vec(),
        created_at: row.at(4)?,
        changed_at: row.at(5)?,
        changed_by: row.text(6)?.to_owned(),
    })
}
