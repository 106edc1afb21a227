//! Rules that two people adopt: proposed with a reason, shown with what they would change, approved by a second
//! person, and counting when they have cooled off. Shipped rules and the organisation's own go the same way.
//!
//! Invariant: the text of what is approved is the text that was proposed, whatever a later release ships.

use ctx::{Action, Ctx, Event, Resource};
use model::{Code, Error, Result, Timestamp, limits};
use retention::{Item, Rule, RuleRef, RuleState, Rules, Simulation, simulate};
use serde::{Deserialize, Serialize};
use store::Tx;
use store::tables::retention_items;
use store::tables::retention_proposals::{self as table, Proposal, ProposalState, RuleChange};

use super::book::{self, Book};
use super::facts::Facts;
use super::{manages, reads, sealed};
use crate::Records;

/// Records that one read of an impact looks at.
const BATCH: usize = 500;

/// What is asked of a rule.
#[derive(Clone, Debug)]
pub enum Proposed {
    /// A shipped one.
    Enable(RuleRef),
    /// The organisation's own, or its own version of a shipped one.
    Own(Box<Rule>),
    /// One that is enabled.
    Disable(RuleRef),
}

/// A proposal as it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct ProposalView {
    pub number: u32,
    pub rule: RuleRef,
    pub is_enabling: bool,
    /// The whole rule, where it is to be enabled.
    pub text: Option<Rule>,
    pub reason: String,
    /// `open`, `approved`, `rejected`.
    pub state: &'static str,
    pub proposed_by: String,
    pub proposed_at: Timestamp,
    pub closed: Option<(String, Timestamp)>,
    pub counts_from: Option<Timestamp>,
    pub impact: Option<Simulation>,
}

/// What is sealed.
#[derive(Serialize, Deserialize)]
pub(super) struct Told {
    pub rule: Option<Rule>,
    pub reason: String,
}

impl Records {
    /// Every rule that is about such an organisation, as it is approved, with the others that it has of its own.
    ///
    /// # Errors
    /// `action_forbidden`.
    pub fn keeping_rules(
        &self,
        ctx: &Ctx,
        after: Option<&RuleRef>,
        rows: usize,
    ) -> Result<Vec<Rule>> {
        reads(ctx)?;
        let ctx2 = ctx.clone();
        let book = ctx.world().store.read(move |tx| Book::read(&ctx2, tx))?;
        let all = book.next.profile.rules(&book.next.rules).into_iter();
        let behind = all.filter(|rule| after.is_none_or(|after| *after < rule.reference()));
        let rows = rows.clamp(1, limits::PAGE_ROWS_MAX);
        Ok(behind.take(rows).cloned().collect())
    }

    /// # Errors
    /// `action_forbidden`; `not_found` for a rule that is not shipped; `state_conflict` where the rule has an open
    /// proposal, or is what it shall become; `field_invalid` at `/rule` for a rule that cannot be used or stands
    /// already; `field_missing` or `field_invalid` at `/reason`.
    pub fn propose_rule(&self, ctx: &Ctx, what: &Proposed, reason: &str) -> Result<u32> {
        manages(ctx)?;
        let reason = flow::checked_reason(reason)?;
        let (ctx2, what) = (ctx.clone(), what.clone());
        ctx.world().store.write(move |tx| {
            let (reference, change, rule) = wanted(&ctx2, tx, &what)?;
            let of = ctx2.organisation();
            if table::open(tx, of, &reference.id)?.is_some() {
                return Err(Code::StateConflict.into());
            }
            let told = Told {
                rule,
                reason: reason.clone(),
            };
            insert(&ctx2, tx, &reference, change, &told)
        })
    }

    /// # Errors
    /// `action_forbidden`.
    pub fn proposals(
        &self,
        ctx: &Ctx,
        before: Option<u32>,
        rows: usize,
    ) -> Result<Vec<ProposalView>> {
        reads(ctx)?;
        let (ctx2, rows) = (ctx.clone(), rows.clamp(1, limits::PAGE_ROWS_MAX));
        ctx.world().store.read(move |tx| {
            let before = before.unwrap_or(u32::MAX);
            let found = table::list(tx, ctx2.organisation(), before, rows)?;
            found.into_iter().map(|row| view(&ctx2, tx, row)).collect()
        })
    }

    /// What an open proposal would change for the records as they are, on record from then on.
    ///
    /// # Errors
    /// `action_forbidden`; `not_found`; `state_conflict` when it is not open.
    pub fn proposal_impact(&self, ctx: &Ctx, number: u32) -> Result<Simulation> {
        manages(ctx)?;
        let ctx2 = ctx.clone();
        let (book, bound) = ctx.world().store.read(move |tx| {
            let row = table::find(tx, ctx2.organisation(), number)?.ok_or(Code::NotFound)?;
            if row.state != ProposalState::Open {
                return Err(Code::StateConflict.into());
            }
            let told = opened(&ctx2, tx, &row)?;
            let book = Book::read(&ctx2, tx)?;
            let bound = book.with(&row, &told, ctx2.actor())?;
            Ok((book, bound))
        })?;
        let mut sum = Simulation::default();
        let mut last = model::MessageId::from_bytes([0; 16]);
        loop {
            let items = items(ctx, &book, last)?;
            let Some((newest, _)) = items.last() else {
                break;
            };
            last = *newest;
            let named: Vec<_> = items
                .iter()
                .map(|(id, item)| (id.to_string(), item))
                .collect();
            let named = named.iter().map(|(id, item)| (id.as_str(), *item));
            let old = (&book.next.rules, &book.next.profile);
            sum.join(simulate(
                old,
                (&bound.rules, &bound.profile),
                named,
                ctx.now(),
            ));
        }
        let text =
            serde_json::to_string(&sum).map_err(|e| Error::new(Code::Internal).because(e))?;
        let of = ctx.organisation();
        let shown = ctx
            .world()
            .store
            .write(move |tx| table::show(tx, of, number, &text))?;
        match shown {
            true => Ok(sum),
            false => Err(Code::StateConflict.into()),
        }
    }

    /// Never one's own. It counts when it has cooled off; what keeps longer by it is kept from now on. Gives when
    /// it counts.
    ///
    /// # Errors
    /// `action_forbidden`; `not_found`; `state_conflict` when it is not open or nobody asked for its impact;
    /// `field_missing` or `field_invalid` at `/reason`.
    pub fn approve_rule(&self, ctx: &Ctx, number: u32, reason: &str) -> Result<Timestamp> {
        let row = self.allowed(ctx, number)?;
        let reason = flow::checked_reason(reason)?;
        let impact: Option<Simulation> = impact(&row)?;
        let newly_due = impact.map_or(0, |impact| impact.newly_due.count);
        let ctx2 = ctx.clone();
        ctx.world().store.write(move |tx| {
            let (of, now) = (ctx2.organisation(), ctx2.now());
            let counts_from = now.plus(book::cooling());
            if !table::approve(tx, of, number, (ctx2.actor(), now), counts_from)? {
                return Err(Code::StateConflict.into());
            }
            let event = about("retention.approved", &row).fact("newly_due", newly_due);
            let event = event.fact("counts_from", counts_from.rfc3339());
            record(&ctx2, tx, event, &reason, number)?;
            Ok(counts_from)
        })
    }

    /// By whoever may manage; who proposed may take it back.
    ///
    /// # Errors
    /// `action_forbidden`; `not_found`; `state_conflict` when it is not open; `field_missing` or `field_invalid` at
    /// `/reason`.
    pub fn reject_rule(&self, ctx: &Ctx, number: u32, reason: &str) -> Result<()> {
        manages(ctx)?;
        let reason = flow::checked_reason(reason)?;
        let ctx2 = ctx.clone();
        ctx.world().store.write(move |tx| {
            let (of, now) = (ctx2.organisation(), ctx2.now());
            let row = table::find(tx, of, number)?.ok_or(Code::NotFound)?;
            if !table::reject(tx, of, number, (ctx2.actor(), now))? {
                return Err(Code::StateConflict.into());
            }
            record(
                &ctx2,
                tx,
                about("retention.rejected", &row),
                &reason,
                number,
            )
        })
    }

    fn allowed(&self, ctx: &Ctx, number: u32) -> Result<Proposal> {
        super::live_only(ctx)?;
        ctx.allow(Action::RetentionApprove, &ctx.own("retention"))?;
        let of = ctx.organisation();
        let row = ctx
            .world()
            .store
            .read(move |tx| table::find(tx, of, number))?;
        let row = row.ok_or(Code::NotFound)?;
        let theirs = Resource {
            owner: Some(row.proposed_by.clone()),
            ..ctx.own("retention")
        };
        ctx.allow(Action::RetentionApprove, &theirs)?;
        Ok(row)
    }
}

fn items(ctx: &Ctx, book: &Book, after: model::MessageId) -> Result<Vec<(model::MessageId, Item)>> {
    let (ctx2, bound) = (ctx.clone(), book.next.clone());
    ctx.world().store.read(move |tx| {
        let rows = retention_items::page(tx, ctx2.organisation(), after, BATCH)?;
        let rows = rows.iter().map(|row| match Facts::of(&ctx2, tx, row) {
            Ok(facts) => Ok((row.message, facts.item(&bound).1)),
            // Nothing of it is left to be due.
            Err(error) if crate::archive::is_final(error.code()) => {
                Ok((row.message, unreadable(ctx2.now())))
            }
            Err(error) => Err(error),
        });
        rows.collect()
    })
}

fn unreadable(now: Timestamp) -> Item {
    Item {
        classes: Default::default(),
        created: now,
        anchors: Default::default(),
        patient_was_adult: false,
        custodians: Default::default(),
        queries: Default::default(),
    }
}

type Wanted = (RuleRef, RuleChange, Option<Rule>);

fn wanted(ctx: &Ctx, tx: &mut Tx<'_>, what: &Proposed) -> Result<Wanted> {
    let book = Book::read(ctx, tx)?;
    let held = |reference: &RuleRef| book.next.rules.find(reference);
    let invalid = || Error::new(Code::FieldInvalid).at("/rule");
    match what {
        Proposed::Enable(reference) => {
            let rule = held(reference).ok_or(Code::NotFound)?;
            if rule.is_enabled() {
                return Err(Code::StateConflict.into());
            }
            Ok((reference.clone(), RuleChange::Enable, Some(rule.clone())))
        }
        Proposed::Disable(reference) => {
            let rule = held(reference).ok_or(Code::NotFound)?;
            if !rule.is_enabled() {
                return Err(Code::StateConflict.into());
            }
            Ok((reference.clone(), RuleChange::Disable, None))
        }
        Proposed::Own(rule) => {
            // A version that ends an earlier one early is for counsel, and has no way here yet.
            if held(&rule.reference()).is_some() || rule.shorter_approved.is_some() {
                return Err(invalid());
            }
            let rule = Rule {
                state: RuleState::Draft,
                ..(**rule).clone()
            };
            let all = book.next.rules.all().cloned().chain([rule.clone()]);
            Rules::new(all, book.next.rules.majorities().clone()).map_err(|_| invalid())?;
            Ok((rule.reference(), RuleChange::Enable, Some(rule)))
        }
    }
}

fn insert(
    ctx: &Ctx,
    tx: &mut Tx<'_>,
    reference: &RuleRef,
    change: RuleChange,
    told: &Told,
) -> Result<u32> {
    let of = ctx.organisation();
    let number = table::last(tx, of)? + 1;
    let id = key_id(ctx, tx, number)?;
    let key = sealed::new_key(ctx, tx, &id)?;
    let row = Proposal {
        organisation: of,
        number,
        rule: reference.id.clone(),
        version: reference.version,
        change,
        sealed_text: sealed::seal(ctx, &key, sealed::PROPOSAL, &id, told)?,
        proposed_by: ctx.actor().to_owned(),
        proposed_at: ctx.now(),
        state: ProposalState::Open,
        impact: None,
        closed: None,
        counts_from: None,
    };
    table::insert(tx, &row)?;
    record(
        ctx,
        tx,
        about("retention.proposed", &row),
        &told.reason,
        number,
    )?;
    Ok(number)
}

fn about(kind: &'static str, row: &Proposal) -> Event<'static> {
    Event::new(kind)
        .fact("number", row.number)
        .fact("rule", &row.rule)
        .fact("version", row.version)
        .fact("change", row.change.word())
}

fn record(ctx: &Ctx, tx: &mut Tx<'_>, event: Event<'_>, reason: &str, number: u32) -> Result<()> {
    let id = key_id(ctx, tx, number)?;
    let key = ctx.world().item_key(tx, ctx.organisation(), &id)?;
    let event = event.payload(reason.as_bytes().to_vec(), &key);
    ctx.record(tx, event).map(drop)
}

fn key_id(ctx: &Ctx, tx: &mut Tx<'_>, number: u32) -> Result<[u8; 16]> {
    sealed::id(ctx, tx, &format!("proposal {number}"))
}

pub(super) fn opened(ctx: &Ctx, tx: &mut Tx<'_>, row: &Proposal) -> Result<Told> {
    let id = key_id(ctx, tx, row.number)?;
    let key = ctx.world().item_key(tx, ctx.organisation(), &id)?;
    sealed::open(&key, sealed::PROPOSAL, &id, &row.sealed_text)
}

fn impact(row: &Proposal) -> Result<Option<Simulation>> {
    let read = |text: &String| serde_json::from_str(text);
    let impact = row.impact.as_ref().map(read).transpose();
    impact.map_err(|_| Error::new(Code::StoredDataInvalid))
}

fn view(ctx: &Ctx, tx: &mut Tx<'_>, row: Proposal) -> Result<ProposalView> {
    let told = opened(ctx, tx, &row)?;
    Ok(ProposalView {
        impact: impact(&row)?,
        number: row.number,
        rule: RuleRef {
            id: row.rule,
            version: row.version,
        },
        is_enabling: row.change == RuleChange::Enable,
        text: told.rule,
        reason: told.reason,
        state: row.state.word(),
        proposed_by: row.proposed_by,
        proposed_at: row.proposed_at,
        closed: row.closed,
        counts_from: row.counts_from,
    })
}
