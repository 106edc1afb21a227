//! An organisation's own detectors, and the version of all of them.
//!
//! Invariant: whoever changes a detector moves the version in the same transaction; what a detector looks for can be
//! read with its own key alone, and is gone with it.

use model::{Code, DetectorId, Error, OrganisationId, Result, Timestamp};

use crate::{Row, Tx, Value, statements};

#[derive(Clone)]
pub struct Detector {
    pub id: DetectorId,
    pub organisation: OrganisationId,
    /// Stands beside what it finds and in the audit log.
    pub name: String,
    /// What it is made of, as a word.
    pub kind: String,
    /// What a hit says, as a word.
    pub class: String,
    pub state: DetectorState,
    pub sealed_spec: Vec<u8>,
    /// Who changed it last.
    pub author: String,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DetectorState {
    On,
    Off,
}

impl DetectorState {
    pub const ALL: &'static [Self] = &[Self::On, Self::Off];

    pub const fn word(self) -> &'static str {
        match self {
            Self::On => "on",
            Self::Off => "off",
        }
    }
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|state| state.word() == word)
    }
}

statements! {
    pub INSERT = "INSERT INTO detectors (id, organisation, name, kind, class, state, sealed_spec, author, created_at, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    pub UPDATE = "UPDATE detectors SET name = $3, kind = $4, class = $5, state = $6, sealed_spec = $7, author = $8,
        updated_at = $9 WHERE id = $1 AND organisation = $2";
    pub REMOVE = "DELETE FROM detectors WHERE id = $1 AND organisation = $2";
    pub LOAD = "SELECT id, organisation, name, kind, class, state, sealed_spec, author, created_at, updated_at
        FROM detectors WHERE id = $1 AND organisation = $2";
    pub NAMED = "SELECT id FROM detectors WHERE organisation = $1 AND name = $2";
    pub LIST = "SELECT id, organisation, name, kind, class, state, sealed_spec, author, created_at, updated_at
        FROM detectors WHERE organisation = $1 AND ($2 = '' OR state = $2) AND ($3 = '' OR lower(name) LIKE $3)
        AND (created_at < $4 OR (created_at = $4 AND id < $5)) ORDER BY created_at DESC, id DESC LIMIT $6";
    pub COUNT = "SELECT count(*) FROM detectors WHERE organisation = $1";
    pub VERSION = "SELECT version FROM detector_versions WHERE organisation = $1";
    pub CHANGED = "INSERT INTO detector_versions (organisation, version, changed_at) VALUES ($1, 1, $2)
        ON CONFLICT (organisation) DO UPDATE SET version = detector_versions.version + 1, changed_at = $2";
}

pub fn insert(tx: &mut Tx<'_>, d: &Detector) -> Result<()> {
    let given = [
        d.id.into(),
        d.organisation.into(),
        d.name.as_str().into(),
        d.kind.as_str().into(),
        d.class.as_str().into(),
        d.state.word().into(),
        d.sealed_spec.as_slice().into(),
        d.author.as_str().into(),
        d.created_at.into(),
        d.updated_at.into(),
    ];
    tx.execute(&INSERT, &given).map(drop)
}

/// All but its id and since when.
pub fn update(tx: &mut Tx<'_>, d: &Detector) -> Result<()> {
    let given = [
        d.id.into(),
        d.organisation.into(),
        d.name.as_str().into(),
        d.kind.as_str().into(),
        d.class.as_str().into(),
        d.state.word().into(),
        d.sealed_spec.as_slice().into(),
        d.author.as_str().into(),
        d.updated_at.into(),
    ];
    tx.execute(&UPDATE, &given).map(drop)
}

/// False when there was none.
pub fn remove(tx: &mut Tx<'_>, id: DetectorId, organisation: OrganisationId) -> Result<bool> {
    Ok(tx.execute(&REMOVE, &[id.into(), organisation.into()])? == 1)
}

/// # Errors
/// `not_found` when there is none such.
pub fn load(tx: &mut Tx<'_>, id: DetectorId, organisation: OrganisationId) -> Result<Detector> {
    let found = tx.find(&LOAD, &[id.into(), organisation.into()], row)?;
    found.ok_or_else(|| Code::NotFound.into())
}

/// Which detector has a name.
pub fn named(tx: &mut Tx<'_>, organisation: OrganisationId, name: &str) -> Result<Option<DetectorId>> {
    tx.find(&NAMED, &[organisation.into(), name.into()], |row| {
        Ok(DetectorId::from_bytes(row.array(0)?))
    })
}

/// Newest first; of one state, and with a word in their names, where these are given.
pub fn list(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    (state, word): (Option<DetectorState>, &str),
    before: Option<(Timestamp, DetectorId)>,
    rows: usize,
) -> Result<Vec<Detector>> {
    let (at, id) = before.unwrap_or((Timestamp::MAX, DetectorId::from_bytes([255; 16])));
    // The signs that mean anything at all are not searched for.
    let plain: String = word.chars().filter(|c| !matches!(c, '%' | '_' | '\\')).collect();
    let like = match plain.trim() {
        "" => String::new(),
        word => format!("%{}%", word.to_lowercase()),
    };
    let asked = [
        organisation.into(),
        state.map_or("", DetectorState::word).into(),
        like.as_str().into(),
        at.into(),
        id.into(),
        Value::Int(i64::try_from(rows).unwrap_or(i64::MAX)),
    ];
    tx.query(&LIST, &asked, row)
}

pub fn count(tx: &mut Tx<'_>, organisation: OrganisationId) -> Result<u64> {
    Ok(tx.find(&COUNT, &[organisation.into()], |row| row.uint(0))?.unwrap_or(0))
}

/// 0 before the first.
pub fn version(tx: &mut Tx<'_>, organisation: OrganisationId) -> Result<u64> {
    Ok(tx.find(&VERSION, &[organisation.into()], |row| row.uint(0))?.unwrap_or(0))
}

/// A new version; its number.
pub fn changed(tx: &mut Tx<'_>, organisation: OrganisationId, at: Timestamp) -> Result<u64> {
    tx.execute(&CHANGED, &[organisation.into(), at.into()])?;
    version(tx, organisation)
}

fn row(row: &Row<'_>) -> Result<Detector> {
    let wrong = || Error::new(Code::StoredDataInvalid);
    Ok(Detector {
        id: DetectorId::from_bytes(row.array(0)?),
        organisation: OrganisationId::from_bytes(row.array(1)?),
        name: row.text(2)?.to_owned(),
        kind: row.text(3)?.to_owned(),
        class: row.text(4)?.to_owned(),
        state: DetectorState::from_word(row.text(5)?).ok_or_else(wrong)?,
        sealed_spec: row.bytes(6)?.to_vec(),
        author: row.text(7)?.to_owned(),
        created_at: row.at(8)?,
        updated_at: row.at(9)?,
    })
}
