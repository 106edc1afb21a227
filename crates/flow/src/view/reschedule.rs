//! Reschedule: another time for what has not left. What was tried once may have arrived and stays.

use std::sync::Arc;

use ctx::{Action, Ctx, Event};
use model::{Code, DeliveryId, Error, MessageId, RecipientId, Result, Timestamp, limits};
use store::Tx;
use store::tables::{deliveries, messages};

use super::cancel::may_withdraw;
use super::message::reachable;
use crate::Flow;

impl Flow {
    /// Gives the recipients that will get the message at the new time. A time that is past means now.
    ///
    /// # Errors
    /// `date_invalid` when it is too far ahead; `state_conflict` when nothing waits for its first try.
    pub fn reschedule(
        &self,
        ctx: &Ctx,
        id: MessageId,
        send_at: Timestamp,
    ) -> Result<Vec<RecipientId>> {
        let organisation = ctx.organisation();
        let row = self
            .world()
            .store
            .read(move |tx| messages::load(tx, id, organisation))?;
        ctx.allow(Action::MessageCancel, &reachable(ctx, &row)?)?;
        if send_at > ctx.now().plus(limits::SEND_AT_AHEAD_MAX) {
            return Err(Error::new(Code::DateInvalid).at("/send_at"));
        }
        let due = send_at.max(ctx.now());
        let expires = due.plus(self.settings().lifetime);
        let actor = ctx.clone();
        let moved = self
            .world()
            .store
            .write(move |tx| move_to(&actor, tx, id, (due, expires)))?;
        for (delivery, _) in moved.iter() {
            self.dispatcher().reschedule(*delivery, due, expires);
        }
        if moved.is_empty() {
            return Err(Code::StateConflict.into());
        }
        Ok(moved.iter().map(|(_, recipient)| *recipient).collect())
    }
}

type Moved = Arc<Vec<(DeliveryId, RecipientId)>>;

fn move_to(
    ctx: &Ctx,
    tx: &mut Tx<'_>,
    id: MessageId,
    (due, expires): (Timestamp, Timestamp),
) -> Result<Moved> {
    let mut moved = Vec::new();
    for d in deliveries::open_of_message(tx, id)? {
        if may_withdraw(&d) && deliveries::reschedule(tx, d.id, due, expires)? {
            let event = Event::new("message.rescheduled")
                .message(id)
                .recipient(d.recipient)
                .fact("send_at", due);
            ctx.record(tx, event)?;
            moved.push((d.id, d.recipient));
        }
    }
    if !moved.is_empty() {
        messages::set_send_at(tx, id, due)?;
    }
    Ok(Arc::new(moved))
}
