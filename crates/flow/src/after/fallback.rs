//! Verified TLS was not to be had: the recipient gets a notice, the message stays here.

use model::{RecipientId, Result};
use store::tables::events::OutboxRow;
use store::tables::recipients;

use crate::Flow;
use crate::enqueue::{Step, enqueue};

pub(super) fn run(flow: &Flow, row: &OutboxRow) -> Result<()> {
    let ctx = flow.world().system(row.organisation);
    let (id, organisation) = (RecipientId::from_bytes(row.subject), row.organisation);
    let recipient = flow
        .world()
        .store
        .read(move |tx| recipients::load(tx, id, organisation))?;
    match crate::seal::seal_notice(flow, &ctx, recipient.message, id)? {
        Some(sealed) => enqueue(flow, &ctx, sealed, Step::Later, Some(row.position)).map(drop),
        None => super::drop_entry(flow, row),
    }
}
