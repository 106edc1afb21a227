//! Cancel: stop what has not left. What was tried once may have arrived and is not cancelled.

use std::sync::Arc;

use ctx::{Action, Ctx, Event};
use model::{Code, DeliveryId, MessageId, RecipientId, RecipientState, Result};
use store::Tx;
use store::tables::{deliveries, events, messages, recipients};

use super::message::reachable;
use crate::Flow;

impl Flow {
    /// Gives the recipients that will not get the message now.
    ///
    /// # Errors
    /// `state_conflict` when nothing could be stopped any more.
    pub fn cancel(&self, ctx: &Ctx, id: MessageId) -> Result<Vec<RecipientId>> {
        let organisation = ctx.organisation();
        let row = self
            .world()
            .store
            .read(move |tx| messages::load(tx, id, organisation))?;
        ctx.allow(Action::MessageCancel, &reachable(ctx, &row)?)?;
        let actor = ctx.clone();
        let (stopped, deliveries) = self.world().store.write(move |tx| stop(&actor, tx, id))?;
        for delivery in deliveries {
            self.dispatcher().forget(delivery);
        }
        if stopped.is_empty() {
            Err(Code::StateConflict.into())
        } else {
            Ok(Arc::unwrap_or_clone(stopped))
        }
    }
}

/// Codes and reports are not the message: cancelling it does not stop them. Nor is a notice all of it
/// where a letter to the same recipient may have arrived before.
pub(super) fn may_withdraw(tx: &mut Tx<'_>, d: &deliveries::Delivery) -> Result<bool> {
    Ok(match d.role.as_str() {
        "letter" => d.untried,
        "notice" => d.untried && !events::any(tx, d.message, d.recipient, "delivery.ambiguous")?,
        _ => false,
    })
}

type Stopped = (Arc<Vec<RecipientId>>, Vec<DeliveryId>);

fn stop(ctx: &Ctx, tx: &mut Tx<'_>, id: MessageId) -> Result<Stopped> {
    let mut stopped = Vec::new();
    let mut closed = Vec::new();
    if messages::advance(tx, id, messages::Stage::Decided, messages::Stage::Cancelled)? {
        stopped.extend(
            recipients::of_message(tx, id)?
                .iter()
                .filter(|r| r.state == RecipientState::Queued)
                .map(|r| r.id),
        );
    }
    for d in deliveries::open_of_message(tx, id)? {
        if may_withdraw(tx, &d)? && deliveries::withdraw(tx, d.id)? {
            stopped.push(d.recipient);
            closed.push(d.id);
        }
    }
    let mut cancelled = Vec::new();
    for recipient in stopped {
        if recipients::move_state(
            tx,
            recipient,
            RecipientState::Queued,
            RecipientState::Cancelled,
            ctx.now(),
        )? {
            ctx.record(
                tx,
                Event::new("message.cancelled")
                    .message(id)
                    .recipient(recipient),
            )?;
            cancelled.push(recipient);
        }
    }
    Ok((Arc::new(cancelled), closed))
}
