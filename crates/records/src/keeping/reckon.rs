//! Records reckoned in steps: what changed is written beside each, and a crash repeats a step and loses none.
//!
//! A generation is one state of all that binds. When that changes a new one begins, and every record of an earlier
//! one is reckoned again, a batch a commit. Invariant: a record's generation is written in the commit that writes
//! its answer.

use ctx::Ctx;
use model::{Code, Error, MessageId, OrganisationId, Result};
use retention::{Answer, Classification, Verdict};
use serde::{Deserialize, Serialize};
use store::Tx;
use store::tables::retention_items::{self as table, Item, ItemState};

use super::book::{self, Book};
use super::facts::{self, Facts};
use super::{reads, sealed};
use crate::Records;

/// Records of one commit.
const BATCH: usize = 100;

/// What is sealed with the message's key.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Reckoned {
    pub classification: Classification,
    /// None where it could not be reckoned.
    pub answer: Option<Answer>,
}

/// How far the reckoning is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    pub total: u64,
    /// Not reckoned yet by what binds now.
    pub left: u64,
}

impl Records {
    /// Reckons some of what waits for it; gives how many. An organisation that fails stops no other.
    ///
    /// # Errors
    /// The database's, or the first of those that failed where nothing was reckoned.
    pub fn reckon(&self) -> Result<usize> {
        let (mut done, mut failed) = (0, None);
        for of in self.flow.world().organisations()? {
            match self.reckon_of(of) {
                Ok(some) => done += some,
                Err(error) => _ = failed.get_or_insert(error),
            }
        }
        match failed {
            Some(error) if done == 0 => Err(error),
            _ => Ok(done),
        }
    }

    /// # Errors
    /// `action_forbidden`.
    pub fn keeping_progress(&self, ctx: &Ctx) -> Result<Progress> {
        reads(ctx)?;
        let of = ctx.organisation();
        ctx.world().store.read(move |tx| {
            let generation = table::work(tx, of)?.map_or(1, |(generation, _)| generation);
            let counts = table::counts(tx, of)?;
            Ok(Progress {
                total: counts.iter().map(|(_, count)| count).sum(),
                left: table::left(tx, of, generation)?,
            })
        })
    }

    /// Whether no record is reckoned by what does not bind any more; what came since may wait.
    pub(crate) fn is_settled(&self, ctx: &Ctx) -> Result<bool> {
        let (of, ctx2) = (ctx.organisation(), ctx.clone());
        let store = &ctx.world().store;
        store.read(move |tx| Book::read(&ctx2, tx)?.is_reckoned(tx, of))
    }

    /// Whether every record is reckoned by what binds now.
    fn is_reckoned(&self, ctx: &Ctx) -> Result<bool> {
        let (of, ctx2) = (ctx.organisation(), ctx.clone());
        ctx.world().store.read(move |tx| {
            let made_of = Book::read(&ctx2, tx)?.made_of;
            match table::work(tx, of)? {
                Some((generation, held)) if held == made_of => {
                    Ok(table::outdated(tx, of, generation, 1)?.is_empty())
                }
                _ => Ok(false),
            }
        })
    }

    fn reckon_of(&self, of: OrganisationId) -> Result<usize> {
        let world = self.flow.world();
        let ctx = world.system(of);
        // A look without a lock first: mostly there is nothing to do.
        if self.is_reckoned(&ctx)? {
            return Ok(0);
        }
        world.store.write(move |tx| {
            ctx.world().keys_in(tx, of)?;
            let book = Book::read(&ctx, tx)?;
            let generation = generation(&ctx, tx, &book)?;
            let rows = table::outdated(tx, of, generation, BATCH)?;
            for row in &rows {
                write(&ctx, tx, &book, row.clone(), generation)?;
            }
            Ok(rows.len())
        })
    }
}

/// The one that holds, or the next where something changed.
fn generation(ctx: &Ctx, tx: &mut Tx<'_>, book: &Book) -> Result<u64> {
    let of = ctx.organisation();
    let held = table::work(tx, of)?;
    match held {
        Some((generation, made_of)) if made_of == book.made_of => Ok(generation),
        held => {
            let next = held.map_or(1, |(generation, _)| generation + 1);
            table::begin(tx, of, next, &book.made_of, ctx.now())?;
            Ok(next)
        }
    }
}

fn write(ctx: &Ctx, tx: &mut Tx<'_>, book: &Book, row: Item, generation: u64) -> Result<()> {
    let written = match Facts::of(ctx, tx, &row) {
        Ok(facts) => reckoned(ctx, book, &row, &facts, generation)?,
        // It will open no better the next time: nothing is due by what cannot be read.
        Err(error) if crate::archive::is_final(error.code()) => {
            tracing::warn!(message = %row.message, code = %error.code(), "retention cannot be reckoned");
            Item {
                state: ItemState::Unknown,
                month: None,
                generation,
                ..row
            }
        }
        Err(error) => return Err(error),
    };
    table::set(tx, ctx.organisation(), &written)
}

/// The row as it stands by what binds now.
pub(super) fn reckoned(
    ctx: &Ctx,
    book: &Book,
    row: &Item,
    facts: &Facts,
    generation: u64,
) -> Result<Item> {
    let (classification, answer) = book.answer(facts);
    let day = book::day(&answer.verdict);
    let classes = facts::words(&classification.classes());
    let state = state(&answer.verdict);
    let held = Reckoned {
        classification,
        answer: Some(answer),
    };
    let id = row.message.as_bytes();
    Ok(Item {
        message: row.message,
        party: facts.party,
        patient: row.patient,
        classes,
        state,
        month: day.map(month),
        sealed_answer: Some(sealed::seal(ctx, &facts.key, sealed::ANSWER, id, &held)?),
        generation,
    })
}

/// Twelve a year.
pub(super) fn month(day: retention::Day) -> i64 {
    i64::from(day.year()) * 12 + i64::from(day.month()) - 1
}

fn state(verdict: &Verdict) -> ItemState {
    match verdict {
        Verdict::NotDue { .. } | Verdict::Due { .. } => ItemState::Dated,
        Verdict::Never => ItemState::Never,
        Verdict::Unknown { .. } => ItemState::Unknown,
        Verdict::Conflict { .. } | Verdict::Held { .. } => ItemState::Conflict,
    }
}

pub(super) fn load(ctx: &Ctx, tx: &mut Tx<'_>, message: MessageId) -> Result<Item> {
    let found = table::find(tx, ctx.organisation(), message)?;
    found.ok_or_else(|| Error::new(Code::NotFound))
}
