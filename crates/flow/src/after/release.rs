//! A held recipient was released: the letter is sealed for this one and enqueued.

use model::{RecipientId, Result};
use store::tables::events::OutboxRow;
use store::tables::recipients;

use crate::Flow;
use crate::enqueue::{Enqueuing, Step, begin};

pub(super) fn run(flow: &Flow, row: &OutboxRow) -> Result<Option<Enqueuing>> {
    let ctx = flow.world().system(row.organisation);
    let (id, organisation) = (RecipientId::from_bytes(row.subject), row.organisation);
    let recipient = flow
        .world()
        .store
        .read(move |tx| recipients::load(tx, id, organisation))?;
    match crate::seal::seal_released(flow, &ctx, recipient.message, id)? {
        Some(sealed) => {
            let step = Step::Later;
            Ok(Some(begin(flow, &ctx, sealed, step, Some(row.position))))
        }
        None => super::drop_entry(flow, row),
    }
}
