//! What may be destroyed as far as rules go: a list of candidates, each reckoned anew in the caller's transaction.
//!
//! Legal holds are asked elsewhere, in the same transaction. Invariant: what was written down earlier only finds
//! candidates; nothing is due by it.

use std::collections::BTreeSet;

use ctx::Ctx;
use model::{MessageId, Result};
use retention::{Class, Day, RuleRef, Verdict};
use store::Tx;
use store::tables::retention_items as table;

use super::book::Book;
use super::facts::Facts;
use super::reckon::{load, month};

/// A record whose every period is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueItem {
    pub message: MessageId,
    pub kept_through: Day,
    /// A ceiling: destroyed at the latest by the end of this day.
    pub destroy_by: Option<Day>,
    pub classes: BTreeSet<Class>,
    /// Those that kept it to the last.
    pub rules: Vec<RuleRef>,
}

impl Book {
    /// Of the next `rows` candidates behind `after` those that are due, and where to go on; none at the end.
    ///
    /// # Errors
    /// The database's.
    pub fn due_now(
        &self,
        ctx: &Ctx,
        tx: &mut Tx<'_>,
        after: Option<MessageId>,
        rows: usize,
    ) -> Result<(Vec<DueItem>, Option<MessageId>)> {
        let after = after.unwrap_or(MessageId::from_bytes([0; 16]));
        let this_month = month(self.zone().day_of(ctx.now()));
        let found = table::by_month(tx, ctx.organisation(), this_month, after, rows)?;
        let next = found
            .last()
            .filter(|_| found.len() == rows)
            .map(|row| row.message);
        let mut due = Vec::new();
        for row in &found {
            due.extend(self.due(ctx, tx, row)?);
        }
        Ok((due, next))
    }

    /// Whether it is due by what binds now; none where it is not, or cannot be read.
    ///
    /// # Errors
    /// `not_found`; the database's.
    pub fn still_due(
        &self,
        ctx: &Ctx,
        tx: &mut Tx<'_>,
        message: MessageId,
    ) -> Result<Option<DueItem>> {
        let row = load(ctx, tx, message)?;
        self.due(ctx, tx, &row)
    }

    fn due(&self, ctx: &Ctx, tx: &mut Tx<'_>, row: &table::Item) -> Result<Option<DueItem>> {
        let facts = match Facts::of(ctx, tx, row) {
            Ok(facts) => facts,
            Err(error) if crate::archive::is_final(error.code()) => return Ok(None),
            Err(error) => return Err(error),
        };
        let (classification, answer) = self.answer(&facts);
        let Verdict::Due {
            kept_through,
            destroy_by,
        } = answer.verdict
        else {
            return Ok(None);
        };
        Ok(Some(DueItem {
            message: row.message,
            kept_through,
            destroy_by,
            classes: classification.classes(),
            rules: answer.explanation.won,
        }))
    }
}
