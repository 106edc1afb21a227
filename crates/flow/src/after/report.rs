//! Tells the sender that a recipient could not be reached (RFC 3464), without subject or content.
//!
//! Only to authenticated SMTP submitters with a return path who did not decline it: API and console
//! show the same as events. A report is sent with the null reverse-path and asks for verified TLS,
//! because it names the recipient; it never causes another report.

use ctx::Ctx;
use mail::{DsnAction, DsnFacts};
use model::{Demand, Method, Origin, RecipientId, RecipientState, Result, SealedId};
use store::tables::events::OutboxRow;
use store::tables::{deliveries, recipients};

use crate::Flow;
use crate::content::{Stored, load};
use crate::enqueue::{Enqueuing, Step, begin};
use crate::envelope::Transport;
use crate::seal::{Sealed, SealedLetter, Way};

pub(super) fn run(flow: &Flow, row: &OutboxRow) -> Result<Option<Enqueuing>> {
    let ctx = flow.world().system(row.organisation);
    let (id, organisation) = (RecipientId::from_bytes(row.subject), row.organisation);
    let recipient = flow
        .world()
        .store
        .read(move |tx| recipients::load(tx, id, organisation))?;
    let stored = load(&ctx, recipient.message)?;
    match report(flow, &ctx, stored, &recipient)? {
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

fn report(
    flow: &Flow,
    ctx: &Ctx,
    stored: Stored,
    recipient: &recipients::Recipient,
) -> Result<Option<Sealed>> {
    let declined = recipient.notify.split(',').any(|word| word == "NEVER")
        || (!recipient.notify.is_empty()
            && !recipient.notify.split(',').any(|word| word == "FAILURE"));
    let Some(to) = stored.envelope.sender()? else {
        return Ok(None);
    };
    if stored.message.origin != Origin::Smtp || declined {
        return Ok(None);
    }
    let address = stored.address(recipient)?;
    let (expired, last) = (
        recipient.state == RecipientState::Expired,
        last_attempt(ctx, recipient)?,
    );
    // It was accepted and came back later: that answer says nothing about the failure.
    let last = last.filter(|a| a.outcome != "accepted");
    let status = status(recipient.state, last.as_ref());
    let mut boundary_seed = [0; 16];
    ctx.world().rng.fill(&mut boundary_seed);
    let bytes = mail::dsn(&DsnFacts {
        reporting_mta: &flow.settings().hostname,
        to: &to,
        message_id_header: stored.envelope.message_id.as_deref(),
        our_id: stored.message.id,
        recipient: &address,
        action: if expired {
            DsnAction::Expired
        } else {
            DsnAction::Failed
        },
        status: &status,
        diagnostic: last
            .as_ref()
            .and_then(|a| a.reply_code.map(|code| (code, status.as_str()))),
        arrived_at: stored.message.created_at,
        now: ctx.now(),
        boundary_seed,
    })?;
    let house = crate::notice::house(flow, ctx)?;
    let signed = crate::notice::sign_whole(flow, ctx, house.sender.domain(), bytes)?;
    let way = Way {
        recipient: recipient.id,
        from: None,
        to,
        demand: Demand::VerifiedTls,
        // RFC 8689 §5: a report without a return path is not held up for want of REQUIRETLS.
        transport: Transport::Usual,
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
    Ok(Some(Sealed {
        stored,
        letters: vec![letter],
    }))
}

/// What the failed attempt was answered, else what we know ourselves.
fn status(state: RecipientState, last: Option<&deliveries::Attempt>) -> String {
    let own = match state {
        // RFC 3463 §3.8: rejected by somebody of the sender's own organisation.
        RecipientState::Blocked | RecipientState::Suppressed => return "5.7.1".to_owned(),
        RecipientState::Expired => "4.4.7",
        _ => "5.0.0",
    };
    let answered = last.and_then(|a| a.reply_enhanced.clone());
    answered.unwrap_or_else(|| own.to_owned())
}

fn last_attempt(
    ctx: &Ctx,
    recipient: &recipients::Recipient,
) -> Result<Option<deliveries::Attempt>> {
    let (message, id) = (recipient.message, recipient.id);
    let attempts = ctx
        .world()
        .store
        .read(move |tx| deliveries::attempts(tx, message))?;
    // A notice that was taken and never picked up did not fail on the wire.
    let failed = |a: &deliveries::Attempt| a.recipient == id && a.outcome != "accepted";
    Ok(attempts.into_iter().rfind(failed))
}
