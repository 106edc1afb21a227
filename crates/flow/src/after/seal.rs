//! Seals and enqueues one decided message.

use model::{MessageId, Result};
use store::tables::events::OutboxRow;

use crate::Flow;
use crate::enqueue::{Enqueuing, Step, begin};

pub(super) fn run(flow: &Flow, row: &OutboxRow) -> Result<Option<Enqueuing>> {
    let ctx = flow.world().system(row.organisation);
    match crate::seal::seal(flow, &ctx, MessageId::from_bytes(row.subject))? {
        Some(sealed) => Ok(Some(begin(
            flow,
            &ctx,
            sealed,
            Step::First,
            Some(row.position),
        ))),
        None => super::drop_entry(flow, row),
    }
}
