//! Records destroyed in steps, each asked again in the transaction that destroys it.

use std::sync::Arc;

use ctx::{Ctx, Event};
use ledger::certificate::Item as Told;
use model::{BlobId, DisposalId, DisposalState, DisposedState, Result, SparedFor};
use store::Tx;
use store::tables::disposals::{self as table, Item};
use store::tables::postings;

use super::gate::{Gate, May};
use super::list::told;
use crate::Records;
use crate::holds::Plan;
use crate::keeping::Book;

/// Records of one commit.
const BATCH: usize = 20;
/// Commits by one plan.
const BATCHES: usize = 16;
/// Plans made anew when holds or words changed meanwhile, before the next turn tries.
const PLANS: usize = 8;

/// What a step came to.
enum Step {
    /// Holds or words changed since the plan was made.
    Stale,
    Done(usize, Vec<BlobId>),
}

impl Records {
    /// Some hundreds, by one plan as long as it stands.
    pub(super) fn destroy_some(&self, ctx: &Ctx, id: DisposalId) -> Result<usize> {
        let (mut done, store) = (0, &ctx.world().store);
        for _ in 0..PLANS {
            let plan = Arc::new(self.plan_holds(ctx.organisation())?);
            for _ in 0..BATCHES {
                let (ctx2, plan) = (ctx.clone(), plan.clone());
                let Step::Done(count, blobs) = store.write(move |tx| step(&ctx2, tx, &plan, id))?
                else {
                    break;
                };
                // What a crash leaves behind goes with the next tidying: no row names it any more.
                for blob in blobs {
                    store.blobs().remove(&blob.to_string())?;
                }
                done += count;
                if count == 0 {
                    return Ok(done);
                }
            }
            if done > 0 {
                return Ok(done);
            }
        }
        Ok(done)
    }
}

fn step(ctx: &Ctx, tx: &mut Tx<'_>, plan: &Plan, id: DisposalId) -> Result<Step> {
    let of = ctx.organisation();
    ctx.world().keys_in(tx, of)?;
    let row = table::load(tx, id, of)?;
    if row.state != DisposalState::Destroying {
        return Ok(Step::Done(0, Vec::new()));
    }
    if !plan.stands(tx)? {
        return Ok(Step::Stale);
    }
    let items = table::items(tx, id, DisposedState::Listed, 0, BATCH)?;
    if items.is_empty() {
        table::advance(tx, &row, DisposalState::Pruning)?;
        return Ok(Step::Done(1, Vec::new()));
    }
    let book = Book::read(ctx, tx)?;
    // By classes that were told by older rules a hold would miss a record, or spare all of them.
    if plan.names_classes() && !book.is_reckoned(tx, of)? {
        return Ok(Step::Done(0, Vec::new()));
    }
    let gate = Gate { plan, book: &book };
    let (mut destroyed, mut blobs) = (0, Vec::new());
    let count = items.len();
    for item in items {
        let gone = one(ctx, tx, &gate, id, item)?;
        destroyed += u64::from(gone.is_some());
        blobs.extend(gone.unwrap_or_default());
    }
    table::count(tx, id, destroyed, count as u64 - destroyed)?;
    Ok(Step::Done(count, blobs))
}

/// Destroys it or spares it, on record; gives the blobs of what was destroyed.
fn one(
    ctx: &Ctx,
    tx: &mut Tx<'_>,
    gate: &Gate<'_>,
    id: DisposalId,
    mut item: Item,
) -> Result<Option<Vec<BlobId>>> {
    let (of, now) = (ctx.organisation(), ctx.now());
    let (record, due) = match gate.may_destroy(ctx, tx, item.message)? {
        May::Yes(record, due) => (record, due),
        May::No(why) => {
            spare(ctx, tx, id, item, why)?;
            return Ok(None);
        }
    };
    let mut said = Told::read(&told(&record, &due)?)?;
    said.destroyed_at = now.rfc3339();
    let blobs = table::destroy(tx, id, item.message, of, now)?;
    postings::remove(tx, record.position)?;
    item.told = said.line()?;
    item.state = DisposedState::Destroyed;
    table::done(tx, id, &item)?;
    let event = Event::new("record.destroyed").message(item.message);
    let event = event.fact("disposal", id).fact("number", item.number);
    ctx.record(tx, event)?;
    Ok(Some(blobs))
}

fn spare(ctx: &Ctx, tx: &mut Tx<'_>, id: DisposalId, mut item: Item, why: SparedFor) -> Result<()> {
    item.state = DisposedState::Spared;
    item.why = Some(why);
    table::done(tx, id, &item)?;
    let event = Event::new("record.spared").message(item.message);
    let event = event.fact("disposal", id).fact("number", item.number);
    ctx.record(tx, event.fact("why", why)).map(drop)
}
