//! The work of a trial: some pages of decisions a step, newest first, by whichever node has the outbox's entry.
//!
//! An address is opened for its domain alone, and only where a rule asks for domains; its keys are looked up by
//! its token. Invariant: a step and its counts are one transaction, so that a crash or a second node repeats
//! none of it; a version counts as tried by the transaction that ends its trial.

use std::sync::Arc;

use ctx::{Ctx, Event};
use model::{Code, Error, MessageId, Result, RuleVersionId, Timestamp, limits};
use policy::Rules;
use store::Tx;
use store::tables::events::{self, OutboxRow};
use store::tables::recipients::{self, Decided};
use store::tables::rule_trials::{self as trials, RuleTrial, TrialState};
use store::tables::rule_versions;
use vault::OpenedKey;

use super::found::{Found, OnRecord};
use crate::Flow;
use crate::keys::States;

/// Pages of decisions that one step looks at.
const PAGES_A_STEP: usize = 5;
/// Decisions looked at; a trial over more says so.
const DECISIONS_MAX: u64 = 200_000;

/// One step; the entry stays while there is more.
pub(crate) fn run(flow: &Flow, row: &OutboxRow) -> Result<()> {
    let ctx = flow.world().system(row.organisation);
    let position = row.position;
    match step(flow, &ctx, RuleVersionId::from_bytes(row.subject))? {
        Next::More => Ok(()),
        Next::Over => flow
            .world()
            .store
            .write(move |tx| events::done(tx, position).map(drop)),
    }
}

/// Ends a trial that would fail again each time: its version counts as not tried.
pub(crate) fn fail(ctx: &Ctx, tx: &mut Tx<'_>, id: RuleVersionId, code: Code) -> Result<()> {
    let Some(trial) = trials::find(tx, id, ctx.organisation())? else {
        return Ok(());
    };
    if !trials::end(tx, id, TrialState::Failed, ctx.now())? {
        return Ok(());
    }
    let event = Event::new("rules.trial_failed").about(id);
    let event = event.fact("version", trial.version).fact("code", code);
    ctx.record(tx, event).map(drop)
}

pub(super) enum Next {
    More,
    Over,
}

/// A trial as it stands, with the rules it compares.
struct Task {
    trial: RuleTrial,
    current: Arc<Rules>,
    draft: Arc<Rules>,
}

/// Looks at some pages and stores what came of it. Where another node was there first, nothing is done.
pub(super) fn step(flow: &Flow, ctx: &Ctx, id: RuleVersionId) -> Result<Next> {
    // Into memory first: a transaction cannot wait for another.
    ctx.world().keys(ctx.organisation())?;
    let store = &flow.world().store;
    let (flow2, ctx2) = (flow.clone(), ctx.clone());
    let Some(task) = store.read(move |tx| task(&flow2, &ctx2, tx, id))? else {
        return Ok(Next::Over);
    };
    let mut found = Found::read(&task.trial.result)?;
    let (mut to, mut over) = (task.trial.clone(), false);
    for _ in 0..PAGES_A_STEP {
        let Some(place) = page(ctx, &task, to.place, &mut found)? else {
            over = true;
            break;
        };
        to.place = place;
        if found.done() >= DECISIONS_MAX {
            (found.cut, over) = (true, true);
            break;
        }
    }
    to.done = found.done();
    to.result = found.stored()?;
    let (ctx2, from) = (ctx.clone(), task.trial);
    store.write(move |tx| {
        if !trials::advance(tx, &from, &to)? {
            return Ok(());
        }
        if over {
            end(&ctx2, tx, &to, &found)
        } else {
            Ok(())
        }
    })?;
    Ok(if over { Next::Over } else { Next::More })
}

/// `None` when it is over.
fn task(flow: &Flow, ctx: &Ctx, tx: &mut Tx<'_>, id: RuleVersionId) -> Result<Option<Task>> {
    let organisation = ctx.organisation();
    let found = trials::find(tx, id, organisation)?;
    let Some(trial) = found.filter(|trial| trial.state == TrialState::Running) else {
        return Ok(None);
    };
    let mut rules = |version: Option<u32>| {
        let row = match version {
            Some(version) => {
                let row = rule_versions::find(tx, organisation, version)?;
                Some(row.ok_or_else(|| Error::new(Code::StoredDataInvalid))?)
            }
            None => None,
        };
        crate::rules::of_version(flow, ctx, tx, row.as_ref())
    };
    Ok(Some(Task {
        current: rules(trial.against)?,
        draft: rules(Some(trial.version))?,
        trial,
    }))
}

/// Looks at the page behind a place; gives the place behind it, none where nothing is left.
fn page(
    ctx: &Ctx,
    task: &Task,
    place: (Timestamp, MessageId),
    found: &mut Found,
) -> Result<Option<(Timestamp, MessageId)>> {
    let (since, ctx2) = (task.trial.since, ctx.clone());
    let sets = [&task.current, &task.draft];
    let domains = sets.iter().any(|rules| rules.ask_for_domains());
    let keys = sets.iter().any(|rules| rules.ask_for_keys());
    let seen = ctx.world().store.read(move |tx| {
        let organisation = ctx2.organisation();
        let rows = limits::PAGE_ROWS_MAX;
        let mut rows = recipients::decided_since(tx, organisation, since, Some(place), rows)?;
        rows.truncate(whole_messages(&rows));
        let mut opener = Opener {
            ctx: &ctx2,
            last: None,
        };
        let mut seen = Vec::with_capacity(rows.len());
        for row in rows {
            let more = OnRecord {
                domain: if domains {
                    opener.domain(tx, &row)?
                } else {
                    None
                },
                keys: match keys {
                    true => crate::keys::states_of(tx, &ctx2, &row.address_token)?,
                    false => States::NONE,
                },
            };
            seen.push((row, more));
        }
        Ok(seen)
    })?;
    let next = seen.last().map(|(row, _)| (row.created_at, row.message));
    for (row, more) in seen {
        found.look(&row, more, (&task.current, &task.draft));
    }
    Ok(next)
}

/// How many rows of a page are whole messages: a page may cut a message's recipients; the cut one stands whole
/// on the next page, unless it is alone.
fn whole_messages(rows: &[Decided]) -> usize {
    if rows.len() < limits::PAGE_ROWS_MAX {
        return rows.len();
    }
    let last = rows.last().map(|row| row.message);
    let whole = rows.iter().take_while(|row| Some(row.message) != last);
    match whole.count() {
        0 => rows.len(),
        whole => whole,
    }
}

/// Opens addresses; recipients of one message stand together.
struct Opener<'a> {
    ctx: &'a Ctx,
    last: Option<(MessageId, Option<OpenedKey>)>,
}

impl Opener<'_> {
    /// `None` for what was destroyed, or opens no more.
    fn domain(&mut self, tx: &mut Tx<'_>, row: &Decided) -> Result<Option<String>> {
        let world = self.ctx.world();
        if self.last.as_ref().map(|(message, _)| *message) != Some(row.message) {
            let organisation = self.ctx.organisation();
            let key = match world.item_key(tx, organisation, row.message.as_bytes()) {
                Err(error) if crate::detectors::is_of_data(error.code()) => None,
                key => Some(key?),
            };
            self.last = Some((row.message, key));
        }
        let key = self.last.as_ref().and_then(|(_, key)| key.as_ref());
        let open =
            |key| crate::content::open_sealed_address(key, row.recipient, &row.sealed_address);
        let address = key.and_then(|key| open(key).ok());
        Ok(address.map(|address| address.domain().as_str().to_owned()))
    }
}

fn end(ctx: &Ctx, tx: &mut Tx<'_>, trial: &RuleTrial, found: &Found) -> Result<()> {
    if !trials::end(tx, trial.rules, TrialState::Done, ctx.now())? {
        return Ok(());
    }
    rule_versions::simulated(tx, trial.organisation, trial.version, ctx.now())?;
    let event = Event::new("rules.tried").about(trial.rules);
    let event = event
        .fact("version", trial.version)
        .fact("decisions", found.simulation.total)
        .fact("addresses", found.opened);
    ctx.record(tx, event).map(drop)
}
