//! What other systems tell about something of ours: bounces after acceptance, delays, complaints,
//! automatic answers to a return path. Codes are kept, returned content is not.

use std::sync::Arc;

use ctx::{Ctx, Event};
use mail::report::{Automatic, DeliveryAction, DeliveryStatus, Report};
use mail::return_path::Errand;
use mail::smtp::Notify;
use model::{Code, Mode, RecipientId, RecipientState, Result, SuppressionSource};
use store::Tx;
use store::tables::{events, messages, recipients, sender_reports};

use super::door::BouncePath;
use super::{Effect, Incoming, once, system};
use crate::risk::Heard;
use crate::{Flow, suppression};

/// What came to a return path.
pub(super) fn bounce(flow: &Flow, path: &BouncePath, incoming: &Incoming) -> Result<Effect> {
    let told = match mail::report::read(&incoming.content)? {
        Some(Report::Delivery(statuses)) => Told::Delivery(worst(statuses)),
        Some(Report::Complaint(kind)) => Told::Complaint(kind),
        Some(Report::Receipt(word)) => Told::Receipt(word),
        None => {
            let message = mail::parse(&incoming.content)?;
            if mail::report::automatic(&message, incoming.from.is_none()) == Automatic::No {
                // A person writing to an address for programs is told so by their own server.
                return Err(Code::ActionForbidden.into());
            }
            Told::AutomaticReply
        }
    };
    Ok(effect(flow, *path, told))
}

/// What came to the address for complaints: it counts for the path that it quotes.
pub(super) fn complaint(flow: &Flow, incoming: &Incoming) -> Result<Effect> {
    let Some(Report::Complaint(kind)) = mail::report::read(&incoming.content)? else {
        return Err(Code::ActionForbidden.into());
    };
    let quoted = mail::report::quoted_paths(&incoming.content)?;
    let Some(path) = flow.find_path(&quoted)? else {
        return Err(Code::ActionForbidden.into());
    };
    Ok(effect(flow, path, Told::Complaint(kind)))
}

/// A read receipt of a recipient who is known already.
pub(super) fn receipt(flow: &Flow, path: BouncePath, word: &'static str) -> Effect {
    effect(flow, path, Told::Receipt(word))
}

enum Told {
    Delivery(DeliveryStatus),
    Complaint(&'static str),
    Receipt(&'static str),
    AutomaticReply,
}

/// Failure before delay before success.
fn worst(statuses: Vec<DeliveryStatus>) -> DeliveryStatus {
    let rank = |s: &DeliveryStatus| match s.action {
        DeliveryAction::Failed => 0,
        DeliveryAction::Delayed => 1,
        DeliveryAction::Relayed => 2,
        DeliveryAction::Delivered => 3,
    };
    let unknown = DeliveryStatus {
        action: DeliveryAction::Delayed,
        status: None,
        code: None,
    };
    statuses.into_iter().min_by_key(rank).unwrap_or(unknown)
}

fn effect(flow: &Flow, path: BouncePath, told: Told) -> Effect {
    let (ctx, told) = (system(flow, path.organisation), Arc::new(told));
    let watching = flow.clone();
    let heard = move |what, message| {
        let whose = (message, path.recipient);
        watching.watch().heard(path.organisation, whose, what);
    };
    Box::new(move |tx: &mut Tx<'_>| {
        let row = recipients::load(tx, path.recipient, path.organisation)?;
        let what = format!("{} {} {}", path.recipient, path.errand.role(), told.word());
        if !once(&ctx, tx, &what, row.message)? {
            return Ok(());
        }
        let mode = messages::load(tx, row.message, path.organisation)?.mode;
        let event = Event::new(told.kind())
            .message(row.message)
            .recipient(row.id)
            .fact("role", path.errand.role())
            .fact("mode", mode);
        match told.as_ref() {
            Told::Delivery(status) => {
                delivery(&ctx, tx, &path, status, event)?;
                if counts(&path, mode) && status.is_permanent_failure() {
                    heard(Heard::Bounce, row.message);
                }
                refused(&ctx, tx, &path, mode, status)
            }
            Told::Complaint(kind) => {
                ctx.record(tx, event.fact("complaint", kind))?;
                if *kind != "not-spam" {
                    heard(Heard::Complaint, row.message);
                }
                complained(&ctx, tx, &path, mode, kind)
            }
            Told::Receipt(word) => ctx.record(tx, event.fact("disposition", word)).map(drop),
            Told::AutomaticReply => ctx.record(tx, event).map(drop),
        }
    })
}

impl Told {
    fn kind(&self) -> &'static str {
        match self {
            Self::Delivery(status) => match status.action {
                DeliveryAction::Failed => "delivery.bounced",
                DeliveryAction::Delayed => "delivery.delayed",
                DeliveryAction::Delivered | DeliveryAction::Relayed => "dsn",
            },
            Self::Complaint(_) => "message.complained",
            Self::Receipt(_) => "message.read_receipt",
            Self::AutomaticReply => "message.auto_replied",
        }
    }
    fn word(&self) -> &str {
        match self {
            Self::Delivery(status) => action_word(status.action),
            Self::Complaint(kind) => kind,
            Self::Receipt(word) => word,
            Self::AutomaticReply => "automatic",
        }
    }
}

fn action_word(action: DeliveryAction) -> &'static str {
    match action {
        DeliveryAction::Failed => "failed",
        DeliveryAction::Delayed => "delayed",
        DeliveryAction::Delivered => "delivered",
        DeliveryAction::Relayed => "relayed",
    }
}

fn delivery(
    ctx: &Ctx,
    tx: &mut Tx<'_>,
    path: &BouncePath,
    status: &DeliveryStatus,
    event: Event<'static>,
) -> Result<()> {
    let mut event = event.fact("action", action_word(status.action));
    if let Some(code) = status.code {
        event = event.fact("reply_code", code);
    }
    if let Some(status) = &status.status {
        event = event.fact("reply_enhanced", status);
    }
    ctx.record(tx, event)?;
    if !status.is_permanent_failure() {
        return pass_on(ctx, tx, path, status.action);
    }
    let from = match path.errand {
        Errand::Letter => RecipientState::Delivered,
        Errand::Notice => RecipientState::Notified,
        _ => return Ok(()),
    };
    if moved(ctx, tx, path.recipient, from)? {
        // Its sender hears of it as of any other bounce.
        let (topic, now) = (crate::after::REPORT, ctx.now());
        events::push(
            tx,
            topic,
            ctx.organisation(),
            path.recipient.as_bytes(),
            now,
        )?;
    }
    Ok(())
}

/// A sender who asked hears what the recipient's server said. That it tries on is told once, whoever
/// said it first.
fn pass_on(ctx: &Ctx, tx: &mut Tx<'_>, path: &BouncePath, action: DeliveryAction) -> Result<()> {
    if path.errand != Errand::Letter {
        return Ok(());
    }
    let row = recipients::load(tx, path.recipient, path.organisation)?;
    let (wanted, now) = (Notify::read(&row.notify), ctx.now());
    let topic = match action {
        DeliveryAction::Delivered if wanted.wants_success() => crate::after::REPORT_DELIVERED,
        DeliveryAction::Relayed if wanted.wants_success() => crate::after::REPORT_RELAYED,
        DeliveryAction::Delayed
            if wanted.wants_delay()
                && sender_reports::claim_delay(tx, path.organisation, row.id, now)? =>
        {
            crate::after::REPORT_DELAYED
        }
        _ => return Ok(()),
    };
    events::push(tx, topic, path.organisation, row.id.as_bytes(), now).map(drop)
}

/// A code that bounces is a reader's who asked.
fn counts(path: &BouncePath, mode: Mode) -> bool {
    matches!(path.errand, Errand::Letter | Errand::Notice) && mode == Mode::Live
}

/// What a report says of a mailbox counts against it.
fn refused(
    ctx: &Ctx,
    tx: &mut Tx<'_>,
    path: &BouncePath,
    mode: Mode,
    status: &DeliveryStatus,
) -> Result<()> {
    if !counts(path, mode) || !status.is_permanent_failure() {
        return Ok(());
    }
    let said = (status.code, status.status.as_deref());
    suppression::reported(ctx, tx, path.recipient, said)
}

/// Who complains gets no more marketing; care goes on. `not-spam` (RFC 6430) is no complaint.
fn complained(ctx: &Ctx, tx: &mut Tx<'_>, path: &BouncePath, mode: Mode, kind: &str) -> Result<()> {
    if mode == Mode::Test || kind == "not-spam" {
        return Ok(());
    }
    let whose = (ctx.organisation(), path.recipient);
    suppression::stop_marketing(ctx.world(), tx, whose, SuppressionSource::Complaint)
}

/// False when it left that state: whoever read the message in the portal has it all the same.
fn moved(ctx: &Ctx, tx: &mut Tx<'_>, id: RecipientId, from: RecipientState) -> Result<bool> {
    recipients::move_state(tx, id, from, RecipientState::Bounced, ctx.now())
}
