//! An organisation's own rules: written as text, kept as versions, tried on what was decided before, made
//! active with a reason.
//!
//! A version is never changed; a change is a new one. Invariant: nothing becomes active that does not parse
//! whole, and that nobody tried since it was written.

mod outline;
mod trial;

use std::sync::{Arc, Mutex, PoisonError};

use ctx::{Action, Ctx, Event};
use model::{Code, Error, Result, RuleVersionId, Timestamp, limits};
use policy::{OrgRules, Rules};
use serde::{Deserialize, Serialize};
use store::Tx;
use store::tables::rule_versions::{self as table, RuleState};

use crate::Flow;
use crate::envelope::{open_json, seal_json};

pub use outline::{Outline, outline};
pub use policy::{RULES_OCTETS_MAX, RuleError, RuleFault, Term};
pub use trial::{Changed, Trial, TrialState};
pub(crate) use trial::{fail as fail_trial, run as run_trial};

/// Rules that many organisations want, to begin with: none is active until somebody makes it so.
pub const STARTER: &str = OrgRules::STARTER;

pub struct RuleVersionView {
    pub version: u32,
    pub state: RuleState,
    pub digest: String,
    pub rules: u32,
    /// As it was written, comments included.
    pub text: String,
    /// Why it was written.
    pub reason: String,
    pub author: String,
    pub created_at: Timestamp,
    pub tried_at: Option<Timestamp>,
    pub activated: Option<(String, Timestamp)>,
    pub retired_at: Option<Timestamp>,
}

/// What became of a text.
pub enum Saved {
    Version(u32),
    /// It has faults, each with its line; nothing was kept.
    Faulty(Vec<RuleError>),
}

/// What is sealed.
#[derive(Serialize, Deserialize)]
struct Written {
    text: String,
    reason: String,
}

impl Flow {
    /// Newest first, older than `before`.
    pub fn rule_versions(
        &self,
        ctx: &Ctx,
        before: Option<u32>,
        rows: usize,
    ) -> Result<Vec<RuleVersionView>> {
        ctx.allow(Action::RulesRead, &ctx.own("rules"))?;
        let (ctx2, rows) = (ctx.clone(), rows.clamp(1, limits::PAGE_ROWS_MAX));
        self.world().store.read(move |tx| {
            let before = before.unwrap_or(u32::MAX);
            let found = table::list(tx, ctx2.organisation(), before, rows)?;
            found.iter().map(|row| view(&ctx2, tx, row)).collect()
        })
    }

    /// # Errors
    /// `not_found`.
    pub fn rule_version(&self, ctx: &Ctx, version: u32) -> Result<RuleVersionView> {
        ctx.allow(Action::RulesRead, &ctx.own("rules"))?;
        let ctx2 = ctx.clone();
        self.world().store.read(move |tx| {
            let row = table::find(tx, ctx2.organisation(), version)?;
            view(&ctx2, tx, &row.ok_or(Code::NotFound)?)
        })
    }

    /// The version in force; none where the platform's rules stand alone.
    pub fn active_rules(&self, ctx: &Ctx) -> Result<Option<RuleVersionView>> {
        ctx.allow(Action::RulesRead, &ctx.own("rules"))?;
        let ctx2 = ctx.clone();
        self.world().store.read(move |tx| {
            let row = table::active(tx, ctx2.organisation())?;
            row.map(|row| view(&ctx2, tx, &row)).transpose()
        })
    }

    /// Keeps a text as a new version, a draft.
    ///
    /// # Errors
    /// `field_missing` or `field_invalid` at `/reason`.
    pub fn save_rules(&self, ctx: &Ctx, text: &str, reason: &str) -> Result<Saved> {
        ctx.allow(Action::RulesEdit, &ctx.own("rules"))?;
        crate::view::live_only(ctx)?;
        let reason = crate::held::checked(reason)?;
        let rules = match OrgRules::parse(text) {
            Ok(rules) => rules,
            Err(errors) => return Ok(Saved::Faulty(errors)),
        };
        let (ctx2, text) = (ctx.clone(), text.to_owned());
        let (digest, count) = (rules.version().to_owned(), count(&rules));
        let version = self.world().store.write(move |tx| {
            let written = Written {
                text: text.clone(),
                reason: reason.clone(),
            };
            insert(&ctx2, tx, &written, &digest, count)
        })?;
        Ok(Saved::Version(version))
    }

    /// Decides by this version from the next message on.
    ///
    /// # Errors
    /// `not_found`; `state_conflict` when it is active already, or nobody tried it; `field_missing` or
    /// `field_invalid` at `/reason`.
    pub fn activate_rules(&self, ctx: &Ctx, version: u32, reason: &str) -> Result<()> {
        ctx.allow(Action::RulesActivate, &ctx.own("rules"))?;
        crate::view::live_only(ctx)?;
        let (ctx2, reason) = (ctx.clone(), crate::held::checked(reason)?);
        self.world().store.write(move |tx| {
            let (organisation, now) = (ctx2.organisation(), ctx2.now());
            let row = table::find(tx, organisation, version)?.ok_or(Code::NotFound)?;
            if row.state == RuleState::Active || row.simulated_at.is_none() {
                return Err(Code::StateConflict.into());
            }
            ctx2.world().keys_in(tx, organisation)?;
            let key = ctx2.world().item_key(tx, organisation, row.id.as_bytes())?;
            table::retire(tx, organisation, now)?;
            table::activate(tx, organisation, version, ctx2.actor(), now)?;
            let event = Event::new("rules.activated").about(row.id);
            let event = event.fact("version", version).fact("digest", &row.digest);
            let event = event.fact("rules", row.rules);
            let event = event.payload(reason.clone().into_bytes(), &key);
            ctx2.record(tx, event).map(drop)
        })
    }

    /// The platform's rules stand alone from the next message on.
    ///
    /// # Errors
    /// `state_conflict` when none is active; `field_missing` or `field_invalid` at `/reason`.
    pub fn retire_rules(&self, ctx: &Ctx, reason: &str) -> Result<()> {
        ctx.allow(Action::RulesActivate, &ctx.own("rules"))?;
        crate::view::live_only(ctx)?;
        let (ctx2, reason) = (ctx.clone(), crate::held::checked(reason)?);
        self.world().store.write(move |tx| {
            let (organisation, now) = (ctx2.organisation(), ctx2.now());
            let row = table::active(tx, organisation)?.ok_or(Code::StateConflict)?;
            ctx2.world().keys_in(tx, organisation)?;
            let key = ctx2.world().item_key(tx, organisation, row.id.as_bytes())?;
            table::retire(tx, organisation, now)?;
            let event = Event::new("rules.retired").about(row.id);
            let event = event
                .fact("version", row.version)
                .fact("digest", &row.digest);
            let event = event.payload(reason.clone().into_bytes(), &key);
            ctx2.record(tx, event).map(drop)
        })
    }
}

/// Rules of a version, which never changes; of none, the platform's alone.
type OfVersion = (Option<RuleVersionId>, Arc<Rules>);

/// Rules that were read.
#[derive(Default)]
pub(crate) struct Read(Mutex<Vec<OfVersion>>);

impl Read {
    /// Versions in memory; beyond it all are read anew.
    const MAX: usize = 500;

    fn find(
        &self,
        id: Option<RuleVersionId>,
        read: impl FnOnce() -> Result<Rules>,
    ) -> Result<Arc<Rules>> {
        let known = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let held = known().iter().find(|(held, _)| *held == id).cloned();
        if let Some((_, rules)) = held {
            return Ok(rules);
        }
        let rules = Arc::new(read()?);
        let mut known = known();
        if known.len() >= Self::MAX {
            known.clear();
        }
        known.push((id, rules.clone()));
        Ok(rules)
    }
}

/// All rules by which an organisation's mail is decided now.
pub(crate) fn in_force(flow: &Flow, ctx: &Ctx, tx: &mut Tx<'_>) -> Result<Arc<Rules>> {
    let row = table::active(tx, ctx.organisation())?;
    of_version(flow, ctx, tx, row.as_ref())
}

/// The platform's rules with those of a version.
fn of_version(
    flow: &Flow,
    ctx: &Ctx,
    tx: &mut Tx<'_>,
    row: Option<&table::RuleVersion>,
) -> Result<Arc<Rules>> {
    let read = flow.rules_read();
    match row {
        None => read.find(None, || Ok(Rules::standard())),
        Some(row) => read.find(Some(row.id), || {
            let own = parsed(&view(ctx, tx, row)?.text)?;
            Ok(Rules::standard().with(Arc::new(own)))
        }),
    }
}

/// What was kept parsed when it was written; a program that reads it otherwise decides nothing by it.
fn parsed(text: &str) -> Result<OrgRules> {
    OrgRules::parse(text).map_err(|_| Error::new(Code::StoredDataInvalid))
}

fn count(rules: &OrgRules) -> u32 {
    u32::try_from(rules.len()).unwrap_or(u32::MAX)
}

fn insert(ctx: &Ctx, tx: &mut Tx<'_>, written: &Written, digest: &str, rules: u32) -> Result<u32> {
    let (organisation, now, rng) = (ctx.organisation(), ctx.now(), ctx.world().rng.as_ref());
    // Into memory first: a transaction cannot wait for another.
    ctx.world().keys_in(tx, organisation)?;
    let id = RuleVersionId::mint(now, rng);
    let key = ctx.world().new_item_key(organisation, *id.as_bytes())?;
    let place = ("rule_versions", "sealed_text", id.as_bytes());
    let row = table::RuleVersion {
        organisation,
        version: table::last(tx, organisation)? + 1,
        id,
        sealed_text: seal_json(written, key.opened(), place, rng)?,
        digest: digest.to_owned(),
        rules,
        state: RuleState::Draft,
        author: ctx.actor().to_owned(),
        created_at: now,
        simulated_at: None,
        activated: None,
        retired_at: None,
    };
    key.insert(tx)?;
    table::insert(tx, &row)?;
    let event = Event::new("rules.written").about(id);
    let event = event.fact("version", row.version).fact("digest", digest);
    ctx.record(tx, event.fact("rules", rules))?;
    Ok(row.version)
}

fn view(ctx: &Ctx, tx: &mut Tx<'_>, row: &table::RuleVersion) -> Result<RuleVersionView> {
    let key = ctx
        .world()
        .item_key(tx, row.organisation, row.id.as_bytes())?;
    let place = ("rule_versions", "sealed_text", row.id.as_bytes());
    let written: Written = open_json(&row.sealed_text, &key, place)?;
    Ok(RuleVersionView {
        version: row.version,
        state: row.state,
        digest: row.digest.clone(),
        rules: row.rules,
        text: written.text,
        reason: written.reason,
        author: row.author.clone(),
        created_at: row.created_at,
        tried_at: row.simulated_at,
        activated: row.activated.clone(),
        retired_at: row.retired_at,
    })
}
