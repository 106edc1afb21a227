//! A trial: what other rules would have done to mail that was decided before. Asked for here, worked through by
//! the outbox a batch at a time, seen while it runs, kept with the version it tried.
//!
//! Each recipient is decided twice from the stored facts, by the rules that were in force when the trial began
//! and by the draft: what differs is the draft's doing alone. No content is opened and nothing is sent.
//! Invariant: a trial shows ids, rule names and counts.

mod found;
mod work;

use std::collections::BTreeMap;
use std::time::Duration;

use ctx::{Action, Ctx, Event};
use model::{Code, Error, MessageId, Method, Result, Timestamp};
use store::Tx;
pub use store::tables::rule_trials::TrialState;
use store::tables::rule_trials::{self as trials, RuleTrial};
use store::tables::{events, rule_versions};

use crate::Flow;
use found::Found;

pub(crate) use work::{fail, run};

/// Days that a trial looks back at most.
const DAYS_MAX: u32 = 366;

/// How far a trial is, and what the draft would have done so far.
pub struct Trial {
    pub version: u32,
    /// The version it is compared with; none where the platform's rules stood alone.
    pub against: Option<u32>,
    pub days: u32,
    pub since: Timestamp,
    pub state: TrialState,
    /// Of the time that is looked through, from now back.
    pub percent: u8,
    /// Who asked for it.
    pub actor: String,
    pub begun_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    /// Recipients whose decision was made again.
    pub decided: u64,
    /// Of these the ones for which it would have been another.
    pub changed: Vec<Changed>,
    /// The method would have been the same, and the subject, redaction, a warning, a notice or what a release
    /// takes another.
    pub changed_otherwise: u64,
    /// How often each of the draft's own rules struck, by id; those in shadow mode too.
    pub struck: BTreeMap<String, u64>,
    /// How often a rule asked for a fact that is not on record, such as the domain of an address that was
    /// destroyed.
    pub unanswered: u64,
    /// Stored before facts were kept, or by another version: not decided again.
    pub unknown: u64,
    /// There was more mail than a trial looks at.
    pub cut: bool,
}

/// From one method to another.
pub struct Changed {
    pub from: Method,
    pub to: Method,
    pub count: u64,
    pub examples: Vec<MessageId>,
}

impl Flow {
    /// Begins to try a version on what was decided within the last `days`. Once it is done the version may be
    /// made active.
    ///
    /// # Errors
    /// `not_found`; `field_invalid` at `/days` for none or more than a year; `state_conflict` while another trial
    /// of the organisation runs.
    pub fn begin_trial(&self, ctx: &Ctx, version: u32, days: u32) -> Result<()> {
        ctx.allow(Action::RulesRead, &ctx.own("rules"))?;
        crate::view::live_only(ctx)?;
        if !(1..=DAYS_MAX).contains(&days) {
            return Err(Error::new(Code::FieldInvalid).at("/days"));
        }
        let ctx2 = ctx.clone();
        self.world()
            .store
            .write(move |tx| begin(&ctx2, tx, version, days))?;
        self.ring();
        Ok(())
    }

    /// Ends a running trial; its version counts as not tried, and another one may be tried. What addresses it
    /// opened is on record. Whoever began it may, and those who write rules.
    ///
    /// # Errors
    /// `not_found` when there is no such version, or no trial of it; `state_conflict` when it is over.
    pub fn stop_trial(&self, ctx: &Ctx, version: u32) -> Result<()> {
        ctx.allow(Action::RulesRead, &ctx.own("rules"))?;
        crate::view::live_only(ctx)?;
        let trial = self.trial(ctx, version)?;
        if trial.is_none_or(|trial| trial.actor != ctx.actor()) {
            ctx.allow(Action::RulesEdit, &ctx.own("rules"))?;
        }
        let ctx2 = ctx.clone();
        self.world().store.write(move |tx| stop(&ctx2, tx, version))
    }

    /// The last trial of a version; none where nobody asked for one.
    ///
    /// # Errors
    /// `not_found` when there is no such version.
    pub fn trial(&self, ctx: &Ctx, version: u32) -> Result<Option<Trial>> {
        ctx.allow(Action::RulesRead, &ctx.own("rules"))?;
        let organisation = ctx.organisation();
        let found = self.world().store.read(move |tx| {
            let row = rule_versions::find(tx, organisation, version)?.ok_or(Code::NotFound)?;
            trials::find(tx, row.id, organisation)
        })?;
        found.as_ref().map(view).transpose()
    }

    /// The version whose trial runs now.
    pub fn running_trial(&self, ctx: &Ctx) -> Result<Option<u32>> {
        ctx.allow(Action::RulesRead, &ctx.own("rules"))?;
        let organisation = ctx.organisation();
        let found = self
            .world()
            .store
            .read(move |tx| trials::running(tx, organisation))?;
        Ok(found.map(|trial| trial.version))
    }

    /// Does a batch of a running trial here and now, for whoever waits for its end; gives how far it is.
    ///
    /// # Errors
    /// `not_found` when there is none; `stored_data_invalid` when it cannot be done.
    pub fn go_on_with_trial(&self, ctx: &Ctx, version: u32) -> Result<Trial> {
        let known = |found: Option<Trial>| found.ok_or_else(|| Error::new(Code::NotFound));
        let trial = known(self.trial(ctx, version)?)?;
        if trial.state != TrialState::Running {
            return Ok(trial);
        }
        let organisation = ctx.organisation();
        let find = move |tx: &mut Tx<'_>| rule_versions::find(tx, organisation, version);
        let row = self.world().store.read(find)?.ok_or(Code::NotFound)?;
        work::step(self, &self.world().system(organisation), row.id)?;
        known(self.trial(ctx, version)?)
    }
}

fn begin(ctx: &Ctx, tx: &mut Tx<'_>, version: u32, days: u32) -> Result<()> {
    let (organisation, now) = (ctx.organisation(), ctx.now());
    let row = rule_versions::find(tx, organisation, version)?.ok_or(Code::NotFound)?;
    let back = Duration::from_secs(u64::from(days) * 86_400);
    let trial = RuleTrial {
        rules: row.id,
        organisation,
        version,
        against: rule_versions::active(tx, organisation)?.map(|active| active.version),
        days,
        actor: ctx.actor().to_owned(),
        state: TrialState::Running,
        done: 0,
        // What comes in while it runs is not looked at.
        place: (now, MessageId::from_bytes([255; 16])),
        result: Found::default().stored()?,
        since: now.minus(back),
        created_at: now,
        ended_at: None,
    };
    if !trials::begin(tx, &trial)? {
        return Err(Code::StateConflict.into());
    }
    events::push(
        tx,
        crate::after::TRIAL,
        organisation,
        row.id.as_bytes(),
        now,
    )?;
    let event = Event::new("rules.trial_begun").about(row.id);
    let event = event.fact("version", version).fact("days", days);
    ctx.record(tx, event).map(drop)
}

fn stop(ctx: &Ctx, tx: &mut Tx<'_>, version: u32) -> Result<()> {
    let organisation = ctx.organisation();
    let row = rule_versions::find(tx, organisation, version)?.ok_or(Code::NotFound)?;
    let trial = trials::find(tx, row.id, organisation)?.ok_or(Code::NotFound)?;
    if !trials::end(tx, row.id, TrialState::Stopped, ctx.now())? {
        return Err(Code::StateConflict.into());
    }
    let found = Found::read(&trial.result)?;
    let event = Event::new("rules.trial_stopped").about(row.id);
    let event = event
        .fact("version", version)
        .fact("decisions", found.simulation.total)
        .fact("addresses", found.opened);
    ctx.record(tx, event).map(drop)
}

fn view(row: &RuleTrial) -> Result<Trial> {
    let found = Found::read(&row.result)?;
    let rules = found.simulation.rules.iter();
    let struck = rules.clone().map(|(id, hits)| (id.clone(), hits.matched));
    Ok(Trial {
        version: row.version,
        against: row.against,
        days: row.days,
        since: row.since,
        state: row.state,
        percent: percent(row),
        actor: row.actor.clone(),
        begun_at: row.created_at,
        ended_at: row.ended_at,
        decided: found.simulation.total,
        changed: found.changed(),
        changed_otherwise: found.simulation.changed_otherwise,
        struck: struck.collect(),
        unanswered: rules.map(|(_, hits)| hits.unanswered).sum(),
        unknown: found.unknown,
        cut: found.cut,
    })
}

fn percent(row: &RuleTrial) -> u8 {
    if row.state == TrialState::Done {
        return 100;
    }
    let whole = row.created_at.since(row.since).as_secs().max(1);
    let looked = row.created_at.since(row.place.0).as_secs();
    u8::try_from((looked * 100 / whole).min(99)).unwrap_or(99)
}
