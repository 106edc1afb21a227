//! Enqueue: a sealed message becomes one delivery per recipient (commit 2). Takes a `Sealed` and
//! nothing else.

use std::sync::Arc;
use std::time::Duration;

use ctx::{Ctx, Event};
use model::{DeliveryId, Method, RecipientState, Result, limits};
use queue::{Destination, Item};
use store::tables::{deliveries, events, messages, portal, recipients};
use store::{Pending, Tx};

use crate::after::Allowance;
use crate::envelope::{Route, seal_json};
use crate::seal::{Sealed, SealedLetter, Stranded, Way};
use crate::{Flow, OutLetter, Ways};

/// Which commit this is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// The first sealing of a decided message: moves its stage.
    First,
    /// A later letter about it: fallback notice, code.
    Later,
    /// A report to its sender, as long as the sender's allowance lasts.
    Report(Allowance),
}

/// Sealed → Queued. False when someone else did it first: then nothing was written.
pub(crate) fn enqueue(
    flow: &Flow,
    ctx: &Ctx,
    sealed: Sealed,
    step: Step,
    outbox: Option<i64>,
) -> Result<bool> {
    begin(flow, ctx, sealed, step, outbox).end(flow)
}

/// A commit 2 under way, so that the next message can be sealed meanwhile.
#[must_use = "what was enqueued must come to the dispatcher"]
pub(crate) struct Enqueuing {
    sealed: Arc<Sealed>,
    queued: Pending<Option<Queued>>,
}

pub(crate) fn begin(
    flow: &Flow,
    ctx: &Ctx,
    sealed: Sealed,
    step: Step,
    outbox: Option<i64>,
) -> Enqueuing {
    let sealed = Arc::new(sealed);
    let (ctx2, flow2, sealed2) = (ctx.clone(), flow.clone(), sealed.clone());
    let queued = ctx
        .world()
        .store
        .write_later(move |tx| insert(&flow2, &ctx2, tx, &sealed2, step, outbox));
    Enqueuing { sealed, queued }
}

impl Enqueuing {
    /// Waits for the commit, then tells the dispatcher.
    pub(crate) fn end(self, flow: &Flow) -> Result<bool> {
        let queued = self.queued.wait();
        let queued = queued.inspect_err(|_| flow.dispatcher().note_unsure())?;
        let done = queued.is_some();
        hand_over(flow, &self.sealed, queued.unwrap_or_default());
        Ok(done)
    }
}

/// Tells the dispatcher of what was committed.
pub(crate) fn hand_over(flow: &Flow, sealed: &Sealed, queued: Queued) {
    let ways = sealed
        .letters
        .iter()
        .flat_map(|letter| letter.ways.iter().map(move |way| (letter, way)));
    for ((letter, way), queued) in ways.zip(queued) {
        // what found no room waits in the database
        if let Some((item, tracked)) = queued {
            flow.dispatcher()
                .add_fresh(item, tracked, out_letter(letter, way));
        }
    }
}

/// The same octets that the dispatcher would read back.
fn out_letter(letter: &SealedLetter, way: &Way) -> OutLetter {
    let body = letter.content.clone().unwrap_or_default();
    OutLetter::new(
        (way.from.clone(), way.to.clone()),
        (letter.signed.head.clone(), body),
        way.demand,
        letter.signed.sha256,
    )
    .going(way.transport)
    .asking(way.dsn.clone())
}

/// In the order of the letters and their ways; none where the dispatcher had no room.
pub(crate) type Queued = Vec<Option<(Item, crate::deliver::Tracked)>>;

fn insert(
    flow: &Flow,
    ctx: &Ctx,
    tx: &mut Tx<'_>,
    sealed: &Sealed,
    step: Step,
    outbox: Option<i64>,
) -> Result<Option<Queued>> {
    let message = sealed.stored.message.id;
    if let Some(position) = outbox
        && !events::done(tx, position)?
    {
        return Ok(None);
    }
    if step == Step::First
        && !messages::advance(
            tx,
            message,
            messages::Stage::Decided,
            messages::Stage::Enqueued,
        )?
    {
        return Ok(None);
    }
    if let Step::Report(allowance) = step
        && let Some(way) = sealed.letters.iter().flat_map(|letter| &letter.ways).next()
        && !allowance.take(ctx, tx, (message, way.recipient))?
    {
        return Ok(None);
    }
    insert_letters(flow, ctx, tx, sealed).map(Some)
}

/// The letters and a delivery for each of their ways.
pub(crate) fn insert_letters(
    flow: &Flow,
    ctx: &Ctx,
    tx: &mut Tx<'_>,
    sealed: &Sealed,
) -> Result<Queued> {
    for one in &sealed.stranded {
        move_stranded(ctx, tx, sealed, one)?;
    }
    insert_wanted(flow, ctx, tx, sealed, &mut |_, _| Ok(true))
}

/// Encryption was decided and no key can be used: the message goes where the decision said, or waits for somebody.
fn move_stranded(ctx: &Ctx, tx: &mut Tx<'_>, sealed: &Sealed, one: &Stranded) -> Result<()> {
    let message = sealed.stored.message.id;
    recipients::move_method(tx, one.recipient, one.to)?;
    let event = Event::new("message.key_unusable")
        .message(message)
        .recipient(one.recipient)
        .fact("method", one.method)
        .fact("because", one.why)
        .fact("to", one.to);
    ctx.record(tx, event)?;
    let (from, to) = (RecipientState::Queued, RecipientState::Held);
    if one.to != Method::Hold || !recipients::move_state(tx, one.recipient, from, to, ctx.now())? {
        return Ok(());
    }
    let event = Event::new("message.held")
        .message(message)
        .recipient(one.recipient)
        .fact("because", "key_unusable");
    ctx.record(tx, event).map(drop)
}

/// Only those letters that are `wanted`, by their place; for the others it is as if there were no room.
pub(crate) fn insert_wanted(
    flow: &Flow,
    ctx: &Ctx,
    tx: &mut Tx<'_>,
    sealed: &Sealed,
    wanted: &mut dyn FnMut(&mut Tx<'_>, usize) -> Result<bool>,
) -> Result<Queued> {
    let mut queued = Vec::new();
    for (place, letter) in sealed.letters.iter().enumerate() {
        if !wanted(tx, place)? {
            queued.extend(letter.ways.iter().map(|_| None));
            continue;
        }
        insert_letter(ctx, tx, sealed, letter)?;
        for way in &letter.ways {
            queued.push(insert_way(flow, ctx, tx, sealed, letter, way)?);
        }
    }
    Ok(queued)
}

fn insert_letter(ctx: &Ctx, tx: &mut Tx<'_>, sealed: &Sealed, letter: &SealedLetter) -> Result<()> {
    let stored = &sealed.stored;
    let aad = vault::aad("sealed", "sealed_head", letter.id.as_bytes());
    let row = deliveries::Sealed {
        id: letter.id,
        message: stored.message.id,
        organisation: stored.message.organisation,
        method: letter.method,
        sealed_head: stored
            .key
            .seal(&aad, &letter.signed.head, ctx.world().rng.as_ref())?,
        content: letter.content.as_ref().map(|_| stored.message.content),
        sent_sha256: letter.signed.sha256,
        created_at: ctx.now(),
    };
    deliveries::insert_sealed(tx, &row)
}

fn insert_way(
    flow: &Flow,
    ctx: &Ctx,
    tx: &mut Tx<'_>,
    sealed: &Sealed,
    letter: &SealedLetter,
    way: &Way,
) -> Result<Option<(Item, crate::deliver::Tracked)>> {
    let (stored, now, world) = (&sealed.stored, ctx.now(), ctx.world());
    let id = DeliveryId::mint(now, world.rng.as_ref());
    let route = Route::new(way.from.as_ref(), &way.to, way.transport, &way.dsn);
    let sealed_route = seal_json(
        &route,
        &stored.key,
        ("deliveries", "sealed_route", id.as_bytes()),
        world.rng.as_ref(),
    )?;
    let due = stored
        .message
        .send_at
        .filter(|_| way.role == "letter" || way.role == "notice")
        .unwrap_or(now)
        .max(now);
    let expires = due.plus(lifetime(flow, way.role));
    let row = deliveries::Delivery {
        id,
        sealed: letter.id,
        message: stored.message.id,
        recipient: way.recipient,
        organisation: stored.message.organisation,
        role: way.role.to_owned(),
        sealed_route,
        demand: way.demand,
        stream: stored.message.stream,
        priority: if way.role == "code" {
            0
        } else {
            stored.message.priority
        },
        due_at: due,
        expires_at: expires,
        attempts: 0,
        fence: 0,
        created_at: now,
        interrupted: false,
        untried: true,
        source: None,
    };
    let here = flow.dispatcher().has_room(row.stream, due, now);
    deliveries::insert(tx, &row, here.then_some(world.node))?;
    if let Some((notice, token_hash)) = way.notice {
        insert_notice(ctx, tx, &row, notice, token_hash)?;
    }
    if way.role == "letter" || way.role == "notice" {
        record(ctx, tx, sealed, letter, way)?;
    }
    if !here {
        return Ok(None);
    }
    let to = Destination::from(way.to.domain());
    let item = item_of(&row, to, &flow.settings().ways);
    let mode = stored.message.mode;
    Ok(Some((item, crate::deliver::Tracked::of(&row, mode))))
}

pub(crate) fn item_of(row: &deliveries::Delivery, destination: Destination, ways: &Ways) -> Item {
    let source = row.source.as_deref();
    Item {
        id: row.id,
        organisation: row.organisation,
        destination,
        stream: row.stream,
        priority: row.priority,
        demand: row.demand,
        due: row.due_at,
        expires: row.expires_at,
        attempts: row.attempts,
        fence: row.fence,
        source: source.and_then(|name| ways.routing().sources.find(name)),
        spared: row.role == "report" || row.role == "code",
    }
}

/// Codes die with their validity; reports wait as long as letters.
fn lifetime(flow: &Flow, role: &str) -> Duration {
    if role == "code" {
        limits::CODE_WAIT
    } else {
        flow.settings().lifetime
    }
}

fn insert_notice(
    ctx: &Ctx,
    tx: &mut Tx<'_>,
    row: &deliveries::Delivery,
    id: model::NoticeId,
    token_hash: [u8; 32],
) -> Result<()> {
    let now = ctx.now();
    portal::insert_notice(
        tx,
        &portal::Notice {
            id,
            organisation: row.organisation,
            message: row.message,
            recipient: row.recipient,
            token_hash,
            created_at: now,
            expires_at: now.plus(limits::NOTICE_LIFETIME),
            opened_at: None,
            replied_at: None,
        },
    )
}

fn record(
    ctx: &Ctx,
    tx: &mut Tx<'_>,
    sealed: &Sealed,
    letter: &SealedLetter,
    way: &Way,
) -> Result<()> {
    let payload = serde_json::json!({ "letter_sha256": hex::encode(letter.signed.sha256) });
    let event = Event::new("message.sealed")
        .message(sealed.stored.message.id)
        .recipient(way.recipient)
        .fact("method", letter.method)
        .fact("demand", way.demand)
        .payload(payload.to_string().into_bytes(), &sealed.stored.key);
    let event = match letter.signed.keys {
        Some(used) => event
            .fact("signed", used.signed)
            .fact("escrow", used.escrow),
        None => event,
    };
    ctx.record(tx, event).map(drop)
}
