//! A trial: what other rules would have done to mail that was decided before.
//!
//! Each recipient is decided twice from the stored facts, by the rules in force and by the draft: what differs
//! is the draft's doing alone. Nothing is opened and nothing is sent. Invariant: a trial shows ids, rule names
//! and counts.

use std::collections::BTreeMap;
use std::time::Duration;

use ctx::{Action, Ctx, Event};
use model::{Code, Error, MessageId, Method, Result, Timestamp, limits};
use policy::{MessageFacts, RecipientFacts, Rules, Simulation, StoredFacts};
use serde::Deserialize;
use store::tables::{recipients, rule_versions as table};

use crate::Flow;

/// Examples of each change that are named.
const EXAMPLES_MAX: usize = 5;
/// Decisions looked at; a trial over more says so.
const DECISIONS_MAX: u64 = 200_000;

/// What a draft would have done.
#[derive(Default)]
pub struct Trial {
    pub version: u32,
    pub since: Option<Timestamp>,
    /// Recipients whose decision was made again.
    pub decided: u64,
    /// Of these the ones for which it would have been another.
    pub changed: Vec<Changed>,
    /// The method would have been the same, and the subject, redaction, a warning, a notice or what a release
    /// takes another.
    pub changed_otherwise: u64,
    /// How often each of the draft's own rules struck, by id; those in shadow mode too.
    pub struck: BTreeMap<String, u64>,
    /// How often a rule asked for a fact that is not stored, such as the recipient's domain.
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
    /// Tries a version on what was decided within the last `days`; it may be made active afterwards.
    /// `progress` hears how many decisions were made again.
    ///
    /// # Errors
    /// `not_found`; `field_invalid` at `/days` for none or more than a year.
    pub fn try_rules(
        &self,
        ctx: &Ctx,
        version: u32,
        days: u32,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Trial> {
        ctx.allow(Action::RulesRead, &ctx.own("rules"))?;
        if !(1..=366).contains(&days) {
            return Err(Error::new(Code::FieldInvalid).at("/days"));
        }
        let draft = super::parsed(&self.rule_version(ctx, version)?.text)?;
        let draft = Rules::standard().with(std::sync::Arc::new(draft));
        let current = crate::decide::house(self, ctx)?.rules.clone();
        let since = ctx
            .now()
            .minus(Duration::from_secs(u64::from(days) * 86_400));
        let mut judge = Judge::new(&current, &draft);
        let (organisation, mut before) = (ctx.organisation(), None);
        let cut = loop {
            let rows = self.world().store.read(move |tx| {
                let page = limits::PAGE_ROWS_MAX;
                recipients::decided_since(tx, organisation, since, before, page)
            })?;
            let whole = whole_messages(&rows);
            let Some(last) = whole.last() else {
                break false;
            };
            before = Some((last.created_at, last.message));
            whole.iter().for_each(|row| judge.look(row));
            progress(judge.simulation.total);
            if judge.simulation.total >= DECISIONS_MAX {
                break true;
            }
        };
        let trial = judge.end(version, since, cut);
        self.tried(ctx, version, &trial)?;
        Ok(trial)
    }

    fn tried(&self, ctx: &Ctx, version: u32, trial: &Trial) -> Result<()> {
        let (ctx2, decided) = (ctx.clone(), trial.decided);
        self.world().store.write(move |tx| {
            let (organisation, now) = (ctx2.organisation(), ctx2.now());
            let row = table::find(tx, organisation, version)?.ok_or(Code::NotFound)?;
            table::simulated(tx, organisation, version, now)?;
            let event = Event::new("rules.tried").about(row.id);
            let event = event.fact("version", version).fact("decisions", decided);
            ctx2.record(tx, event).map(drop)
        })
    }
}

/// A page may cut a message's recipients; the cut one stands whole on the next page, unless it is alone.
fn whole_messages(rows: &[recipients::Decided]) -> &[recipients::Decided] {
    if rows.len() < limits::PAGE_ROWS_MAX {
        return rows;
    }
    let last = rows.last().map(|row| row.message);
    let whole = rows
        .iter()
        .take_while(|row| Some(row.message) != last)
        .count();
    if whole == 0 { rows } else { &rows[..whole] }
}

/// Decides again and counts.
struct Judge<'a> {
    current: &'a Rules,
    draft: &'a Rules,
    simulation: Simulation,
    /// In the order in which the simulation saw them.
    messages: Vec<MessageId>,
    unknown: u64,
}

impl<'a> Judge<'a> {
    fn new(current: &'a Rules, draft: &'a Rules) -> Self {
        Self {
            current,
            draft,
            simulation: Simulation::default(),
            messages: Vec::new(),
            unknown: 0,
        }
    }

    fn look(&mut self, row: &recipients::Decided) {
        match facts(row) {
            Some(stored) => {
                self.simulation.add(&stored, self.current, self.draft);
                self.messages.push(row.message);
            }
            None => self.unknown += 1,
        }
    }

    fn end(self, version: u32, since: Timestamp, cut: bool) -> Trial {
        let named = |places: &[u64]| {
            let places = places.iter().filter_map(|at| usize::try_from(*at).ok());
            let mut ids: Vec<MessageId> = places
                .filter_map(|at| self.messages.get(at).copied())
                .collect();
            ids.dedup();
            ids.truncate(EXAMPLES_MAX);
            ids
        };
        let changed = self.simulation.moves.iter().map(|moved| Changed {
            from: moved.from,
            to: moved.to,
            count: moved.count,
            examples: named(&moved.examples),
        });
        let rules = self.simulation.rules.iter();
        let unanswered = rules.clone().map(|(_, hits)| hits.unanswered).sum();
        Trial {
            version,
            since: Some(since),
            decided: self.simulation.total,
            changed: changed.collect(),
            changed_otherwise: self.simulation.changed_otherwise,
            struck: rules.map(|(id, hits)| (id.clone(), hits.matched)).collect(),
            unanswered,
            unknown: self.unknown,
            cut,
        }
    }
}

/// What was known then; nothing for what was stored before facts were.
fn facts(row: &recipients::Decided) -> Option<StoredFacts> {
    #[derive(Deserialize)]
    struct Kept {
        facts: serde_json::Value,
    }
    #[derive(Deserialize)]
    struct Stored {
        recipient: RecipientFacts,
    }
    let kept: Kept = serde_json::from_str(&row.findings).ok()?;
    let message = kept.facts.is_object().then_some(kept.facts)?;
    let message: MessageFacts = serde_json::from_value(message).ok()?;
    let trace = crate::pack::unpack_text(&row.trace).ok()?;
    let stored: Stored = serde_json::from_slice(&trace).ok()?;
    Some(StoredFacts {
        message,
        recipient: stored.recipient,
    })
}
