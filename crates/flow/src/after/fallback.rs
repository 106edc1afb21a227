//! Verified TLS was not to be had: the recipient gets a notice, the message stays here.

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
    match crate::seal::seal_notice(flow, &ctx, recipient.message, id)? {
        Some(sealed) => Ok(Some(begin(
            flow,
            &ctx,
            sealed,
            Step::Later,
            Some(row.position),
        ))),
        None => super::drop_entry(flow, row),
    }
}
