//! A message that cannot be sealed and never will be: its recipients end as bounced, on record, and
//! its sender hears of it. It was accepted, so it must not wait for ever.

use ctx::Event;
use model::{Code, MessageId, RecipientState, Result};
use store::tables::events::{self, OutboxRow};
use store::tables::{messages, recipients};

use crate::Flow;

pub(super) fn end(flow: &Flow, row: &OutboxRow, code: Code) -> Result<()> {
    let ctx = flow.world().system(row.organisation);
    let (id, position) = (MessageId::from_bytes(row.subject), row.position);
    flow.world().store.write(move |tx| {
        if !events::done(tx, position)? {
            return Ok(());
        }
        messages::advance(tx, id, messages::Stage::Decided, messages::Stage::Cancelled)?;
        for r in recipients::of_message(tx, id)? {
            let (from, to) = (RecipientState::Queued, RecipientState::Bounced);
            if recipients::move_state(tx, r.id, from, to, ctx.now())? {
                let event = Event::new("message.unsealable")
                    .message(id)
                    .recipient(r.id)
                    .fact("code", code);
                ctx.record(tx, event)?;
                // Of what was destroyed there is nobody left to tell: the sender's address is gone too.
                if code != Code::KeyDestroyed {
                    let (topic, now) = (super::REPORT, ctx.now());
                    events::push(tx, topic, ctx.organisation(), r.id.as_bytes(), now)?;
                }
            }
        }
        Ok(())
    })
}
