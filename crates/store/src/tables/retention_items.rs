//! For each record what the law of retention says of it, as it was last reckoned.
//!
//! A generation is one state of rules, profile and classification; what was reckoned by an earlier one is
//! reckoned again, 0 as soon as may be. Invariant: the day and why are sealed with the message's own key, so
//! that they go with it; in the clear stand the month, the state and the classes.

use model::{Code, Error, MessageId, OrganisationId, Result, Timestamp};

use super::retention_anchors::Token;
use crate::{Row, Tx, Value, statements};

/// What came of the last reckoning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ItemState {
    /// Not reckoned yet.
    Waiting,
    /// Kept through a day.
    Dated,
    /// Kept for good.
    Never,
    /// An anchor or a rule is missing: not due, and somebody's work.
    Unknown,
    /// For people to decide.
    Conflict,
    /// Gone, on its day.
    Destroyed,
}

impl ItemState {
    pub const ALL: [Self; 6] =
        [Self::Waiting, Self::Dated, Self::Never, Self::Unknown, Self::Conflict, Self::Destroyed];

    pub const fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Dated => "dated",
            Self::Never => "never",
            Self::Unknown => "unknown",
            Self::Conflict => "conflict",
            Self::Destroyed => "destroyed",
        }
    }
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }
}

impl From<ItemState> for Value<'_> {
    fn from(state: ItemState) -> Self {
        Self::Text(state.word())
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    pub message: MessageId,
    /// The address outside that it came from or went to, where it is one.
    pub party: Option<Token>,
    /// As a person said.
    pub patient: Option<Token>,
    /// Words, a space between them.
    pub classes: String,
    pub state: ItemState,
    /// Of the day it is kept through: twelve a year.
    pub month: Option<i64>,
    pub sealed_answer: Option<Vec<u8>>,
    pub generation: u64,
}

statements! {
    pub INSERT = "INSERT INTO retention_items (message, organisation, classes, state, generation)
        VALUES ($1, $2, '', 'waiting', 0)";
    pub FIND = "SELECT message, party_token, patient_token, classes, state, month, sealed_answer, generation
        FROM retention_items WHERE organisation = $1 AND message = $2";
    pub PAGE = "SELECT message, party_token, patient_token, classes, state, month, sealed_answer, generation
        FROM retention_items WHERE organisation = $1 AND message > $2 AND state <> 'destroyed' ORDER BY message LIMIT $3";
    pub OF_STATE = "SELECT message, party_token, patient_token, classes, state, month, sealed_answer, generation
        FROM retention_items WHERE organisation = $1 AND state = $2 AND message > $3 ORDER BY message LIMIT $4";
    pub BY_MONTH = "SELECT message, party_token, patient_token, classes, state, month, sealed_answer, generation
        FROM retention_items WHERE organisation = $1 AND state = 'dated' AND month <= $2 AND message > $3
        ORDER BY message LIMIT $4";
    pub OUTDATED = "SELECT message, party_token, patient_token, classes, state, month, sealed_answer, generation
        FROM retention_items WHERE organisation = $1 AND generation < $2 AND state <> 'destroyed' ORDER BY generation, message LIMIT $3";
    pub ANY_OLDER = "SELECT 1 FROM retention_items WHERE organisation = $1 AND generation > 0 AND generation < $2
        AND state <> 'destroyed' LIMIT 1";
    pub SET = "UPDATE retention_items SET party_token = $3, patient_token = $4, classes = $5, state = $6, month = $7,
        sealed_answer = $8, generation = $9 WHERE organisation = $1 AND message = $2";
    pub OF_PATIENT = "UPDATE retention_items SET generation = 0 WHERE organisation = $1 AND state <> 'destroyed' AND (patient_token = $2
        OR party_token IN (SELECT address_token FROM retention_addresses WHERE organisation = $1 AND patient_token = $2))";
    pub COUNTS = "SELECT state, count(*) FROM retention_items WHERE organisation = $1 GROUP BY state";
    pub LEFT = "SELECT count(*) FROM retention_items WHERE organisation = $1 AND generation < $2 AND state <> 'destroyed'";
    pub WORK = "SELECT generation, made_of FROM retention_work WHERE organisation = $1";
    pub BEGIN = "INSERT INTO retention_work (organisation, generation, made_of, updated_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (organisation) DO UPDATE SET generation = $2, made_of = $3, updated_at = $4";
}

/// A record that is not reckoned yet: part of the commit that archives it.
pub fn insert(tx: &mut Tx<'_>, message: MessageId, organisation: OrganisationId) -> Result<()> {
    tx.execute(&INSERT, &[message.into(), organisation.into()]).map(drop)
}

pub fn find(tx: &mut Tx<'_>, organisation: OrganisationId, message: MessageId) -> Result<Option<Item>> {
    tx.find(&FIND, &[organisation.into(), message.into()], item)
}

/// All, behind a message.
pub fn page(tx: &mut Tx<'_>, organisation: OrganisationId, after: MessageId, rows: usize) -> Result<Vec<Item>> {
    tx.query(&PAGE, &[organisation.into(), after.into(), rows.into()], item)
}

/// Those in a state, behind a message.
pub fn of_state(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    state: ItemState,
    after: MessageId,
    rows: usize,
) -> Result<Vec<Item>> {
    tx.query(&OF_STATE, &[organisation.into(), state.into(), after.into(), rows.into()], item)
}

/// Those kept through a day of this month or an earlier one, behind a message.
pub fn by_month(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    month: i64,
    after: MessageId,
    rows: usize,
) -> Result<Vec<Item>> {
    tx.query(&BY_MONTH, &[organisation.into(), month.into(), after.into(), rows.into()], item)
}

/// Those reckoned by an earlier generation, the earliest first.
pub fn outdated(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    generation: u64,
    rows: usize,
) -> Result<Vec<Item>> {
    let generation = signed(generation)?;
    tx.query(&OUTDATED, &[organisation.into(), generation.into(), rows.into()], item)
}

/// Whether any was reckoned by an earlier generation; what is new is not meant.
pub fn any_older(tx: &mut Tx<'_>, organisation: OrganisationId, generation: u64) -> Result<bool> {
    let given = [organisation.into(), signed(generation)?.into()];
    Ok(tx.find(&ANY_OLDER, &given, |_| Ok(()))?.is_some())
}

pub fn set(tx: &mut Tx<'_>, organisation: OrganisationId, item: &Item) -> Result<()> {
    let given = [
        organisation.into(),
        item.message.into(),
        item.party.as_ref().into(),
        item.patient.as_ref().into(),
        item.classes.as_str().into(),
        item.state.into(),
        item.month.into(),
        item.sealed_answer.as_deref().into(),
        signed(item.generation)?.into(),
    ];
    tx.execute(&SET, &given).map(drop)
}

/// Everything of this patient is reckoned again; gives how many.
pub fn again(tx: &mut Tx<'_>, organisation: OrganisationId, patient: &Token) -> Result<u64> {
    tx.execute(&OF_PATIENT, &[organisation.into(), patient.into()])
}

/// How many are in each state that has some.
pub fn counts(tx: &mut Tx<'_>, organisation: OrganisationId) -> Result<Vec<(ItemState, u64)>> {
    tx.query(&COUNTS, &[organisation.into()], |row| {
        let state = ItemState::from_word(row.text(0)?).ok_or_else(invalid)?;
        Ok((state, row.uint(1)?))
    })
}

/// How many wait to be reckoned by this generation.
pub fn left(tx: &mut Tx<'_>, organisation: OrganisationId, generation: u64) -> Result<u64> {
    let given = [organisation.into(), signed(generation)?.into()];
    Ok(tx.find(&LEFT, &given, |row| row.uint(0))?.unwrap_or(0))
}

/// The generation that items are reckoned by, and what it is made of.
pub fn work(tx: &mut Tx<'_>, organisation: OrganisationId) -> Result<Option<(u64, String)>> {
    tx.find(&WORK, &[organisation.into()], |row| Ok((row.uint(0)?, row.text(1)?.to_owned())))
}

/// From now on items are reckoned by this generation.
pub fn begin(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    generation: u64,
    made_of: &str,
    at: Timestamp,
) -> Result<()> {
    let generation = signed(generation)?;
    let given = [organisation.into(), generation.into(), made_of.into(), at.into()];
    tx.execute(&BEGIN, &given).map(drop)
}

fn invalid() -> Error {
    Error::new(Code::StoredDataInvalid)
}

fn signed(generation: u64) -> Result<i64> {
    i64::try_from(generation).map_err(|_| invalid())
}

fn item(row: &Row<'_>) -> Result<Item> {
    Ok(Item {
        message: row.id(0)?,
        party: row.opt_array(1)?,
        patient: row.opt_array(2)?,
        classes: row.text(3)?.to_owned(),
        state: ItemState::from_word(row.text(4)?).ok_or_else(invalid)?,
        month: row.opt_int(5)?,
        sealed_answer: row.opt_bytes(6)?.map(<[u8]>::to_vec),
        generation: row.uint(7)?,
    })
}
