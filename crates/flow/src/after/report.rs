//! Tells the sender what became of a message for one recipient (RFC 3464), without subject or content.
//!
//! Only to authenticated SMTP submitters with a return path, as they asked (RFC 3461 §4.1): API and
//! console show the same as events. Nobody is told about what a program or a list sent. A report is
//! sent with the null reverse-path and asks for verified TLS, because it names the recipient; it never
//! causes another report, and its own failure counts against nobody.

use ctx::{Ctx, Event};
use mail::smtp::{Dsn, Notify};
use mail::{DsnAction, DsnFacts};
use model::{
    Address, Demand, MessageId, Method, Origin, RecipientId, RecipientState, Result, SealedId,
    Timestamp, limits,
};
use store::Tx;
use store::tables::events::OutboxRow;
use store::tables::{deliveries, events, recipients, sender_reports};

use super::delay::hour_of;
use crate::Flow;
use crate::content::{Stored, load};
use crate::enqueue::{Enqueuing, Step, begin};
use crate::envelope::Transport;
use crate::seal::{Sealed, SealedLetter, Way};
use crate::view::Advice;

const TOO_MANY: &str = "too_many";

/// What there is to tell.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum About {
    Failure,
    Delay,
    Relayed,
    Delivered,
}

pub(super) fn run(flow: &Flow, row: &OutboxRow, about: About) -> Result<Option<Enqueuing>> {
    let ctx = flow.world().system(row.organisation);
    let (id, organisation) = (RecipientId::from_bytes(row.subject), row.organisation);
    let recipient = flow
        .world()
        .store
        .read(move |tx| recipients::load(tx, id, organisation))?;
    let stored = load(&ctx, recipient.message)?;
    let Some(to) = reader(&stored, &recipient, about)? else {
        return super::drop_entry(flow, row);
    };
    let allowance = Allowance::of(&ctx, &to)?;
    if !allowance.has_some(&ctx)? {
        return withhold(flow, &ctx, row, &recipient).map(|()| None);
    }
    let sealed = report(flow, &ctx, stored, &recipient, to, about)?;
    let position = Some(row.position);
    let step = Step::Report(allowance);
    Ok(Some(begin(flow, &ctx, sealed, step, position)))
}

/// Who is told; `None` when nobody wants to be, or it is no longer true.
fn reader(
    stored: &Stored,
    recipient: &recipients::Recipient,
    about: About,
) -> Result<Option<Address>> {
    let wanted = Notify::read(&recipient.notify);
    let asked = match about {
        About::Failure => wanted.wants_failure(),
        About::Delay => wanted.wants_delay() && !is_over(recipient.state),
        About::Relayed | About::Delivered => wanted.wants_success(),
    };
    if stored.message.origin != Origin::Smtp || stored.envelope.terms.quiet || !asked {
        return Ok(None);
    }
    stored.envelope.sender()
}

/// A delay is news only until it is known how it ended. What was accepted may still wait elsewhere.
fn is_over(state: RecipientState) -> bool {
    !matches!(state, RecipientState::Queued | RecipientState::Delivered)
}

/// How many reports an address gets in an hour: software that writes to a list of dead addresses is not
/// answered without end. What counts is what was enqueued, not what was tried.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Allowance {
    token: [u8; 32],
    hour: i64,
}

impl Allowance {
    fn of(ctx: &Ctx, to: &Address) -> Result<Self> {
        let keys = ctx.world().keys(ctx.organisation())?;
        Ok(Self {
            token: keys.blind("report", &to.fold()),
            hour: hour_of(ctx.now()),
        })
    }

    /// Spares the work where nothing is left.
    fn has_some(&self, ctx: &Ctx) -> Result<bool> {
        let (organisation, own) = (ctx.organisation(), *self);
        let taken =
            move |tx: &mut Tx<'_>| sender_reports::taken(tx, organisation, &own.token, own.hour);
        Ok(ctx.world().store.read(taken)? < limits::REPORTS_PER_HOUR_MAX)
    }

    /// Belongs into the transaction that enqueues the report about `recipient`. False when others took
    /// the last one meanwhile: then it is on record as withheld.
    pub(crate) fn take(
        &self,
        ctx: &Ctx,
        tx: &mut Tx<'_>,
        (message, recipient): (MessageId, RecipientId),
    ) -> Result<bool> {
        let (organisation, most) = (ctx.organisation(), limits::REPORTS_PER_HOUR_MAX);
        let took = sender_reports::take(tx, organisation, &self.token, self.hour, most)?;
        if !took {
            record_withheld(ctx, tx, (message, recipient), TOO_MANY)?;
        }
        Ok(took)
    }
}

/// The event stands for the report, with the outbox entry gone in the same commit.
fn withhold(
    flow: &Flow,
    ctx: &Ctx,
    row: &OutboxRow,
    recipient: &recipients::Recipient,
) -> Result<()> {
    let (ctx, position) = (ctx.clone(), row.position);
    let about = (recipient.message, recipient.id);
    flow.world().store.write(move |tx| {
        if events::done(tx, position)? {
            record_withheld(&ctx, tx, about, TOO_MANY)?;
        }
        Ok(())
    })
}

pub(super) fn record_withheld(
    ctx: &Ctx,
    tx: &mut Tx<'_>,
    (message, recipient): (MessageId, RecipientId),
    because: &'static str,
) -> Result<()> {
    let event = Event::new("report.withheld")
        .message(message)
        .recipient(recipient)
        .fact("because", because);
    ctx.record(tx, event).map(drop)
}

fn report(
    flow: &Flow,
    ctx: &Ctx,
    stored: Stored,
    recipient: &recipients::Recipient,
    to: Address,
    about: About,
) -> Result<Sealed> {
    let house = crate::notice::house(flow, ctx)?;
    let bytes = words(flow, ctx, &stored, recipient, (&house.sender, &to), about)?;
    let signed = crate::notice::sign_whole(flow, ctx, house.sender.domain(), bytes)?;
    let way = Way {
        recipient: recipient.id,
        from: None,
        to,
        demand: Demand::VerifiedTls,
        // RFC 8689 §5: a report without a return path is not held up for want of REQUIRETLS.
        transport: Transport::Usual,
        dsn: Dsn::never(),
        role: "report",
        notice: None,
    };
    let letter = SealedLetter {
        id: SealedId::mint(ctx.now(), ctx.world().rng.as_ref()),
        method: Method::TlsOrDrop,
        signed,
        content: None,
        ways: vec![way],
    };
    Ok(Sealed {
        stored,
        letters: vec![letter],
        stranded: Vec::new(),
    })
}

fn words(
    flow: &Flow,
    ctx: &Ctx,
    stored: &Stored,
    recipient: &recipients::Recipient,
    (house, to): (&Address, &Address),
    about: About,
) -> Result<Vec<u8>> {
    let address = stored.address(recipient)?;
    let last =
        last_failed(ctx, recipient)?.filter(|_| matches!(about, About::Failure | About::Delay));
    let status = status(recipient.state, last.as_ref(), about);
    let terms = &stored.envelope.terms;
    let mut boundary_seed = [0; 16];
    ctx.world().rng.fill(&mut boundary_seed);
    mail::dsn(&DsnFacts {
        reporting_mta: &flow.settings().hostname,
        from: house.domain(),
        to,
        envid: terms.envid.as_deref(),
        message_id_header: stored.envelope.message_id.as_deref(),
        our_id: stored.message.id,
        recipient: &address,
        orcpt: terms.orcpts.get(&recipient.position).map(String::as_str),
        action: action(about, recipient.state),
        status: &status,
        diagnostic: last
            .as_ref()
            .and_then(|a| a.reply_code.map(|code| (code, status.as_str()))),
        advice: advice(flow, ctx, recipient)?,
        arrived_at: stored.message.created_at,
        retry_until: retry_until(ctx, recipient, about)?,
        now: ctx.now(),
        boundary_seed,
    })
}

fn action(about: About, state: RecipientState) -> DsnAction {
    match about {
        About::Failure if state == RecipientState::Expired => DsnAction::Expired,
        About::Failure => DsnAction::Failed,
        About::Delay => DsnAction::Delayed,
        About::Relayed => DsnAction::Relayed,
        About::Delivered => DsnAction::Delivered,
    }
}

/// Only policy's own refusals can be answered by the sender.
fn advice(
    flow: &Flow,
    ctx: &Ctx,
    recipient: &recipients::Recipient,
) -> Result<Option<&'static str>> {
    let house = crate::decide::house(flow, ctx)?;
    let trace = crate::view::trace(recipient, house.rules.organisation())?;
    Ok(Advice::of(recipient.state, &trace).map(Advice::sentence))
}

/// What the failed attempt was answered, else what we know ourselves.
fn status(state: RecipientState, last: Option<&deliveries::Attempt>, about: About) -> String {
    let own = match (about, state) {
        (About::Relayed | About::Delivered, _) => return "2.0.0".to_owned(),
        (About::Delay, _) => "4.4.7",
        // RFC 3463 §3.8: rejected by somebody of the sender's own organisation.
        (_, RecipientState::Blocked | RecipientState::Suppressed) => return "5.7.1".to_owned(),
        (_, RecipientState::Expired) => "4.4.7",
        _ => "5.0.0",
    };
    let answered = last.and_then(|a| a.reply_enhanced.clone());
    answered.unwrap_or_else(|| own.to_owned())
}

/// How the wire last refused it. What was accepted and came back later says nothing about a failure,
/// and a notice that was taken and never picked up did not fail on the wire.
fn last_failed(
    ctx: &Ctx,
    recipient: &recipients::Recipient,
) -> Result<Option<deliveries::Attempt>> {
    let (message, id) = (recipient.message, recipient.id);
    let attempts = ctx
        .world()
        .store
        .read(move |tx| deliveries::attempts(tx, message))?;
    let failed = |a: &deliveries::Attempt| a.recipient == id && a.outcome != "accepted";
    for attempt in attempts.into_iter().rev().filter(failed) {
        let delivery = attempt.delivery;
        let row = ctx
            .world()
            .store
            .read(move |tx| deliveries::load(tx, delivery))?;
        // What a server said of a code or of another report is not this letter's.
        if matches!(row.role.as_str(), "letter" | "notice") {
            return Ok(Some(attempt));
        }
    }
    Ok(None)
}

/// RFC 3464 §2.3.9; unknown where another server is the one that tries.
fn retry_until(
    ctx: &Ctx,
    recipient: &recipients::Recipient,
    about: About,
) -> Result<Option<Timestamp>> {
    if about != About::Delay {
        return Ok(None);
    }
    let (message, id) = (recipient.message, recipient.id);
    let store = &ctx.world().store;
    store.read(move |tx| sender_reports::expires_at(tx, message, id))
}
