//! Reschedule: another time for what has not left. What was tried once may have arrived and stays.

use ctx::{Action, Ctx, Event};
use model::{Code, Error, MessageId, RecipientId, Result, Timestamp, limits};
use store::Tx;
use store::tables::{deliveries, messages};

use super::cancel::may_withdraw;
use super::message::reachable;
use crate::Flow;
use crate::deliver::Moved;

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
        let (actor, flow) = (ctx.clone(), self.clone());
        let moved = self
            .world()
            .store
            .write(move |tx| move_to(&flow, &actor, tx, id, (due, expires)))
            .inspect_err(|_| self.dispatcher().note_unsure())?;
        if moved.is_empty() {
            return Err(Code::StateConflict.into());
        }
        let recipients = moved.iter().map(|m| m.recipient).collect();
        self.dispatcher().hold_moved(moved)?;
        Ok(recipients)
    }
}

fn move_to(
    flow: &Flow,
    ctx: &Ctx,
    tx: &mut Tx<'_>,
    id: MessageId,
    (due, expires): (Timestamp, Timestamp),
) -> Result<Vec<Moved>> {
    let mut moved = Vec::new();
    for d in deliveries::open_of_message(tx, id)? {
        if !may_withdraw(tx, &d)? {
            continue;
        }
        if let Some(m) = flow.dispatcher().reschedule(tx, d, (due, expires))? {
            let event = Event::new("message.rescheduled")
                .message(id)
                .recipient(m.recipient)
                .fact("send_at", due);
            ctx.record(tx, event)?;
            moved.push(m);
        }
    }
    if !moved.is_empty() {
        messages::set_send_at(tx, id, due)?;
    }
    Ok(moved)
}
