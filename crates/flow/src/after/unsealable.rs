//! What cannot be sealed and never will be: its recipients end as bounced, on record, and the sender
//! hears of it. It was accepted, so it must not wait for ever; nor must a notice, a released letter or a
//! report whose message was destroyed meanwhile.

use ctx::{Ctx, Event};
use model::{Code, Error, Fault, MessageId, RecipientId, RecipientState, Result, RuleVersionId};
use store::Tx;
use store::tables::events::{self, OutboxRow};
use store::tables::{messages, recipients};

use crate::Flow;

/// Ends an entry that would fail again each time.
///
/// # Errors
/// The entry's own error when it may yet succeed; the store's.
pub(super) fn end(flow: &Flow, row: &OutboxRow, error: Error) -> Result<()> {
    let code = error.code();
    let ctx = flow.world().system(row.organisation);
    let (subject, position) = (row.subject, row.position);
    let store = &flow.world().store;
    match row.topic.as_str() {
        // It is the message itself: trying again gives the same.
        super::SEAL if code.row().fault == Fault::Caller => store.write(move |tx| {
            if events::done(tx, position)? {
                end_message(&ctx, tx, MessageId::from_bytes(subject), code)?;
            }
            Ok(())
        }),
        super::FALLBACK | super::RELEASE if code == Code::KeyDestroyed => store.write(move |tx| {
            if events::done(tx, position)? {
                let id = RecipientId::from_bytes(subject);
                let row = recipients::load(tx, id, ctx.organisation())?;
                end_recipient(&ctx, tx, &row, code)?;
            }
            Ok(())
        }),
        // What was stored reads no better the next time, and a fault of ours comes again.
        super::TRIAL
            if matches!(
                code,
                Code::StoredDataInvalid | Code::KeyDestroyed | Code::Internal
            ) =>
        {
            store.write(move |tx| {
                if events::done(tx, position)? {
                    crate::rules::fail_trial(&ctx, tx, RuleVersionId::from_bytes(subject), code)?;
                }
                Ok(())
            })
        }
        super::REPORT | super::REPORT_RELAYED | super::REPORT_DELIVERED | super::REPORT_DELAYED
            if code == Code::KeyDestroyed =>
        {
            store.write(move |tx| {
                if events::done(tx, position)? {
                    let id = RecipientId::from_bytes(subject);
                    let row = recipients::load(tx, id, ctx.organisation())?;
                    super::report::record_withheld(&ctx, tx, (row.message, id), "destroyed")?;
                }
                Ok(())
            })
        }
        _ => Err(error),
    }
}

fn end_message(ctx: &Ctx, tx: &mut Tx<'_>, id: MessageId, code: Code) -> Result<()> {
    messages::advance(tx, id, messages::Stage::Decided, messages::Stage::Cancelled)?;
    for r in recipients::of_message(tx, id)? {
        // Of what was destroyed there is nobody left to tell: the sender's address is gone too.
        if end_recipient(ctx, tx, &r, code)? && code != Code::KeyDestroyed {
            let (topic, now) = (super::REPORT, ctx.now());
            events::push(tx, topic, ctx.organisation(), r.id.as_bytes(), now)?;
        }
    }
    Ok(())
}

/// False when it ended before.
fn end_recipient(
    ctx: &Ctx,
    tx: &mut Tx<'_>,
    row: &recipients::Recipient,
    code: Code,
) -> Result<bool> {
    let (from, to) = (RecipientState::Queued, RecipientState::Bounced);
    if !recipients::move_state(tx, row.id, from, to, ctx.now())? {
        return Ok(false);
    }
    let event = Event::new("message.unsealable")
        .message(row.message)
        .recipient(row.id)
        .fact("code", code);
    ctx.record(tx, event)?;
    Ok(true)
}
