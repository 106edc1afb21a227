//! What people and software do with suppressions: look, search, make, lift, export.

use std::sync::Arc;

use ctx::{Action, Ctx, Event, World};
use model::{
    Address, Code, Error, LiftReason, RecipientId, Result, Stream, SuppressionId,
    SuppressionReason, SuppressionSource, Timestamp, limits,
};
use store::Tx;
use store::tables::suppressions;

use super::{New, csv, suppress};
use crate::Flow;
use crate::view::{cursor, live_only};

/// Which suppressions.
#[derive(Clone, Default)]
pub struct Wanted {
    pub stream: Option<Stream>,
    pub reason: Option<SuppressionReason>,
    /// Exactly this address.
    pub address: Option<Address>,
    /// Also what was lifted or has expired.
    pub ended: bool,
}

/// A page of them: where it starts and how long it is.
#[derive(Clone, Default)]
pub struct Asked {
    pub wanted: Wanted,
    pub after: Option<String>,
    pub rows: usize,
}

pub struct SuppressionView {
    pub id: SuppressionId,
    pub address: Address,
    pub stream: Stream,
    pub reason: SuppressionReason,
    pub source: SuppressionSource,
    pub evidence: Option<RecipientId>,
    pub actor: String,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub lifted_at: Option<Timestamp>,
    pub lifted_by: Option<String>,
    pub lifted_because: Option<LiftReason>,
}

pub struct SuppressionPage {
    pub rows: Vec<SuppressionView>,
    pub next: Option<String>,
}

pub struct NewSuppression {
    pub address: Address,
    pub stream: Stream,
    pub expires_at: Option<Timestamp>,
}

impl Flow {
    /// Newest first. Looking is recorded, since addresses are shown.
    pub fn suppressions(&self, ctx: &Ctx, asked: Asked) -> Result<SuppressionPage> {
        ctx.allow(Action::SuppressionRead, &ctx.own("suppression"))?;
        let rows = asked.rows.clamp(1, limits::PAGE_ROWS_MAX);
        let before = asked.after.as_deref().map(cursor::decode).transpose()?;
        let before = before.map(|(at, id)| (at, SuppressionId::from_bytes(id)));
        let mut found = load(ctx, &asked.wanted, before, rows + 1)?;
        let more = found.len() > rows;
        found.truncate(rows);
        let last = found.last().filter(|_| more);
        let next = last.map(|last| cursor::encode(last.created_at, last.id.as_bytes()));
        looked(ctx, "suppression.listed", found.len())?;
        Ok(SuppressionPage { rows: found, next })
    }

    /// How many addresses are suppressed now, each stream for itself.
    pub fn suppressed_count(&self, ctx: &Ctx) -> Result<u64> {
        ctx.allow(Action::SuppressionRead, &ctx.own("suppression"))?;
        let (organisation, now) = (ctx.organisation(), ctx.now());
        self.world()
            .store
            .read(move |tx| suppressions::count(tx, organisation, now))
    }

    /// Gives its id; of the one in force when someone decided the same before, which lasts as long as the
    /// longer of the two.
    ///
    /// # Errors
    /// `date_invalid` when it would be over at once.
    pub fn suppress(&self, ctx: &Ctx, new: NewSuppression) -> Result<SuppressionId> {
        ctx.allow(Action::SuppressionManage, &ctx.own("suppression"))?;
        live_only(ctx)?;
        if new.expires_at.is_some_and(|at| at <= ctx.now()) {
            return Err(Error::new(Code::DateInvalid).at("/expires_at"));
        }
        let (ctx2, token) = (ctx.clone(), token(ctx, &new.address)?);
        self.world().store.write(move |tx| {
            let row = New {
                stream: new.stream,
                token,
                address: &new.address,
                reason: SuppressionReason::Manual,
                source: SuppressionSource::Manual,
                evidence: None,
                expires_at: new.expires_at,
            };
            suppress(&ctx2, tx, &row).map(|made| made.id())
        })
    }

    /// What someone is about to lift, without its address.
    ///
    /// # Errors
    /// `not_found`; `state_conflict` when it was lifted before.
    pub fn suppression_to_lift(
        &self,
        ctx: &Ctx,
        id: SuppressionId,
    ) -> Result<(Stream, SuppressionReason)> {
        ctx.allow(Action::SuppressionManage, &ctx.own("suppression"))?;
        live_only(ctx)?;
        let organisation = ctx.organisation();
        let row = self
            .world()
            .store
            .read(move |tx| suppressions::load(tx, id, organisation))?;
        match row.lifted {
            Some(_) => Err(Code::StateConflict.into()),
            None => Ok((row.stream, row.reason)),
        }
    }

    /// Mail goes to the address again, and what counted against it is forgotten.
    ///
    /// # Errors
    /// `not_found`; `state_conflict` when it was lifted before.
    pub fn lift_suppression(
        &self,
        ctx: &Ctx,
        id: SuppressionId,
        because: LiftReason,
    ) -> Result<()> {
        ctx.allow(Action::SuppressionManage, &ctx.own("suppression"))?;
        live_only(ctx)?;
        let ctx2 = ctx.clone();
        self.world().store.write(move |tx| {
            let organisation = ctx2.organisation();
            let row = suppressions::load(tx, id, organisation)?;
            let lifted = suppressions::Lifted {
                at: ctx2.now(),
                by: ctx2.actor().to_owned(),
                because,
            };
            if !suppressions::lift(tx, id, organisation, &lifted)? {
                return Err(Code::StateConflict.into());
            }
            suppressions::forgive(tx, organisation, row.stream, &row.address_token)?;
            let event = Event::new("suppression.lifted")
                .about(id)
                .fact("stream", row.stream)
                .fact("reason", row.reason)
                .fact("because", because);
            ctx2.record(tx, event).map(drop)
        })
    }

    /// Everything in force as CSV, which [`Flow::import_suppressions`] takes.
    ///
    /// # Errors
    /// `export_too_large` beyond what one answer holds.
    pub fn export_suppressions(&self, ctx: &Ctx) -> Result<String> {
        let most = self.settings().suppression_export_rows_max;
        if self.suppressed_count(ctx)? > most as u64 {
            return Err(Code::ExportTooLarge.into());
        }
        let mut out = String::new();
        self.export_suppressions_to(ctx, &mut |page| {
            out.push_str(page);
            Ok(())
        })?;
        Ok(out)
    }

    /// The same page by page, however many there are; gives how many. No more than a page is in memory.
    ///
    /// # Errors
    /// Also those of `take`, which end it.
    pub fn export_suppressions_to(
        &self,
        ctx: &Ctx,
        take: &mut dyn FnMut(&str) -> Result<()>,
    ) -> Result<usize> {
        let held = self.suppressed_count(ctx)?;
        looked(ctx, "suppression.exported", held)?;
        take(&csv::head())?;
        let (mut before, mut count) = (None, 0);
        loop {
            let rows = load(ctx, &Wanted::default(), before, limits::PAGE_ROWS_MAX)?;
            let Some(last) = rows.last() else {
                return Ok(count);
            };
            before = Some((last.created_at, last.id));
            count += rows.len();
            let mut page = String::new();
            rows.iter().for_each(|row| csv::write(&mut page, row));
            take(&page)?;
        }
    }
}

pub(super) fn token(ctx: &Ctx, address: &Address) -> Result<[u8; 32]> {
    let keys = ctx.world().keys(ctx.organisation())?;
    Ok(keys.blind("address", &address.fold()))
}

fn load(
    ctx: &Ctx,
    wanted: &Wanted,
    before: Option<(Timestamp, SuppressionId)>,
    rows: usize,
) -> Result<Vec<SuppressionView>> {
    let address_token = wanted.address.as_ref().map(|a| token(ctx, a)).transpose()?;
    let (world, organisation, now) = (ctx.world().clone(), ctx.organisation(), ctx.now());
    let wanted = suppressions::Wanted {
        stream: wanted.stream,
        reason: wanted.reason,
        address_token,
        ended: wanted.ended,
    };
    ctx.world().store.read(move |tx| {
        let found = suppressions::list(tx, organisation, wanted, now, before, rows)?;
        found.into_iter().map(|row| view(&world, tx, row)).collect()
    })
}

fn view(
    world: &Arc<World>,
    tx: &mut Tx<'_>,
    row: suppressions::Suppression,
) -> Result<SuppressionView> {
    let key = world.item_key(tx, row.organisation, row.id.as_bytes())?;
    let aad = vault::aad("suppressions", "sealed_address", row.id.as_bytes());
    let plain = key.open(&aad, &row.sealed_address)?;
    let text = String::from_utf8(plain).map_err(|_| Error::new(Code::StoredDataInvalid))?;
    let address = Address::parse(&text).map_err(|_| Error::new(Code::StoredDataInvalid))?;
    Ok(SuppressionView {
        id: row.id,
        address,
        stream: row.stream,
        reason: row.reason,
        source: row.source,
        evidence: row.evidence,
        actor: row.actor,
        created_at: row.created_at,
        expires_at: row.expires_at,
        lifted_at: row.lifted.as_ref().map(|lifted| lifted.at),
        lifted_because: row.lifted.as_ref().map(|lifted| lifted.because),
        lifted_by: row.lifted.map(|lifted| lifted.by),
    })
}

/// Addresses were shown to someone: recorded before they are.
fn looked(ctx: &Ctx, kind: &'static str, rows: impl std::fmt::Display) -> Result<()> {
    let rows = rows.to_string();
    let ctx2 = ctx.clone();
    ctx.world().store.write(move |tx| {
        ctx2.record(tx, Event::new(kind).fact("rows", &rows))
            .map(drop)
    })
}
