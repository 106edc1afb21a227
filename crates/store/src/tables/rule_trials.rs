//! Trials of versions of rules: the last one of each version, how far it is and what it found.
//!
//! Invariants: at most one trial of an organisation is running; a step is counted by the transaction that
//! stored it and by one node only, since `advance` changes nothing unless the trial is where its caller saw it.

use model::{Code, Error, MessageId, OrganisationId, Result, RuleVersionId, Timestamp};

use crate::{Row, Tx, statements};

#[derive(Clone)]
pub struct RuleTrial {
    /// The version that is tried.
    pub rules: RuleVersionId,
    pub organisation: OrganisationId,
    pub version: u32,
    /// The version that was in force when it began; none where the platform's rules stood alone.
    pub against: Option<u32>,
    pub days: u32,
    /// Who asked for it.
    pub actor: String,
    pub state: TrialState,
    /// Decisions looked at.
    pub done: u64,
    /// Where it goes on: behind this message, towards older ones.
    pub place: (Timestamp, MessageId),
    /// What it found so far, as JSON: ids, names of rules and counts.
    pub result: String,
    pub since: Timestamp,
    pub created_at: Timestamp,
    pub ended_at: Option<Timestamp>,
}

/// Where a trial stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrialState {
    Running,
    Done,
    /// Something stored could not be read; the version counts as not tried.
    Failed,
    /// Somebody stopped it; the version counts as not tried.
    Stopped,
}

impl TrialState {
    pub const ALL: &'static [Self] = &[Self::Running, Self::Done, Self::Failed, Self::Stopped];

    pub const fn word(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Stopped => "stopped",
        }
    }
    fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|state| state.word() == word)
    }
}

statements! {
    pub FORGET = "DELETE FROM rule_trials WHERE rules = $1 AND organisation = $2 AND state <> 'running'";
    pub INSERT = "INSERT INTO rule_trials (rules, organisation, version, against, days, actor, state, done, place_at, place,
        result, since_at, created_at) VALUES ($1, $2, $3, $4, $5, $6, 'running', 0, $7, $8, $9, $10, $11)
        ON CONFLICT DO NOTHING";
    pub FIND = "SELECT rules, organisation, version, against, days, actor, state, done, place_at, place, result, since_at,
        created_at, ended_at FROM rule_trials WHERE rules = $1 AND organisation = $2";
    pub RUNNING = "SELECT rules, organisation, version, against, days, actor, state, done, place_at, place, result, since_at,
        created_at, ended_at FROM rule_trials WHERE organisation = $1 AND state = 'running'";
    pub ADVANCE = "UPDATE rule_trials SET done = $4, place_at = $5, place = $6, result = $7
        WHERE rules = $1 AND created_at = $2 AND done = $3 AND state = 'running'";
    pub END = "UPDATE rule_trials SET state = $2, ended_at = $3 WHERE rules = $1 AND state = 'running'";
}

/// A new one in the place of the version's last; state, `done` and `ended_at` are not looked at. False when
/// another trial of the organisation is running.
pub fn begin(tx: &mut Tx<'_>, trial: &RuleTrial) -> Result<bool> {
    tx.execute(&FORGET, &[trial.rules.into(), trial.organisation.into()])?;
    let given = [
        trial.rules.into(),
        trial.organisation.into(),
        trial.version.into(),
        trial.against.map(i64::from).into(),
        trial.days.into(),
        trial.actor.as_str().into(),
        trial.place.0.into(),
        trial.place.1.into(),
        trial.result.as_str().into(),
        trial.since.into(),
        trial.created_at.into(),
    ];
    Ok(tx.execute(&INSERT, &given)? == 1)
}

pub fn find(
    tx: &mut Tx<'_>,
    rules: RuleVersionId,
    organisation: OrganisationId,
) -> Result<Option<RuleTrial>> {
    tx.find(&FIND, &[rules.into(), organisation.into()], trial)
}

pub fn running(tx: &mut Tx<'_>, organisation: OrganisationId) -> Result<Option<RuleTrial>> {
    tx.find(&RUNNING, &[organisation.into()], trial)
}

/// Stores a step: `to` holds the new place, count and result. False when another node was there first, or it
/// is over.
pub fn advance(tx: &mut Tx<'_>, from: &RuleTrial, to: &RuleTrial) -> Result<bool> {
    let values = [
        from.rules.into(),
        from.created_at.into(),
        from.done.into(),
        to.done.into(),
        to.place.0.into(),
        to.place.1.into(),
        to.result.as_str().into(),
    ];
    Ok(tx.execute(&ADVANCE, &values)? == 1)
}

/// False when it was over.
pub fn end(
    tx: &mut Tx<'_>,
    rules: RuleVersionId,
    state: TrialState,
    now: Timestamp,
) -> Result<bool> {
    Ok(tx.execute(&END, &[rules.into(), state.word().into(), now.into()])? == 1)
}

fn trial(row: &Row<'_>) -> Result<RuleTrial> {
    let wrong = || Error::new(Code::StoredDataInvalid);
    let number = |n: i64| u32::try_from(n).map_err(|_| wrong());
    Ok(RuleTrial {
        rules: row.id(0)?,
        organisation: row.id(1)?,
        version: number(row.int(2)?)?,
        against: row.opt_int(3)?.map(number).transpose()?,
        days: number(row.int(4)?)?,
        actor: row.text(5)?.to_owned(),
        state: TrialState::from_word(row.text(6)?).ok_or_else(wrong)?,
        done: row.uint(7)?,
        place: (row.at(8)?, MessageId::from_bytes(row.array(9)?)),
        result: row.text(10)?.to_owned(),
        since: row.at(11)?,
        created_at: row.at(12)?,
        ended_at: row.opt_at(13)?,
    })
}
