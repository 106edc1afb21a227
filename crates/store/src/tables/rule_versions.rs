//! The versions of an organisation's own rules.
//!
//! Invariant: at most one version of an organisation is active; what was active once is kept as it was.

use model::{Code, Error, OrganisationId, Result, RuleVersionId, Timestamp};

use crate::{Row, Tx, statements};

#[derive(Clone)]
pub struct RuleVersion {
    pub organisation: OrganisationId,
    /// From 1 on, in the order they were written.
    pub version: u32,
    pub id: RuleVersionId,
    /// The rules with the reasons for the change, under the version's own key.
    pub sealed_text: Vec<u8>,
    /// Of the rules alone, as traces name them.
    pub digest: String,
    /// How many.
    pub rules: u32,
    pub state: RuleState,
    pub author: String,
    pub created_at: Timestamp,
    /// When it was last tried on what was decided before.
    pub simulated_at: Option<Timestamp>,
    pub activated: Option<(String, Timestamp)>,
    pub retired_at: Option<Timestamp>,
}

/// Where a version stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleState {
    Draft,
    Active,
    /// It was active.
    Retired,
}

impl RuleState {
    pub const ALL: &'static [Self] = &[Self::Draft, Self::Active, Self::Retired];

    pub const fn word(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Active => "active",
            Self::Retired => "retired",
        }
    }
    fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|state| state.word() == word)
    }
}

statements! {
    pub INSERT = "INSERT INTO rule_versions (organisation, version, id, sealed_text, digest, rules, state, author, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, 'draft', $7, $8)";
    pub LAST = "SELECT COALESCE(MAX(version), 0) FROM rule_versions WHERE organisation = $1";
    pub LIST = "SELECT organisation, version, id, sealed_text, digest, rules, state, author, created_at, simulated_at,
        activated_by, activated_at, retired_at FROM rule_versions WHERE organisation = $1 AND version < $2
        ORDER BY version DESC LIMIT $3";
    pub FIND = "SELECT organisation, version, id, sealed_text, digest, rules, state, author, created_at, simulated_at,
        activated_by, activated_at, retired_at FROM rule_versions WHERE organisation = $1 AND version = $2";
    pub ACTIVE = "SELECT organisation, version, id, sealed_text, digest, rules, state, author, created_at, simulated_at,
        activated_by, activated_at, retired_at FROM rule_versions WHERE organisation = $1 AND state = 'active'";
    pub SIMULATED = "UPDATE rule_versions SET simulated_at = $3 WHERE organisation = $1 AND version = $2";
    pub RETIRE = "UPDATE rule_versions SET state = 'retired', retired_at = $2 WHERE organisation = $1 AND state = 'active'";
    pub ACTIVATE = "UPDATE rule_versions SET state = 'active', activated_by = $3, activated_at = $4, retired_at = NULL
        WHERE organisation = $1 AND version = $2";
}

pub fn insert(tx: &mut Tx<'_>, v: &RuleVersion) -> Result<()> {
    let given = [
        v.organisation.into(),
        v.version.into(),
        v.id.into(),
        v.sealed_text.as_slice().into(),
        v.digest.as_str().into(),
        v.rules.into(),
        v.author.as_str().into(),
        v.created_at.into(),
    ];
    tx.execute(&INSERT, &given).map(drop)
}

/// The newest version's number; 0 before the first.
pub fn last(tx: &mut Tx<'_>, organisation: OrganisationId) -> Result<u32> {
    let found = tx.find(&LAST, &[organisation.into()], |row| row.int(0))?;
    u32::try_from(found.unwrap_or(0)).map_err(|_| Error::new(Code::StoredDataInvalid))
}

/// Newest first, older than `before`.
pub fn list(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    before: u32,
    rows: usize,
) -> Result<Vec<RuleVersion>> {
    tx.query(&LIST, &[organisation.into(), before.into(), rows.into()], version)
}

pub fn find(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    number: u32,
) -> Result<Option<RuleVersion>> {
    tx.find(&FIND, &[organisation.into(), number.into()], version)
}

pub fn active(tx: &mut Tx<'_>, organisation: OrganisationId) -> Result<Option<RuleVersion>> {
    tx.find(&ACTIVE, &[organisation.into()], version)
}

pub fn simulated(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    number: u32,
    at: Timestamp,
) -> Result<()> {
    tx.execute(&SIMULATED, &[organisation.into(), number.into(), at.into()]).map(drop)
}

/// Puts nothing in the place of what is active; false when nothing was.
pub fn retire(tx: &mut Tx<'_>, organisation: OrganisationId, at: Timestamp) -> Result<bool> {
    Ok(tx.execute(&RETIRE, &[organisation.into(), at.into()])? == 1)
}

pub fn activate(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    number: u32,
    by: &str,
    at: Timestamp,
) -> Result<()> {
    tx.execute(&ACTIVATE, &[organisation.into(), number.into(), by.into(), at.into()]).map(drop)
}

fn version(row: &Row<'_>) -> Result<RuleVersion> {
    let wrong = || Error::new(Code::StoredDataInvalid);
    let number = |n: i64| u32::try_from(n).map_err(|_| wrong());
    let activated = match (row.opt_text(10)?, row.opt_at(11)?) {
        (Some(by), Some(at)) => Some((by.to_owned(), at)),
        _ => None,
    };
    Ok(RuleVersion {
        organisation: OrganisationId::from_bytes(row.array(0)?),
        version: number(row.int(1)?)?,
        id: RuleVersionId::from_bytes(row.array(2)?),
        sealed_text: row.bytes(3)?.to_vec(),
        digest: row.text(4)?.to_owned(),
        rules: number(row.int(5)?)?,
        state: RuleState::from_word(row.text(6)?).ok_or_else(wrong)?,
        author: row.text(7)?.to_owned(),
        created_at: row.at(8)?,
        simulated_at: row.opt_at(9)?,
        activated,
        retired_at: row.opt_at(12)?,
    })
}
