//! What is due into a disposal, candidate by candidate.

use ctx::{Ctx, Event};
use ledger::certificate::Item as Told;
use model::{DisposalId, DisposalState, DisposedState, Error, Result, SparedFor, limits};
use store::Tx;
use store::tables::disposals::{self as table, Disposal, Item};
use store::tables::records::Filing;

use super::gate::{Gate, May};
use crate::Records;
use crate::holds::Plan;
use crate::keeping::{Book, DueItem};

/// Candidates of one commit.
const BATCH: usize = 100;

impl Records {
    pub(super) fn list_some(&self, ctx: &Ctx, id: DisposalId) -> Result<usize> {
        // Candidates are found by what was reckoned.
        if !self.is_settled(ctx)? {
            return Ok(0);
        }
        let plan = self.plan_holds(ctx.organisation())?;
        let ctx2 = ctx.clone();
        ctx.world().store.write(move |tx| {
            ctx2.world().keys_in(tx, ctx2.organisation())?;
            let row = table::load(tx, id, ctx2.organisation())?;
            if row.state != DisposalState::Listing {
                return Ok(0);
            }
            list(&ctx2, tx, &plan, row)?;
            Ok(1)
        })
    }
}

fn list(ctx: &Ctx, tx: &mut Tx<'_>, plan: &Plan, mut row: Disposal) -> Result<()> {
    let book = Book::read(ctx, tx)?;
    let gate = Gate { plan, book: &book };
    let room = limits::DISPOSAL_RECORDS_MAX.saturating_sub(count(row.records)?);
    let rows = BATCH.min(room);
    let (due, next) = book.due_now(ctx, tx, Some(row.looked_at), rows)?;
    for item in due {
        add(ctx, tx, &gate, &mut row, item)?;
    }
    let is_full = count(row.records)? >= limits::DISPOSAL_RECORDS_MAX;
    row.looked_at = next.unwrap_or(row.looked_at);
    table::looked(tx, row.id, row.looked_at, (row.records, row.held))?;
    if next.is_some() && !is_full {
        return Ok(());
    }
    let to = match row.records + row.held {
        0 => DisposalState::Refused,
        _ => DisposalState::Proposed,
    };
    table::advance(tx, &row, to)?;
    let event = Event::new("disposal.listed").about(row.id);
    let event = event.fact("records", row.records).fact("held", row.held);
    ctx.record(tx, event).map(drop)
}

fn add(
    ctx: &Ctx,
    tx: &mut Tx<'_>,
    gate: &Gate<'_>,
    row: &mut Disposal,
    due: DueItem,
) -> Result<()> {
    if table::is_listed(tx, due.message)? {
        return Ok(());
    }
    let (state, why, told) = match gate.may_destroy(ctx, tx, due.message)? {
        May::Yes(record, due) => {
            row.records += 1;
            (DisposedState::Listed, None, told(&record, &due)?)
        }
        May::No(SparedFor::Held) => {
            row.held += 1;
            if count(row.held)? > limits::DISPOSAL_HELD_MAX {
                return Ok(());
            }
            (DisposedState::Spared, Some(SparedFor::Held), String::new())
        }
        // It will be due another time.
        May::No(_) => return Ok(()),
    };
    let held = row.held.min(limits::DISPOSAL_HELD_MAX as u64);
    let item = Item {
        number: row.records + held,
        message: due.message,
        state,
        why,
        told,
    };
    table::add(tx, row.id, &item)
}

/// What the certificate will say of it.
pub(super) fn told(record: &Filing, due: &DueItem) -> Result<String> {
    let told = Told {
        message: record.message.to_string(),
        accepted_on: day(record.created_at),
        classes: due
            .classes
            .iter()
            .map(|class| class.word().to_owned())
            .collect(),
        rules: due.rules.iter().map(ToString::to_string).collect(),
        kept_through: due.kept_through.to_string(),
        destroyed_at: String::new(),
    };
    told.line()
}

pub(super) fn day(at: model::Timestamp) -> String {
    at.rfc3339().chars().take(10).collect()
}

fn count(rows: u64) -> Result<usize> {
    usize::try_from(rows).map_err(|_| Error::new(model::Code::StoredDataInvalid))
}
