//! Why a record is kept and until when; which ones are in a state; a person's word on what a record is, or whose.
//!
//! Invariant: an explanation holds days of a person and is on record before it is shown; a list holds none.

use std::collections::BTreeSet;

use ctx::{Ctx, Event};
use model::{Code, Error, MessageId, Result, limits};
use retention::{Answer, Class, Classification, Correction};
use store::tables::retention_items::{self as table, ItemState};

use super::book::Book;
use super::facts::{self, Facts};
use super::reckon::{load, reckoned};
use super::{anchors, manages, reads};
use crate::Records;

/// A record on a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptItem {
    pub message: MessageId,
    /// Words.
    pub classes: Vec<String>,
    pub state: ItemState,
    /// Year and month of the day it is kept through.
    pub month: Option<(i64, u32)>,
}

/// One record, as it was last reckoned.
pub struct RecordKeeping {
    pub item: KeptItem,
    pub classification: Option<Classification>,
    /// None before it was reckoned.
    pub answer: Option<Answer>,
}

/// A person's word.
#[derive(Clone, Debug)]
pub struct Correcting {
    pub classes: BTreeSet<Class>,
    /// The number the patient has where anchors come from; none leaves it as it was.
    pub patient: Option<String>,
    pub reason: String,
}

impl Records {
    /// Those in a state behind a message, and where to go on: `unknown` is the work list.
    ///
    /// # Errors
    /// `action_forbidden`.
    pub fn kept_items(
        &self,
        ctx: &Ctx,
        state: ItemState,
        after: Option<MessageId>,
        rows: usize,
    ) -> Result<(Vec<KeptItem>, Option<MessageId>)> {
        reads(ctx)?;
        let (of, rows) = (ctx.organisation(), rows.clamp(1, limits::PAGE_ROWS_MAX));
        let after = after.unwrap_or(MessageId::from_bytes([0; 16]));
        let mut found = ctx
            .world()
            .store
            .read(move |tx| table::of_state(tx, of, state, after, rows + 1))?;
        let more = found.len() > rows;
        found.truncate(rows);
        let next = found.last().filter(|_| more).map(|last| last.message);
        Ok((found.into_iter().map(KeptItem::of).collect(), next))
    }

    /// How many records are in each state.
    ///
    /// # Errors
    /// `action_forbidden`.
    pub fn kept_counts(&self, ctx: &Ctx) -> Result<Vec<(ItemState, u64)>> {
        reads(ctx)?;
        let of = ctx.organisation();
        ctx.world().store.read(move |tx| table::counts(tx, of))
    }

    /// # Errors
    /// `action_forbidden`; `not_found`; `key_destroyed`.
    pub fn record_keeping(&self, ctx: &Ctx, message: MessageId) -> Result<RecordKeeping> {
        reads(ctx)?;
        let ctx2 = ctx.clone();
        ctx.world().store.write(move |tx| {
            let of = ctx2.organisation();
            let row = load(&ctx2, tx, message)?;
            ctx2.record(tx, Event::new("retention.shown").message(message))?;
            let held = match &row.sealed_answer {
                Some(answer) => {
                    let key = ctx2.world().item_key(tx, of, message.as_bytes())?;
                    Some(facts::before(&key, message, answer)?)
                }
                None => None,
            };
            let (classification, answer) = held.map_or((None, None), |held| {
                (Some(held.classification), held.answer)
            });
            Ok(RecordKeeping {
                item: KeptItem::of(row),
                classification,
                answer,
            })
        })
    }

    /// It stands before what rules find, from this commit on.
    ///
    /// # Errors
    /// `action_forbidden`; `not_found`; `key_destroyed`; `field_missing` at `/classes`; `field_missing` or
    /// `field_invalid` at `/reason`.
    pub fn correct_record(&self, ctx: &Ctx, message: MessageId, word: &Correcting) -> Result<()> {
        manages(ctx)?;
        let reason = flow::checked_reason(&word.reason)?;
        if word.classes.is_empty() {
            return Err(Error::new(Code::FieldMissing).at("/classes"));
        }
        let (ctx2, word) = (ctx.clone(), word.clone());
        ctx.world().store.write(move |tx| {
            let mut row = load(&ctx2, tx, message)?;
            if let Some(number) = &word.patient {
                row.patient = Some(anchors::patient(&ctx2, tx, number)?);
            }
            let mut facts = Facts::of(&ctx2, tx, &row)?;
            facts.correction = Some(Correction {
                classes: word.classes.clone(),
                by: ctx2.actor().to_owned(),
                at: ctx2.now(),
                reason: reason.clone(),
            });
            let book = Book::read(&ctx2, tx)?;
            let written = reckoned(&ctx2, &book, &row, &facts, row.generation)?;
            table::set(tx, ctx2.organisation(), &written)?;
            let event = Event::new("retention.corrected").message(message);
            let event = event.fact("classes", written.classes.replace(' ', ","));
            let event = event.payload(reason.clone().into_bytes(), &facts.key);
            ctx2.record(tx, event).map(drop)
        })
    }
}

impl KeptItem {
    pub(crate) fn of(row: table::Item) -> Self {
        let month = row.month.map(|month| {
            let of_year = u32::try_from(month.rem_euclid(12)).unwrap_or(0);
            (month.div_euclid(12), of_year + 1)
        });
        Self {
            message: row.message,
            classes: row.classes.split_whitespace().map(str::to_owned).collect(),
            state: row.state,
            month,
        }
    }
}
