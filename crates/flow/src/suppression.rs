//! Suppression: addresses that get no more mail of a stream, and what leads there.
//!
//! Only what a server said of one mailbox, a complaint, or someone's wish suppresses; what a server
//! said of us, of a message or of a domain never does. What happens to marketing stays there: a
//! complaint or an unsubscription never stops care. Suppressed is an end like any other: the message
//! stays with its sender, who hears of it. Invariants: a report or a code that bounces suppresses
//! nobody; the question is asked when a message is accepted and again before each attempt.

mod csv;
mod import;
pub(crate) mod job;
mod rules;
mod view;

use std::sync::Arc;

use ctx::{Ctx, Event, World};
use mail::bounce::{Reply, Stage};
use model::{
    Address, BounceAction, BounceClass, DeliveryId, MessageId, OrganisationId, RecipientId,
    RecipientState, RefusalScope, Result, Stream, SuppressionId, SuppressionReason,
    SuppressionSource, Timestamp, Verdict, limits,
};
use store::Tx;
use store::tables::{deliveries, events, messages, recipients, suppressions};

use crate::deliver::{Job, Role};

pub use csv::records;
pub use import::{ImportRow, Imported, RowResult};
pub use job::{ImportState, ImportView};
pub use rules::Rule;
pub use view::{Asked, NewSuppression, SuppressionPage, SuppressionView, Wanted};

/// One mailbox gave an answer that may count against it.
pub(crate) struct Bounced {
    organisation: OrganisationId,
    recipient: RecipientId,
    at: Timestamp,
}

impl Bounced {
    pub(crate) fn new(organisation: OrganisationId, recipient: RecipientId, at: Timestamp) -> Self {
        Self {
            organisation,
            recipient,
            at,
        }
    }

    /// Counts it, and suppresses when that was enough.
    pub(crate) fn count(
        &self,
        world: &Arc<World>,
        tx: &mut Tx<'_>,
        verdict: &Verdict,
    ) -> Result<()> {
        let Some(reason) = reason(verdict) else {
            return Ok(());
        };
        let Some(found) = Found::load(world, tx, self.organisation, self.recipient)? else {
            return Ok(());
        };
        let rule = rules::of(tx, self.organisation, reason)?;
        let since = self.at.minus(limits::SUPPRESSION_STRIKES_WINDOW);
        for &stream in reach(found.stream) {
            let place = (self.organisation, stream);
            let strikes = suppressions::strike(tx, place, &found.token, reason, self.at, since)?;
            if strikes >= rule.strikes {
                let new = New {
                    stream,
                    token: found.token,
                    address: &found.address,
                    reason,
                    source: SuppressionSource::Bounce,
                    evidence: Some((found.message, self.recipient)),
                    expires_at: rule.expires(self.at),
                };
                suppress(&world.system(self.organisation), tx, &new)?;
            }
        }
        Ok(())
    }
}

/// A reader called a message spam, or left the list: no more marketing at once, and never less care.
pub(crate) fn stop_marketing(
    world: &Arc<World>,
    tx: &mut Tx<'_>,
    (organisation, recipient): (OrganisationId, RecipientId),
    source: SuppressionSource,
) -> Result<()> {
    let Some(found) = Found::load(world, tx, organisation, recipient)? else {
        return Ok(());
    };
    let reason = match source {
        SuppressionSource::Complaint => SuppressionReason::Complaint,
        _ => SuppressionReason::Unsubscribed,
    };
    let rule = rules::of(tx, organisation, reason)?;
    let new = New {
        stream: Stream::Marketing,
        token: found.token,
        address: &found.address,
        reason,
        source,
        evidence: Some((found.message, recipient)),
        expires_at: rule.expires(world.now()),
    };
    suppress(&world.system(organisation), tx, &new).map(drop)
}

/// A delivery report says that mail was refused after it had been taken: that counts as a refusal on
/// the wire does. The return path it came to is signed, so nobody can make one up.
pub(crate) fn reported(
    ctx: &Ctx,
    tx: &mut Tx<'_>,
    recipient: RecipientId,
    (code, status): (Option<u16>, Option<&str>),
) -> Result<()> {
    let reply = Reply {
        stage: Stage::Reported,
        code: code.unwrap_or(550),
        enhanced: status,
        text: "",
    };
    let verdict = mail::bounce::classify(&reply, "other");
    Bounced::new(ctx.organisation(), recipient, ctx.now()).count(ctx.world(), tx, &verdict)
}

/// Which reason a verdict is; only what was said of one mailbox is one.
fn reason(verdict: &Verdict) -> Option<SuppressionReason> {
    if verdict.scope != RefusalScope::Recipient {
        return None;
    }
    match (verdict.action, verdict.class) {
        (BounceAction::QuotaWait, _) => Some(SuppressionReason::Full),
        (BounceAction::Suppress, BounceClass::InactiveMailbox) => Some(SuppressionReason::Inactive),
        (BounceAction::Suppress, _) => Some(SuppressionReason::UnknownUser),
        _ => None,
    }
}

/// A mailbox that care cannot reach is not asked for by a campaign; what a campaign met stops no
/// care.
fn reach(stream: Stream) -> &'static [Stream] {
    match stream {
        Stream::Transactional => &[Stream::Transactional, Stream::Marketing],
        Stream::Marketing => &[Stream::Marketing],
    }
}

/// A recipient, opened.
struct Found {
    message: MessageId,
    stream: Stream,
    token: [u8; 32],
    address: Address,
}

impl Found {
    /// `None` when the message was destroyed: then nobody knows the address any more.
    fn load(
        world: &World,
        tx: &mut Tx<'_>,
        organisation: OrganisationId,
        recipient: RecipientId,
    ) -> Result<Option<Self>> {
        let row = recipients::load(tx, recipient, organisation)?;
        let key = match world.item_key(tx, organisation, row.message.as_bytes()) {
            Err(error) if error.code() == model::Code::KeyDestroyed => return Ok(None),
            other => other?,
        };
        Ok(Some(Self {
            message: row.message,
            stream: messages::load(tx, row.message, organisation)?.stream,
            token: row.address_token,
            address: crate::content::open_address(&key, &row)?,
        }))
    }
}

/// A suppression to make.
struct New<'a> {
    stream: Stream,
    token: [u8; 32],
    address: &'a Address,
    reason: SuppressionReason,
    source: SuppressionSource,
    evidence: Option<(MessageId, RecipientId)>,
    expires_at: Option<Timestamp>,
}

/// What came of a suppression to make.
enum Made {
    New(SuppressionId),
    /// It was suppressed for that reason already, for a shorter time.
    Longer(SuppressionId),
    /// It was suppressed for that reason already.
    Present(SuppressionId),
}

impl Made {
    const fn id(&self) -> SuppressionId {
        match self {
            Self::New(id) | Self::Longer(id) | Self::Present(id) => *id,
        }
    }
}

/// One suppression an address, stream and reason: what lasts longer than the one in force extends it, so
/// that lifting it lifts all of it.
fn suppress(ctx: &Ctx, tx: &mut Tx<'_>, new: &New<'_>) -> Result<Made> {
    let (organisation, now) = (ctx.organisation(), ctx.now());
    let place = (organisation, new.stream);
    let held = suppressions::find_of_reason(tx, place, &new.token, new.reason, now)?;
    let Some((id, until)) = held else {
        return insert(ctx, tx, new).map(Made::New);
    };
    let is_longer = until.is_some_and(|until| new.expires_at.is_none_or(|new| new > until));
    if !is_longer {
        return Ok(Made::Present(id));
    }
    suppressions::extend(tx, id, organisation, new.expires_at)?;
    let until = new.expires_at;
    let event = about(Event::new("suppression.extended"), id, new);
    let event = event.fact(
        "until",
        until.map_or("lifted".to_owned(), |at| at.to_string()),
    );
    ctx.record(tx, event)?;
    Ok(Made::Longer(id))
}

fn insert(ctx: &Ctx, tx: &mut Tx<'_>, new: &New<'_>) -> Result<SuppressionId> {
    let (world, organisation, now) = (ctx.world(), ctx.organisation(), ctx.now());
    // Into memory first: a transaction cannot wait for another.
    world.keys_in(tx, organisation)?;
    let id = SuppressionId::mint(now, world.rng.as_ref());
    let key = world.new_item_key(organisation, *id.as_bytes())?;
    let aad = vault::aad("suppressions", "sealed_address", id.as_bytes());
    let address = new.address.as_str().as_bytes();
    let row = suppressions::Suppression {
        id,
        organisation,
        stream: new.stream,
        address_token: new.token,
        sealed_address: key.opened().seal(&aad, address, world.rng.as_ref())?,
        reason: new.reason,
        source: new.source,
        evidence: new.evidence.map(|(_, recipient)| recipient),
        actor: ctx.actor().to_owned(),
        created_at: now,
        expires_at: new.expires_at,
        lifted: None,
    };
    key.insert(tx)?;
    suppressions::insert(tx, &row)?;
    ctx.record(tx, about(Event::new("suppression.made"), id, new))?;
    Ok(id)
}

fn about<'a>(mut event: Event<'a>, id: SuppressionId, new: &New<'_>) -> Event<'a> {
    if let Some((message, recipient)) = new.evidence {
        event = event.message(message).recipient(recipient);
    }
    event
        .about(id)
        .fact("stream", new.stream)
        .fact("reason", new.reason)
        .fact("source", new.source)
}

/// Why a recipient just accepted gets nothing, if so.
pub(crate) fn find(
    ctx: &Ctx,
    tx: &mut Tx<'_>,
    stream: Stream,
    token: &[u8; 32],
) -> Result<Option<(SuppressionId, SuppressionReason)>> {
    suppressions::find_in_force(tx, ctx.organisation(), stream, token, ctx.now())
}

/// Why each of the addresses would get nothing of the stream now, if so.
pub(crate) fn reasons(
    ctx: &Ctx,
    stream: Stream,
    addresses: &[&Address],
) -> Result<Vec<Option<SuppressionReason>>> {
    let tokens = addresses.iter().map(|address| view::token(ctx, address));
    let tokens = tokens.collect::<Result<Vec<_>>>()?;
    let ctx2 = ctx.clone();
    ctx.world().store.read(move |tx| {
        let found = tokens.iter().map(|token| find(&ctx2, tx, stream, token));
        found
            .map(|found| Ok(found?.map(|(_, reason)| reason)))
            .collect()
    })
}

/// Belongs beside the row of a recipient that is in the state `suppressed`: the event, and the word
/// to its sender.
pub(crate) fn note(
    ctx: &Ctx,
    tx: &mut Tx<'_>,
    (message, recipient): (MessageId, RecipientId),
    (id, reason): (SuppressionId, SuppressionReason),
) -> Result<()> {
    let event = Event::new("delivery.suppressed")
        .message(message)
        .recipient(recipient)
        .about(id)
        .fact("reason", reason);
    ctx.record(tx, event)?;
    let (organisation, subject) = (ctx.organisation(), recipient.as_bytes());
    events::push(tx, crate::after::REPORT, organisation, subject, ctx.now())
}

/// Ends a delivery that is about to leave for an address suppressed meanwhile; false when it may.
pub(crate) fn stops(world: &Arc<World>, tx: &mut Tx<'_>, job: &Job) -> Result<bool> {
    if !matches!(job.tracked.role, Role::Letter | Role::Notice)
        || job.tracked.mode == model::Mode::Test
    {
        return Ok(false);
    }
    let Some(held) = suppressions::find_of_delivery(tx, job.delivery, world.now())? else {
        return Ok(false);
    };
    end(world, tx, job, job.delivery, held)
}

fn end(
    world: &Arc<World>,
    tx: &mut Tx<'_>,
    job: &Job,
    delivery: DeliveryId,
    held: (SuppressionId, SuppressionReason),
) -> Result<bool> {
    if !deliveries::settle(tx, delivery, (world.node, job.fence))? {
        return Ok(false);
    }
    let (message, recipient) = (job.tracked.message, job.tracked.recipient);
    let (from, to) = (RecipientState::Queued, RecipientState::Suppressed);
    if recipients::move_state(tx, recipient, from, to, world.now())? {
        let ctx = world.system(job.tracked.organisation);
        note(&ctx, tx, (message, recipient), held)?;
    }
    Ok(true)
}
