//! Matters and legal holds: what nobody may destroy, for whose sake, who was told, and how it ends.
//!
//! A hold narrows by custodians, days and a search; what is left empty does not narrow it. It binds from the commit
//! that places it, on what is in the archive and on what comes. A release takes a reason, a second person and thirty
//! days for which it still binds. Invariant: a scope is never changed; a wider one is another hold, a narrower one a
//! release.

mod bound;
mod kept;
mod release;
mod scope;
mod shown;

use ctx::{Action, Ctx, Event};
use flow::view::cursor;
use model::{
    Address, Code, CustodianState, Error, HoldId, HoldState, MatterId, MatterState, Mode, Result,
    Timestamp, limits,
};
use store::tables::holds as table;

use crate::Records;

pub(crate) use bound::Plan;
pub use bound::{HeldBy, Why};
pub use kept::{Keeps, Sort};
pub use scope::Scope;

/// A dispute or inquiry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MatterView {
    pub id: MatterId,
    pub name: String,
    pub state: MatterState,
    pub author: String,
    pub created_at: Timestamp,
    pub closed_at: Option<Timestamp>,
}

/// A hold as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HoldView {
    pub id: HoldId,
    pub matter: MatterId,
    pub scope: Scope,
    pub custodians: Vec<CustodianView>,
    /// Why it was placed; what was said last about its release.
    pub reason: String,
    pub state: HoldState,
    pub binds: bool,
    pub author: String,
    pub created_at: Timestamp,
    pub asked_by: Option<String>,
    pub asked_at: Option<Timestamp>,
    pub approved_by: Option<String>,
    pub binds_until: Option<Timestamp>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustodianView {
    pub number: u32,
    pub address: Address,
    pub state: CustodianState,
    pub changed_at: Timestamp,
}

/// One page, newest first, and where the next one begins.
pub struct Listed<T> {
    pub rows: Vec<T>,
    pub next: Option<String>,
}

impl<T> Listed<T> {
    /// Of rows of which one more was asked for than a page has; `end` says where the page behind the last begins.
    pub(crate) fn of(mut found: Vec<T>, rows: usize, end: impl Fn(&T) -> String) -> Self {
        let more = found.len() > rows;
        found.truncate(rows);
        let next = found.last().filter(|_| more).map(end);
        Self { rows: found, next }
    }
}

impl Records {
    /// # Errors
    /// `action_forbidden`; `field_missing` or `field_invalid` at `/name`.
    pub fn open_matter(&self, ctx: &Ctx, name: &str) -> Result<MatterId> {
        manages(ctx)?;
        let name = shown::name(name)?;
        let world = ctx.world();
        let id = MatterId::mint(ctx.now(), world.rng.as_ref());
        let key = world.new_item_key(ctx.organisation(), *id.as_bytes())?;
        let row = table::Matter {
            id,
            organisation: ctx.organisation(),
            sealed_name: shown::seal(ctx, key.opened(), shown::NAME, id.as_bytes(), &name)?,
            state: MatterState::Open,
            author: ctx.actor().to_owned(),
            created_at: ctx.now(),
            closed_at: None,
        };
        let ctx2 = ctx.clone();
        world.store.write(move |tx| {
            key.insert(tx)?;
            table::insert_matter(tx, &row)?;
            let event = Event::new("matter.opened").about(id);
            let event = event.payload(name.clone().into_bytes(), key.opened());
            ctx2.record(tx, event)?;
            Ok(id)
        })
    }

    /// # Errors
    /// `not_found`; `state_conflict` while a hold of it binds, or when it is closed.
    pub fn close_matter(&self, ctx: &Ctx, id: MatterId) -> Result<()> {
        manages(ctx)?;
        let ctx2 = ctx.clone();
        ctx.world().store.write(move |tx| {
            let (of, now) = (ctx2.organisation(), ctx2.now());
            table::load_matter(tx, id, of)?;
            if table::binds(tx, id, of, now)? || !table::close_matter(tx, id, of, now)? {
                return Err(Code::StateConflict.into());
            }
            let event = Event::new("matter.closed").about(id);
            ctx2.record(tx, event).map(drop)
        })
    }

    /// # Errors
    /// `action_forbidden`; `cursor_invalid`.
    pub fn matters(
        &self,
        ctx: &Ctx,
        after: Option<&str>,
        rows: usize,
    ) -> Result<Listed<MatterView>> {
        reads(ctx)?;
        let rows = rows.clamp(1, limits::PAGE_ROWS_MAX);
        let before = after.map(cursor::decode).transpose()?;
        let before = before.map(|(at, id)| (at, MatterId::from_bytes(id)));
        let (of, ctx2) = (ctx.organisation(), ctx.clone());
        let found = ctx.world().store.read(move |tx| {
            let found = table::list_matters(tx, of, before, rows + 1)?;
            let views = found.into_iter().map(|row| shown::matter(&ctx2, tx, row));
            views.collect::<Result<Vec<_>>>()
        })?;
        Ok(Listed::of(found, rows, |last| {
            cursor::encode(last.created_at, last.id.as_bytes())
        }))
    }

    /// # Errors
    /// `not_found`.
    pub fn matter(&self, ctx: &Ctx, id: MatterId) -> Result<MatterView> {
        reads(ctx)?;
        let ctx2 = ctx.clone();
        ctx.world().store.read(move |tx| {
            let row = table::load_matter(tx, id, ctx2.organisation())?;
            shown::matter(&ctx2, tx, row)
        })
    }

    /// Keeps what the scope covers from this commit on.
    ///
    /// # Errors
    /// `action_forbidden`; `not_found` for the matter; `state_conflict` when it is closed; `field_missing` or
    /// `field_invalid` at `/reason`, `/query`, `/until` or `/custodians`; `field_invalid` at `/holds` beyond the limit.
    pub fn place_hold(
        &self,
        ctx: &Ctx,
        matter: MatterId,
        scope: &Scope,
        reason: &str,
    ) -> Result<HoldId> {
        manages(ctx)?;
        let reason = flow::checked_reason(reason)?;
        let scope = scope.checked()?;
        self.is_plannable(ctx, &scope)?;
        let ctx2 = ctx.clone();
        ctx.world().store.write(move |tx| {
            // Into memory first: a transaction cannot wait for another.
            ctx2.world().keys_in(tx, ctx2.organisation())?;
            shown::insert(&ctx2, tx, matter, &scope, &reason)
        })
    }

    /// # Errors
    /// `action_forbidden`; `cursor_invalid`.
    pub fn holds(&self, ctx: &Ctx, after: Option<&str>, rows: usize) -> Result<Listed<HoldView>> {
        reads(ctx)?;
        let rows = rows.clamp(1, limits::PAGE_ROWS_MAX);
        let before = after.map(cursor::decode).transpose()?;
        let before = before.map(|(at, id)| (at, HoldId::from_bytes(id)));
        let (of, ctx2) = (ctx.organisation(), ctx.clone());
        let found = ctx.world().store.read(move |tx| {
            let found = table::list(tx, of, before, rows + 1)?;
            let views = found.into_iter().map(|row| shown::hold(&ctx2, tx, row));
            views.collect::<Result<Vec<_>>>()
        })?;
        Ok(Listed::of(found, rows, |last| {
            cursor::encode(last.created_at, last.id.as_bytes())
        }))
    }

    /// # Errors
    /// `not_found`.
    pub fn hold(&self, ctx: &Ctx, id: HoldId) -> Result<HoldView> {
        reads(ctx)?;
        let ctx2 = ctx.clone();
        ctx.world().store.read(move |tx| {
            let row = table::load(tx, id, ctx2.organisation())?;
            shown::hold(&ctx2, tx, row)
        })
    }

    /// Puts on record that a custodian was told, or has acknowledged it.
    ///
    /// # Errors
    /// `not_found`.
    pub fn set_custodian(
        &self,
        ctx: &Ctx,
        id: HoldId,
        number: u32,
        state: CustodianState,
    ) -> Result<()> {
        manages(ctx)?;
        let ctx2 = ctx.clone();
        ctx.world().store.write(move |tx| {
            table::load(tx, id, ctx2.organisation())?;
            if !table::set_custodian(tx, id, number, state, ctx2.now())? {
                return Err(Code::NotFound.into());
            }
            let event = Event::new("hold.acknowledged").about(id);
            let event = event.fact("custodian", number).fact("state", state);
            ctx2.record(tx, event).map(drop)
        })
    }
}

fn reads(ctx: &Ctx) -> Result<()> {
    ctx.allow(Action::HoldRead, &ctx.own("hold"))?;
    live_only(ctx)
}

fn manages(ctx: &Ctx) -> Result<()> {
    ctx.allow(Action::HoldManage, &ctx.own("hold"))?;
    live_only(ctx)
}

/// Holds bind the mail of people: a test key neither sees nor places one.
fn live_only(ctx: &Ctx) -> Result<()> {
    match ctx.mode() {
        Mode::Live => Ok(()),
        Mode::Test => Err(Error::new(Code::ActionForbidden)),
    }
}
