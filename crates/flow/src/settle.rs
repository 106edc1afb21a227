//! Settle: what an attempt's end does to delivery, recipient, events and audit log (commit 3).

use std::net::IpAddr;
use std::sync::{Arc, OnceLock};

use ctx::{Event, World};
use mail::smtp::Notify;
use model::{
    AttemptId, Code, DeliveryId, Demand, DnsSeen, Evidence, Method, Mode, OrderId, Outcome,
    PolicyFacts, RecipientState, RefusalScope, Result, Timestamp, TlsFacts,
};
use queue::{Effect, Settlement};
use serde::Serialize;
use store::Tx;
use store::tables::{deliveries, events, queue_orders, recipients};
use vault::OpenedKey;

use crate::deliver::{Job, Role, Tracked};
use crate::suppression::Bounced;
use crate::transport;

/// One end to store; kept until it is stored.
#[derive(Clone)]
pub(crate) struct Settling {
    delivery: DeliveryId,
    tracked: Tracked,
    effect: Effect,
    at: Timestamp,
    /// Put off, it waits in the database: others need its room.
    parks: bool,
    /// `None` when no attempt was made: expiry while waiting, cancel.
    attempt: Option<Arc<Made>>,
}

struct Made {
    number: u32,
    outcome: Outcome,
    evidence: Evidence,
    /// See [`Made::payload`].
    payload: OnceLock<Vec<u8>>,
}

impl Settling {
    pub(crate) fn after(job: &Job, effect: Effect, outcome: Outcome, evidence: Evidence) -> Self {
        let at = evidence.ended_at;
        let made = Made {
            number: job.attempt,
            outcome,
            evidence,
            payload: OnceLock::new(),
        };
        Self {
            delivery: job.delivery,
            tracked: job.tracked,
            effect,
            at,
            parks: false,
            attempt: Some(Arc::new(made)),
        }
    }
    pub(crate) fn parking(self, parks: bool) -> Self {
        Self { parks, ..self }
    }
    pub(crate) fn alone(
        delivery: DeliveryId,
        tracked: Tracked,
        effect: Effect,
        at: Timestamp,
    ) -> Self {
        Self {
            delivery,
            tracked,
            effect,
            at,
            parks: false,
            attempt: None,
        }
    }
    pub(crate) fn delivery(&self) -> DeliveryId {
        self.delivery
    }
    pub(crate) fn tracked(&self) -> Tracked {
        self.tracked
    }
    /// What was delivered asks for nothing but a report that its sender ordered: see [`settle`].
    pub(crate) fn may_ask_for_more(&self) -> bool {
        !self.is_delivered() || self.tracked.role == Role::Notice || self.is_success_untold()
    }
    fn is_success_untold(&self) -> bool {
        let made = self.attempt.as_ref();
        made.is_some_and(|made| made.evidence.success_untold)
    }
    pub(crate) fn is_delivered(&self) -> bool {
        let delivered = Settlement::Delivered;
        matches!(self.effect, Effect::Settle { settlement, .. } if settlement == delivered)
    }
    /// A live letter, or the notice of one, that nobody took.
    pub(crate) fn is_bounce(&self) -> bool {
        let sent = matches!(self.tracked.role, Role::Letter | Role::Notice);
        let bounced = matches!(
            self.effect,
            Effect::Settle {
                settlement: Settlement::Bounced(_),
                ..
            }
        );
        sent && bounced && self.tracked.mode == Mode::Live
    }
    /// When the attempt ended, or the delivery without one.
    pub(crate) fn at(&self) -> Timestamp {
        self.at
    }
    /// The MTA-STS policy that the attempt learned.
    pub(crate) fn learned(&self) -> Option<&(model::Domain, model::StsPolicy)> {
        self.attempt.as_ref()?.evidence.learned.as_ref()
    }
    pub(crate) fn organisation(&self) -> model::OrganisationId {
        self.tracked.organisation
    }
    pub(crate) fn is_of_an_attempt(&self) -> bool {
        self.attempt.is_some()
    }
    /// It was to become another node's; the database knows whether it did.
    pub(crate) fn is_release(&self) -> bool {
        matches!(self.effect, Effect::Release { .. })
    }
    pub(crate) fn is_final(&self) -> bool {
        matches!(
            self.effect,
            Effect::Settle { .. } | Effect::Release { .. } | Effect::Park { .. }
        )
    }
    /// It went back to the database for want of room.
    pub(crate) fn is_park(&self) -> bool {
        matches!(self.effect, Effect::Park { .. })
    }
    /// The fence under which a delivery that was put off left the memory.
    pub(crate) fn parked_fence(&self) -> Option<u64> {
        match self.effect {
            Effect::Defer { fence, .. } if self.parks => Some(fence),
            _ => None,
        }
    }
}

/// What storing an end came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Settled {
    Done,
    /// Something follows: a report, or a notice instead of a letter.
    More,
    /// The delivery went on without this end: another node took it, or it was given another time.
    Stale,
}

/// Stores an end.
pub(crate) fn settle(world: &Arc<World>, tx: &mut Tx<'_>, s: &Settling) -> Result<Settled> {
    let key = key_of(world, tx, s)?;
    learn(world, tx, s)?;
    match s.effect {
        Effect::Start { .. } | Effect::Resolve(_) => Ok(Settled::Done),
        Effect::Park { id, fence, due } => {
            deliveries::park(tx, id, (world.node, fence), due).map(Settled::unless_stale)
        }
        Effect::Release { id, fence, order } => {
            release(world, tx, s, (id, fence), order).map(|()| Settled::Done)
        }
        Effect::Defer {
            id,
            fence,
            due,
            attempts,
            ambiguous,
        } => {
            let (mine, next) = ((world.node, fence), (due, attempts));
            let holder = (!s.parks).then_some(world.node);
            if !deliveries::defer(tx, id, mine, next, ambiguous, holder)? {
                return Ok(Settled::Stale);
            }
            note_attempt(world, tx, s, &key)?;
            let kind = if ambiguous {
                "delivery.ambiguous"
            } else {
                "delivery.deferred"
            };
            record(world, tx, s, &key, kind, "deferred")?;
            Ok(Settled::Done)
        }
        Effect::Settle {
            id,
            fence,
            settlement,
        } => {
            if !deliveries::settle(tx, id, (world.node, fence))? {
                return Ok(Settled::Stale);
            }
            note_attempt(world, tx, s, &key)?;
            Ok(match finish(world, tx, s, &key, settlement)? {
                true => Settled::More,
                false => Settled::Done,
            })
        }
    }
}

impl Settled {
    fn unless_stale(stored: bool) -> Self {
        if stored { Self::Done } else { Self::Stale }
    }
}

/// What the attempt found out about its destination counts, however the delivery stands now.
fn learn(world: &Arc<World>, tx: &mut Tx<'_>, s: &Settling) -> Result<()> {
    let Some(made) = &s.attempt else {
        return Ok(());
    };
    let organisation = s.tracked.organisation;
    if let Some((domain, policy)) = &made.evidence.learned {
        transport::keep(world, tx, organisation, domain, policy)?;
    }
    transport::count(world, tx, organisation, &made.evidence.sessions)
}

/// Hands it to the node that the order names; when that is gone, whoever lives takes it.
fn release(
    world: &Arc<World>,
    tx: &mut Tx<'_>,
    s: &Settling,
    (id, fence): (DeliveryId, u64),
    order: OrderId,
) -> Result<()> {
    let Some(node) = queue_orders::find_node(tx, order)? else {
        return Ok(());
    };
    if !deliveries::release(tx, id, (world.node, fence), node)? {
        return Ok(());
    }
    let event = Event::new("delivery.transferred")
        .message(s.tracked.message)
        .recipient(s.tracked.recipient)
        .about(id)
        .fact("order", order);
    let system = world.system(s.tracked.organisation);
    system.record(tx, event).map(drop)
}

/// Where the message was destroyed meanwhile, a key that nobody keeps: its deliveries still end, and
/// what is sealed about them is as gone as the rest.
fn key_of(world: &World, tx: &mut Tx<'_>, s: &Settling) -> Result<OpenedKey> {
    match world.item_key(tx, s.tracked.organisation, s.tracked.message.as_bytes()) {
        Err(error) if error.code() == Code::KeyDestroyed => {
            Ok(OpenedKey::new(&vault::random_key(world.rng.as_ref())))
        }
        other => other,
    }
}

fn finish(
    world: &Arc<World>,
    tx: &mut Tx<'_>,
    s: &Settling,
    key: &OpenedKey,
    settlement: Settlement,
) -> Result<bool> {
    let role = s.tracked.role;
    let (kind, word) = words(role, settlement);
    record(world, tx, s, key, kind, word)?;
    match (role, settlement) {
        (Role::Letter, Settlement::Delivered) => {
            let moved = move_to(tx, s, RecipientState::Delivered)?;
            tell_success(world, tx, s, moved && s.is_success_untold())
        }
        (Role::Notice, Settlement::Delivered) => {
            let moved = move_to(tx, s, RecipientState::Notified)?;
            let row = recipients::load(tx, s.tracked.recipient, s.tracked.organisation)?;
            let wanted = Notify::read(&row.notify).wants_success();
            tell_success(world, tx, s, moved && wanted)
        }
        (Role::Letter, Settlement::ToPortal) => below_demand(world, tx, s),
        (Role::Letter | Role::Notice, Settlement::Bounced(_) | Settlement::ToPortal) => {
            count_bounce(world, tx, s)?;
            give_up(world, tx, s, RecipientState::Bounced)
        }
        (Role::Letter | Role::Notice, Settlement::Expired) => {
            count_bounce(world, tx, s)?;
            give_up(world, tx, s, RecipientState::Expired)
        }
        (Role::Letter | Role::Notice, Settlement::Cancelled) => {
            move_to(tx, s, RecipientState::Cancelled).map(|_| false)
        }
        (Role::Code | Role::Report, _) => Ok(false),
    }
}

/// What the last reply said of the mailbox counts against it. A code or a report never does: its
/// recipient is a reader who asked, or the sender of another message.
fn count_bounce(world: &Arc<World>, tx: &mut Tx<'_>, s: &Settling) -> Result<()> {
    match &s.attempt {
        Some(made) if s.tracked.mode == Mode::Live => {
            let organisation = s.tracked.organisation;
            let bounced = Bounced::new(organisation, s.tracked.recipient, s.at);
            match made.evidence.verdict {
                Some(verdict) => bounced.count(world, tx, &verdict),
                None => Ok(()),
            }
        }
        _ => Ok(()),
    }
}

/// Nothing was sent: the message moves to where the decision said, never down and never away.
fn below_demand(world: &Arc<World>, tx: &mut Tx<'_>, s: &Settling) -> Result<bool> {
    let row = recipients::load(tx, s.tracked.recipient, s.tracked.organisation)?;
    match row.below {
        Some(Method::Portal) => {
            recipients::move_method(tx, row.id, Method::Portal)?;
            follow_up(world, tx, s, crate::after::FALLBACK)
        }
        Some(_) => {
            recipients::move_method(tx, row.id, Method::Hold)?;
            if move_to(tx, s, RecipientState::Held)? {
                let event = Event::new("message.held")
                    .message(s.tracked.message)
                    .recipient(s.tracked.recipient)
                    .fact("because", "below_demand");
                world.system(s.tracked.organisation).record(tx, event)?;
            }
            Ok(false)
        }
        None => give_up(world, tx, s, RecipientState::Bounced),
    }
}

/// Nobody else will report it: the next server knows no DSN, or it waits in our own portal.
fn tell_success(world: &Arc<World>, tx: &mut Tx<'_>, s: &Settling, wanted: bool) -> Result<bool> {
    if !wanted {
        return Ok(false);
    }
    follow_up(world, tx, s, crate::after::REPORT_RELAYED)
}

/// Its sender hears of it, unless it arrived after all: someone may read in the portal what an
/// attempt brought whose end was never known.
fn give_up(world: &Arc<World>, tx: &mut Tx<'_>, s: &Settling, to: RecipientState) -> Result<bool> {
    if move_to(tx, s, to)? {
        follow_up(world, tx, s, crate::after::REPORT)
    } else {
        Ok(false)
    }
}

/// False when the recipient has left the queue already.
fn move_to(tx: &mut Tx<'_>, s: &Settling, to: RecipientState) -> Result<bool> {
    recipients::move_state(tx, s.tracked.recipient, RecipientState::Queued, to, s.at)
}

fn follow_up(world: &Arc<World>, tx: &mut Tx<'_>, s: &Settling, topic: &str) -> Result<bool> {
    events::push(
        tx,
        topic,
        s.tracked.organisation,
        s.tracked.recipient.as_bytes(),
        world.now(),
    )?;
    Ok(true)
}

fn words(role: Role, settlement: Settlement) -> (&'static str, &'static str) {
    match (role, settlement) {
        (_, Settlement::Delivered) => ("delivery.accepted", "accepted"),
        (_, Settlement::ToPortal) => ("delivery.below_demand", "below_demand"),
        (_, Settlement::Bounced(RefusalScope::Recipient)) => {
            ("delivery.refused", "refused_recipient")
        }
        (_, Settlement::Bounced(RefusalScope::Domain)) => ("delivery.refused", "refused_domain"),
        (_, Settlement::Bounced(RefusalScope::Content)) => ("delivery.refused", "refused_content"),
        (_, Settlement::Bounced(RefusalScope::OurAddress)) => {
            ("delivery.refused", "refused_our_address")
        }
        (_, Settlement::Bounced(RefusalScope::OurDomain)) => {
            ("delivery.refused", "refused_our_domain")
        }
        (_, Settlement::Bounced(RefusalScope::Us)) => ("delivery.refused", "refused_us"),
        (_, Settlement::Expired) => ("delivery.expired", "expired"),
        (_, Settlement::Cancelled) => ("delivery.cancelled", "cancelled"),
    }
}

/// The audit entry of an end. Hosts, addresses and the literal reply go into its sealed payload.
fn record(
    world: &Arc<World>,
    tx: &mut Tx<'_>,
    s: &Settling,
    key: &OpenedKey,
    kind: &'static str,
    word: &'static str,
) -> Result<()> {
    let mut event = Event::new(kind)
        .message(s.tracked.message)
        .recipient(s.tracked.recipient)
        .about(s.delivery)
        .fact("role", s.tracked.role.word())
        .fact("mode", s.tracked.mode)
        .fact("result", word);
    if s.tracked.role == Role::Notice {
        event = event.fact("method", Method::Portal);
    }
    if let Effect::Defer { due, .. } = s.effect {
        event = event.fact("next_attempt_at", due);
    }
    if let Some(made) = &s.attempt {
        event = with_evidence(event, made).payload(made.payload(world).to_vec(), key);
    }
    world
        .system(s.tracked.organisation)
        .record(tx, event)
        .map(drop)
}

fn with_evidence<'a>(mut event: Event<'a>, made: &Made) -> Event<'a> {
    event = event.fact("attempt", made.number);
    if let Some(code) = made.evidence.reply_code {
        event = event.fact("reply_code", code);
    }
    if let Some(enhanced) = &made.evidence.reply_enhanced {
        event = event.fact("reply_enhanced", enhanced);
    }
    if let Some(policy) = &made.evidence.policy {
        event = event.fact("tls_policy", policy.kind);
    }
    if let Some(verdict) = &made.evidence.verdict {
        event = event
            .fact("class", verdict.class)
            .fact("scope", verdict.scope)
            .fact("class_rule", verdict.rule);
    }
    match &made.evidence.tls {
        Some(tls) => event
            .fact("tls", &tls.version)
            .fact("tls_verified", tls.verified),
        None => event.fact("tls", "none").fact("tls_verified", false),
    }
}

/// What the sealed payload of an attempt's audit entry says, and the attempt's own row.
#[derive(Serialize)]
struct Told<'a> {
    ended_at: Timestamp,
    letter_sha256: Option<String>,
    mx_host: Option<&'a str>,
    mx_ip: Option<IpAddr>,
    policy: Option<&'a PolicyFacts>,
    reply_code: Option<u16>,
    reply_enhanced: Option<&'a str>,
    reply_text: Option<&'a str>,
    scope: Option<RefusalScope>,
    started_at: Timestamp,
    tls: Option<&'a TlsFacts>,
    #[serde(skip_serializing_if = "<[DnsSeen]>::is_empty")]
    dns: &'a [DnsSeen],
}

impl Made {
    /// The evidence as the audit entry keeps it: with what DNS said, for which the attempt's row has no use.
    fn payload(&self, world: &Arc<World>) -> &[u8] {
        self.payload
            .get_or_init(|| evidence_json(world, &self.evidence, &self.evidence.dns))
    }
}

fn evidence_json(world: &Arc<World>, e: &Evidence, dns: &[DnsSeen]) -> Vec<u8> {
    // The program keeps its own evidence sealed under the message's key; nobody reads it here.
    let access = world
        .system(model::OrganisationId::from_bytes([0; 16]))
        .machine_access();
    let told = Told {
        ended_at: e.ended_at,
        letter_sha256: e.sent_sha256.map(hex::encode),
        mx_host: e.mx_host.as_ref().map(model::Domain::as_str),
        mx_ip: e.mx_ip,
        policy: e.policy.as_ref(),
        reply_code: e.reply_code,
        reply_enhanced: e.reply_enhanced.as_deref(),
        reply_text: e.reply_text.as_ref().map(|t| t.open(access).as_str()),
        scope: e.verdict.map(|verdict| verdict.scope),
        started_at: e.started_at,
        tls: e.tls.as_ref(),
        dns,
    };
    serde_json::to_vec(&told).expect("texts and numbers have a JSON form")
}

fn note_attempt(world: &Arc<World>, tx: &mut Tx<'_>, s: &Settling, key: &OpenedKey) -> Result<()> {
    let Some(made) = &s.attempt else {
        return Ok(());
    };
    if made.evidence.sent_sha256.is_some() && made.outcome != Outcome::Accepted {
        // The letter went over the wire and no one took it for certain: claim level S1 (records.md §7).
        record(world, tx, s, key, "delivery.transmitted", "transmitted")?;
    }
    let id = AttemptId::mint(world.now(), world.rng.as_ref());
    let aad = vault::aad("attempts", "sealed_evidence", id.as_bytes());
    let shown = evidence_json(world, &made.evidence, &[]);
    let row = deliveries::Attempt {
        id,
        delivery: s.delivery,
        recipient: s.tracked.recipient,
        message: s.tracked.message,
        organisation: s.tracked.organisation,
        number: made.number,
        outcome: outcome_word(made.outcome).to_owned(),
        reply_code: made.evidence.reply_code,
        reply_enhanced: made.evidence.reply_enhanced.clone(),
        class: made.evidence.verdict.map(|v| v.class.word().to_owned()),
        tls_version: made.evidence.tls.as_ref().map(|t| t.version.clone()),
        tls_verified: made.evidence.tls.as_ref().is_some_and(|t| t.verified),
        sealed_evidence: key.seal(&aad, &shown, world.rng.as_ref())?,
        started_at: made.evidence.started_at,
        ended_at: made.evidence.ended_at,
    };
    deliveries::insert_attempt(tx, &row)
}

pub(crate) fn outcome_word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Accepted => "accepted",
        Outcome::Deferred(_) => "deferred",
        Outcome::Refused(_) => "refused",
        Outcome::Ambiguous => "ambiguous",
        Outcome::BelowDemand => "below_demand",
        Outcome::OurFault => "our_fault",
    }
}

/// What the local part of a test recipient acts out, as large providers' simulators do; anything
/// after `+` is a label. A notice demands nothing that a server could stay below.
pub(crate) fn test_outcome(local: &str, demand: Demand) -> (Outcome, Option<u16>) {
    match local.split('+').next().unwrap_or(local) {
        "bounced" => (Outcome::Refused(RefusalScope::Recipient), Some(550)),
        "deferred" => (Outcome::Deferred(RefusalScope::Recipient), Some(451)),
        "notls" if demand == Demand::VerifiedTls => (Outcome::BelowDemand, None),
        "ambiguous" => (Outcome::Ambiguous, None),
        _ => (Outcome::Accepted, Some(250)),
    }
}
