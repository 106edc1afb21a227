//! Proposals to enable or disable a rule of retention: shipped ones and the organisation's own.
//!
//! Invariants: who proposed does not approve, which the statement itself refuses; a rule has one open
//! proposal at most; what is closed stays closed.

use model::{Code, Error, OrganisationId, Result, Timestamp};

use crate::{Row, Tx, Value, statements};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    pub organisation: OrganisationId,
    /// From 1 on, in the order they were made.
    pub number: u32,
    pub rule: String,
    /// Of the rule.
    pub version: u32,
    pub change: RuleChange,
    /// The rule where it is the organisation's own, and the reason.
    pub sealed_text: Vec<u8>,
    pub proposed_by: String,
    pub proposed_at: Timestamp,
    pub state: ProposalState,
    /// What it would change, as JSON: counts and ids. Approved is only what somebody could look at.
    pub impact: Option<String>,
    pub closed: Option<(String, Timestamp)>,
    /// End of the cooling-off; only of what is approved.
    pub counts_from: Option<Timestamp>,
}

macro_rules! column_words {
    ($(#[$doc:meta])* $name:ident { $($variant:ident $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $($variant,)* }

        impl $name {
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
            fn from_word(word: &str) -> Result<Self> {
                match word {
                    $($word => Ok(Self::$variant),)*
                    _ => Err(Error::new(Code::StoredDataInvalid)),
                }
            }
        }
        impl From<$name> for Value<'_> {
            fn from(word: $name) -> Self {
                Self::Text(word.word())
            }
        }
    };
}

column_words! {
    /// What becomes of the rule.
    RuleChange { Enable "enable", Disable "disable", }
}
column_words! {
    /// Where a proposal stands.
    ProposalState { Open "open", Approved "approved", Rejected "rejected", }
}

statements! {
    pub INSERT = "INSERT INTO retention_proposals (organisation, number, rule, version, change, state, sealed_text,
        proposed_by, proposed_at) VALUES ($1, $2, $3, $4, $5, 'open', $6, $7, $8)";
    pub LAST = "SELECT COALESCE(MAX(number), 0) FROM retention_proposals WHERE organisation = $1";
    pub LIST = "SELECT organisation, number, rule, version, change, sealed_text, proposed_by, proposed_at, state, closed_by,
        closed_at, counts_from, impact FROM retention_proposals WHERE organisation = $1 AND number < $2
        ORDER BY number DESC LIMIT $3";
    pub FIND = "SELECT organisation, number, rule, version, change, sealed_text, proposed_by, proposed_at, state,
        closed_by, closed_at, counts_from, impact FROM retention_proposals WHERE organisation = $1 AND number = $2";
    pub APPROVED = "SELECT organisation, number, rule, version, change, sealed_text, proposed_by, proposed_at, state,
        closed_by, closed_at, counts_from, impact FROM retention_proposals
        WHERE organisation = $1 AND state = 'approved' ORDER BY closed_at, number";
    pub SHOW = "UPDATE retention_proposals SET impact = $3 WHERE organisation = $1 AND number = $2 AND state = 'open'";
    pub OPEN = "SELECT number FROM retention_proposals WHERE organisation = $1 AND rule = $2 AND state = 'open'";
    pub APPROVE = "UPDATE retention_proposals SET state = 'approved', closed_by = $3, closed_at = $4, counts_from = $5
        WHERE organisation = $1 AND number = $2 AND state = 'open' AND impact IS NOT NULL AND proposed_by <> $3";
    pub REJECT = "UPDATE retention_proposals SET state = 'rejected', closed_by = $3, closed_at = $4
        WHERE organisation = $1 AND number = $2 AND state = 'open'";
}

/// Opens it. State, end and cooling-off of the row given are not asked. Refused where the rule has an
/// open one.
pub fn insert(tx: &mut Tx<'_>, p: &Proposal) -> Result<()> {
    let given = [
        p.organisation.into(),
        p.number.into(),
        p.rule.as_str().into(),
        p.version.into(),
        p.change.into(),
        p.sealed_text.as_slice().into(),
        p.proposed_by.as_str().into(),
        p.proposed_at.into(),
    ];
    tx.execute(&INSERT, &given).map(drop)
}

/// The newest proposal's number; 0 before the first.
pub fn last(tx: &mut Tx<'_>, organisation: OrganisationId) -> Result<u32> {
    let found = tx.find(&LAST, &[organisation.into()], |row| row.int(0))?;
    number(found.unwrap_or(0))
}

/// Newest first, older than `before`.
pub fn list(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    before: u32,
    rows: usize,
) -> Result<Vec<Proposal>> {
    tx.query(&LIST, &[organisation.into(), before.into(), rows.into()], proposal)
}

pub fn find(tx: &mut Tx<'_>, organisation: OrganisationId, number: u32) -> Result<Option<Proposal>> {
    tx.find(&FIND, &[organisation.into(), number.into()], proposal)
}

/// What is approved, in the order of approval: a later one of the same rule stands above. Those whose
/// cooling-off is not over are among them.
pub fn approved(tx: &mut Tx<'_>, organisation: OrganisationId) -> Result<Vec<Proposal>> {
    tx.query(&APPROVED, &[organisation.into()], proposal)
}

/// The number of the rule's open one.
pub fn open(tx: &mut Tx<'_>, organisation: OrganisationId, rule: &str) -> Result<Option<u32>> {
    let found = tx.find(&OPEN, &[organisation.into(), rule.into()], |row| row.int(0))?;
    found.map(number).transpose()
}

/// Puts on record what it would change. False where it is not open.
pub fn show(tx: &mut Tx<'_>, organisation: OrganisationId, number: u32, impact: &str) -> Result<bool> {
    Ok(tx.execute(&SHOW, &[organisation.into(), number.into(), impact.into()])? == 1)
}

/// False, and nothing changes, where it is not open, nobody could see its impact, or `by` made it.
pub fn approve(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    number: u32,
    by: (&str, Timestamp),
    counts_from: Timestamp,
) -> Result<bool> {
    let given =
        [organisation.into(), number.into(), by.0.into(), by.1.into(), counts_from.into()];
    Ok(tx.execute(&APPROVE, &given)? == 1)
}

/// Whoever made it may take it back. False where it is not open.
pub fn reject(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    number: u32,
    by: (&str, Timestamp),
) -> Result<bool> {
    let given = [organisation.into(), number.into(), by.0.into(), by.1.into()];
    Ok(tx.execute(&REJECT, &given)? == 1)
}

fn number(stored: i64) -> Result<u32> {
    u32::try_from(stored).map_err(|_| Error::new(Code::StoredDataInvalid))
}

fn proposal(row: &Row<'_>) -> Result<Proposal> {
    let closed = match (row.opt_text(9)?, row.opt_at(10)?) {
        (Some(by), Some(at)) => Some((by.to_owned(), at)),
        _ => None,
    };
    Ok(Proposal {
        organisation: OrganisationId::from_bytes(row.array(0)?),
        number: number(row.int(1)?)?,
        rule: row.text(2)?.to_owned(),
        version: number(row.int(3)?)?,
        change: RuleChange::from_word(row.text(4)?)?,
        sealed_text: row.bytes(5)?.to_vec(),
        proposed_by: row.text(6)?.to_owned(),
        proposed_at: row.at(7)?,
        state: ProposalState::from_word(row.text(8)?)?,
        closed,
        counts_from: row.opt_at(11)?,
        impact: row.opt_text(12)?.map(str::to_owned),
    })
}
