//! Seals and enqueues one decided message.

use model::{MessageId, Result};
use store::tables::events::OutboxRow;

use crate::Flow;
use crate::enqueue::{Step, enqueue};

pub(super) fn run(flow: &Flow, row: &OutboxRow) -> Result<()> {
    let ctx = flow.world().system(row.organisation);
    match crate::seal::seal(flow, &ctx, MessageId::from_bytes(row.subject))? {
        Some(sealed) => enqueue(flow, &ctx, sealed, Step::First, Some(row.position)).map(drop),
        None => super::drop_entry(flow, row),
    }
}
