//! How a hold ends: one asks, another agrees, and it still binds for a while.

use std::time::Duration;

use ctx::{Action, Ctx, Event};
use model::{Code, HoldId, Result, limits};
use store::Tx;
use store::tables::archive_heads;
use store::tables::holds::{self as table, Hold};

use crate::Records;

const DELAY: Duration = Duration::from_secs(limits::HOLD_RELEASE_DAYS as u64 * 86_400);

impl Records {
    /// # Errors
    /// `not_found`; `state_conflict` unless it is active; `field_missing` or `field_invalid` at `/reason`.
    pub fn ask_hold_release(&self, ctx: &Ctx, id: HoldId, reason: &str) -> Result<()> {
        super::manages(ctx)?;
        self.moved(ctx, id, ("hold.release_asked", reason), |ctx, tx, hold| {
            table::ask_release(tx, hold, ctx.actor(), ctx.now())
        })
    }

    /// Takes back what was asked for, or a release whose delay still runs: the hold stands. One person is enough.
    ///
    /// # Errors
    /// `not_found`; `state_conflict`; `field_missing` or `field_invalid` at `/reason`.
    pub fn refuse_hold_release(&self, ctx: &Ctx, id: HoldId, reason: &str) -> Result<()> {
        super::manages(ctx)?;
        self.moved(
            ctx,
            id,
            ("hold.release_refused", reason),
            |ctx, tx, hold| table::stand(tx, hold, ctx.now()),
        )
    }

    /// Agrees to it; the hold binds for thirty days more.
    ///
    /// # Errors
    /// `not_found`; `action_forbidden` for whoever asked for it; `state_conflict` when nobody did; `field_missing` or
    /// `field_invalid` at `/reason`.
    pub fn release_hold(&self, ctx: &Ctx, id: HoldId, reason: &str) -> Result<()> {
        let of = ctx.organisation();
        let hold = ctx.world().store.read(move |tx| table::load(tx, id, of))?;
        let mut resource = ctx.own("hold");
        resource.owner = hold.asked_by;
        ctx.allow(Action::HoldRelease, &resource)?;
        super::live_only(ctx)?;
        self.moved(ctx, id, ("hold.released", reason), |ctx, tx, hold| {
            let until = ctx.now().plus(DELAY);
            table::release(tx, hold, ctx.actor(), ctx.now(), until)
        })
    }

    /// Moves a hold on and records it with its reason.
    fn moved(
        &self,
        ctx: &Ctx,
        id: HoldId,
        (kind, reason): (&'static str, &str),
        step: impl Fn(&Ctx, &mut Tx<'_>, &Hold) -> Result<bool> + Send + Sync + 'static,
    ) -> Result<()> {
        let reason = flow::checked_reason(reason)?;
        let ctx2 = ctx.clone();
        ctx.world().store.write(move |tx| {
            let of = ctx2.organisation();
            let hold = table::load(tx, id, of)?;
            if !step(&ctx2, tx, &hold)? {
                return Err(Code::StateConflict.into());
            }
            archive_heads::change_holds(tx, of)?;
            let key = ctx2.world().item_key(tx, of, id.as_bytes())?;
            let mut event = Event::new(kind).about(id);
            if let Some(until) = table::load(tx, id, of)?.binds_until {
                event = event.fact("binds_until", until);
            }
            let event = event.payload(reason.clone().into_bytes(), &key);
            ctx2.record(tx, event).map(drop)
        })
    }
}
