//! Disposal: what is due is listed, agreed to by a second person, left to cool off, asked again, destroyed, and
//! certified.
//!
//! ```text
//!  list.rs        what is due into a disposal, and what a hold keeps of it
//!  gate.rs        may_destroy: asked in the transaction that destroys, of every record
//!  destroy.rs     records destroyed in steps
//!  prune.rs       words that stood in them alone, out of the lexicon
//!  certificate.rs what proves it
//!  paper.rs       the same as a PDF
//!  shown.rs       lists, samples, reasons
//! ```
//!
//! Everything but the words of people is done in steps by [`Records::dispose`]: a crash repeats a step and loses none.
//! Invariant: whatever was asked before, a record is destroyed only if in that very transaction no hold binds it, it is
//! due by what binds then, and nobody outside may still be given it.

mod certificate;
mod destroy;
mod gate;
mod list;
mod paper;
mod prune;
mod shown;

use std::time::Duration;

use ctx::{Action, Ctx, Event, Resource};
use model::{
    Code, DisposalId, DisposalState, Error, MessageId, Mode, OrganisationId, Result, Timestamp,
    limits,
};
use store::Tx;
use store::tables::disposals::{self as table, Disposal};

use crate::Records;

pub use certificate::{Form, Proof};
pub use shown::{Destroyed, DisposalView, Due, ItemView, Said};

const COOLING: Duration = Duration::from_secs(limits::DISPOSAL_COOLING_DAYS as u64 * 86_400);

impl Records {
    /// Asks that what is due be destroyed. What it comes to is put together afterwards.
    ///
    /// # Errors
    /// `action_forbidden`; `state_conflict` while another one is not decided or not done; `field_missing` or
    /// `field_invalid` at `/reason`.
    pub fn propose_disposal(&self, ctx: &Ctx, reason: &str) -> Result<DisposalId> {
        manages(ctx)?;
        let reason = flow::checked_reason(reason)?;
        let ctx2 = ctx.clone();
        ctx.world().store.write(move |tx| {
            let (of, now, world) = (ctx2.organisation(), ctx2.now(), ctx2.world());
            world.keys_in(tx, of)?;
            let waits = |one: &Disposal| one.state != DisposalState::Provisional;
            if table::under_way(tx, of)?.iter().any(waits) {
                return Err(Code::StateConflict.into());
            }
            let id = DisposalId::mint(now, world.rng.as_ref());
            let key = world.new_item_key(of, *id.as_bytes())?;
            key.insert(tx)?;
            let said = vec![shown::Said::by(&ctx2, "proposed", &reason)];
            let row = Disposal {
                id,
                organisation: of,
                state: DisposalState::Listing,
                sealed_text: shown::seal(&ctx2, key.opened(), id, &said)?,
                asked_by: ctx2.actor().to_owned(),
                asked_at: now,
                looked_at: MessageId::from_bytes([0; 16]),
                records: 0,
                held: 0,
                closed_by: None,
                closed_at: None,
                begins_at: None,
                destroyed: 0,
                spared: 0,
                ended_at: None,
                keys_gone_by: None,
                certified: None,
                finished: None,
                certificate: None,
            };
            table::insert(tx, &row)?;
            let event = Event::new("disposal.proposed").about(id);
            ctx2.record(tx, event.payload(reason.clone().into_bytes(), key.opened()))?;
            Ok(id)
        })
    }

    /// Agrees to what somebody else asked for. It begins when it has cooled off; gives when.
    ///
    /// # Errors
    /// `action_forbidden`, also for whoever asked for it; `not_found`; `state_conflict` when it is not proposed or
    /// comes to nothing; `field_missing` or `field_invalid` at `/reason`.
    pub fn approve_disposal(&self, ctx: &Ctx, id: DisposalId, reason: &str) -> Result<Timestamp> {
        live_only(ctx)?;
        ctx.allow(Action::DisposalApprove, &ctx.own("disposal"))?;
        let of = ctx.organisation();
        let row = ctx.world().store.read(move |tx| table::load(tx, id, of))?;
        let theirs = Resource {
            owner: Some(row.asked_by),
            ..ctx.own("disposal")
        };
        ctx.allow(Action::DisposalApprove, &theirs)?;
        let begins_at = ctx.now().plus(COOLING);
        self.said(
            ctx,
            id,
            ("approved", "disposal.approved", reason),
            move |ctx, tx, row| table::approve(tx, row, ctx.actor(), ctx.now(), begins_at),
        )?;
        Ok(begins_at)
    }

    /// Calls it off, whoever asked or agreed: one person is enough, until it begins.
    ///
    /// # Errors
    /// `action_forbidden`; `not_found`; `state_conflict` when it has begun; `field_missing` or `field_invalid` at
    /// `/reason`.
    pub fn refuse_disposal(&self, ctx: &Ctx, id: DisposalId, reason: &str) -> Result<()> {
        live_only(ctx)?;
        // Whoever may ask for one or agree to one may stop one.
        if manages(ctx).is_err() {
            ctx.allow(Action::DisposalApprove, &ctx.own("disposal"))?;
        }
        self.said(
            ctx,
            id,
            ("refused", "disposal.refused", reason),
            |ctx, tx, row| table::refuse(tx, row, ctx.actor(), ctx.now()),
        )
    }

    /// Does some of what is to be done; gives how much. An organisation that fails stops no other.
    ///
    /// # Errors
    /// The database's, or the first of those that failed where nothing was done.
    pub fn dispose(&self) -> Result<usize> {
        let (mut done, mut failed) = (0, None);
        for of in self.flow.world().organisations()? {
            match self.dispose_of(of) {
                Ok(some) => done += some,
                Err(error) => _ = failed.get_or_insert(error),
            }
        }
        match failed {
            Some(error) if done == 0 => Err(error),
            _ => Ok(done),
        }
    }

    fn dispose_of(&self, of: OrganisationId) -> Result<usize> {
        let world = self.flow.world();
        let ctx = world.system(of);
        let mut done = 0;
        for row in world.store.read(move |tx| table::under_way(tx, of))? {
            done += match row.state {
                DisposalState::Listing => self.list_some(&ctx, row.id)?,
                DisposalState::Approved => self.begin(&ctx, &row)?,
                DisposalState::Destroying => self.destroy_some(&ctx, row.id)?,
                DisposalState::Pruning => self.finish_disposal(&ctx, row.id)?,
                DisposalState::Provisional => self.finalise(&ctx, &row)?,
                DisposalState::Proposed | DisposalState::Final | DisposalState::Refused => 0,
            };
        }
        Ok(done)
    }

    fn begin(&self, ctx: &Ctx, row: &Disposal) -> Result<usize> {
        let (id, now) = (row.id, ctx.now());
        if row.begins_at.is_none_or(|at| now < at) {
            return Ok(0);
        }
        let store = &ctx.world().store;
        store.write(move |tx| Ok(usize::from(table::begin(tx, id, now)?)))
    }

    /// Moves it on by a person's word, with the reason sealed beside the earlier ones.
    fn said(
        &self,
        ctx: &Ctx,
        id: DisposalId,
        (what, kind, reason): (&'static str, &'static str, &str),
        step: impl Fn(&Ctx, &mut Tx<'_>, &Disposal) -> Result<bool> + Send + Sync + 'static,
    ) -> Result<()> {
        let reason = flow::checked_reason(reason)?;
        let ctx2 = ctx.clone();
        ctx.world().store.write(move |tx| {
            let of = ctx2.organisation();
            let mut row = table::load(tx, id, of)?;
            let key = ctx2.world().item_key(tx, of, id.as_bytes())?;
            let mut said = shown::said(&key, &row)?;
            said.push(shown::Said::by(&ctx2, what, &reason));
            row.sealed_text = shown::seal(&ctx2, &key, id, &said)?;
            if !step(&ctx2, tx, &row)? {
                return Err(Code::StateConflict.into());
            }
            let mut event = Event::new(kind).about(id);
            if let Some(at) = table::load(tx, id, of)?
                .begins_at
                .filter(|_| what == "approved")
            {
                event = event
                    .fact("begins_at", at.rfc3339())
                    .fact("records", row.records);
            }
            ctx2.record(tx, event.payload(reason.clone().into_bytes(), &key))
                .map(drop)
        })
    }
}

fn reads(ctx: &Ctx) -> Result<()> {
    ctx.allow(Action::RetentionRead, &ctx.own("disposal"))?;
    live_only(ctx)
}

fn manages(ctx: &Ctx) -> Result<()> {
    ctx.allow(Action::DisposalManage, &ctx.own("disposal"))?;
    live_only(ctx)
}

/// What is disposed of is the mail of people: a test key has no part in it.
fn live_only(ctx: &Ctx) -> Result<()> {
    match ctx.mode() {
        Mode::Live => Ok(()),
        Mode::Test => Err(Error::new(Code::ActionForbidden)),
    }
}
