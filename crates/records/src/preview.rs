//! Preview: what is on record of one message, what it says, until when it is kept and by which holds.
//!
//! The right is that of a search. Invariant: the opening is on record before a word is shown.

use ctx::{Action, Ctx};
use flow::archive::Archived;
use model::{Code, Error, MessageId, Result, Timestamp};
use store::tables::{records, retention_items};

use crate::Records;
use crate::holds::HeldBy;
use crate::keeping::KeptItem;

/// One message of the archive.
pub struct Preview {
    pub message: MessageId,
    /// When it was accepted.
    pub at: Timestamp,
    pub archived: Archived,
    /// Why parts of it cannot be found, as stable words.
    pub unread: Vec<String>,
    /// None for what retention does not reckon.
    pub keeping: Option<KeptItem>,
    pub holds: Vec<HeldBy>,
}

impl Records {
    /// # Errors
    /// `action_forbidden`; `not_found` for what is not in the archive, and for live mail to a test key;
    /// `key_destroyed` when it was shredded.
    pub fn preview(&self, ctx: &Ctx, message: MessageId) -> Result<Preview> {
        ctx.allow(Action::ArchiveSearch, &ctx.own("archive"))?;
        let (of, now) = (ctx.organisation(), ctx.now());
        let store = &ctx.world().store;
        let record = store.read(move |tx| records::filing(tx, of, message))?;
        let record = record.ok_or(Error::new(Code::NotFound))?;
        let archived = self.flow.archived(ctx, message)?;
        let plan = self.plan_holds(of)?;
        let words = record.unread.split_whitespace();
        let unread = words.map(str::to_owned).collect();
        let at = record.created_at;
        let (holds, keeping) = store.read(move |tx| {
            let holds = plan.holds(tx, &record, now)?;
            Ok((holds, retention_items::find(tx, of, message)?))
        })?;
        Ok(Preview {
            message,
            at,
            archived,
            unread,
            keeping: keeping.map(KeptItem::of),
            holds,
        })
    }
}
