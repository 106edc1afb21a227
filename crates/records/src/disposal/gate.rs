//! May this record be destroyed now? The one question that every destruction asks, in its own transaction.

use ctx::Ctx;
use model::{MessageId, Result, SparedFor};
use store::Tx;
use store::tables::disposals as table;
use store::tables::records::{self, Filing, RecordState};

use crate::holds::Plan;
use crate::keeping::{Book, DueItem};

/// The answer, with what it rests on.
pub(super) enum May {
    Yes(Filing, Box<DueItem>),
    No(SparedFor),
}

/// What is asked of: holds as tokens, which still stand in this transaction, and what binds by the rules, read in it.
pub(super) struct Gate<'a> {
    pub plan: &'a Plan,
    pub book: &'a Book,
}

impl Gate<'_> {
    /// Whatever cannot be told is a no.
    pub(super) fn may_destroy(
        &self,
        ctx: &Ctx,
        tx: &mut Tx<'_>,
        message: MessageId,
    ) -> Result<May> {
        let Some(record) = records::filing(tx, ctx.organisation(), message)? else {
            return Ok(May::No(SparedFor::Gone));
        };
        if record.state == RecordState::Destroyed {
            return Ok(May::No(SparedFor::Gone));
        }
        if !self.plan.holds(tx, &record, ctx.now())?.is_empty() {
            return Ok(May::No(SparedFor::Held));
        }
        let Some(due) = self.book.still_due(ctx, tx, message)? else {
            return Ok(May::No(SparedFor::NotDue));
        };
        if table::is_in_use(tx, message, ctx.now())? {
            return Ok(May::No(SparedFor::InUse));
        }
        Ok(May::Yes(record, Box::new(due)))
    }
}
