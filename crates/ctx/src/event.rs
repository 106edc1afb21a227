//! What happened: one value that becomes an event, an outbox row and an audit entry.

use std::collections::BTreeMap;

use model::events::{Kind, Told};
use model::{Code, Error, EventId, MessageId, RecipientId, Result};
use store::Tx;
use store::tables::{events, ledger as log, webhook_deliveries as told};
use vault::OpenedKey;

use crate::Ctx;

/// Facts are neutral words, codes, ids and counts. What may be PHI goes into the payload: sealed,
/// and only committed to by the audit entry.
#[derive(Clone)]
pub struct Event<'a> {
    kind: &'static str,
    message: Option<MessageId>,
    recipient: Option<RecipientId>,
    subject: Vec<String>,
    facts: BTreeMap<&'static str, String>,
    payload: Option<(Vec<u8>, &'a OpenedKey)>,
}

impl<'a> Event<'a> {
    /// `kind` is a word of [`model::events`], such as `message.accepted`.
    pub fn new(kind: &'static str) -> Self {
        Self {
            kind,
            message: None,
            recipient: None,
            subject: Vec::new(),
            facts: BTreeMap::new(),
            payload: None,
        }
    }
    pub fn message(mut self, id: MessageId) -> Self {
        self.message = Some(id);
        self.subject.push(id.to_string());
        self
    }
    pub fn recipient(mut self, id: RecipientId) -> Self {
        self.recipient = Some(id);
        self.subject.push(id.to_string());
        self
    }
    /// Another thing it is about, by id.
    pub fn about(mut self, id: impl std::fmt::Display) -> Self {
        self.subject.push(id.to_string());
        self
    }
    pub fn fact(mut self, name: &'static str, value: impl std::fmt::Display) -> Self {
        self.facts.insert(name, value.to_string());
        self
    }
    /// Evidence that may hold PHI, sealed under the item's key.
    pub fn payload(mut self, bytes: Vec<u8>, key: &'a OpenedKey) -> Self {
        self.payload = Some((bytes, key));
        self
    }
}

pub(crate) fn write(ctx: &Ctx, tx: &mut Tx<'_>, event: Event<'_>) -> Result<EventId> {
    let world = ctx.world();
    let now = ctx.now();
    let id = world.next_event(now);
    let commitment = match &event.payload {
        Some((bytes, key)) => Some(seal_payload(ctx, tx, id, bytes, key)?),
        None => None,
    };
    let stored =
        serde_json::to_string(&event.facts).map_err(|e| Error::new(Code::Internal).because(e))?;
    let kind = model::events::find(event.kind);
    debug_assert!(
        kind.is_some() || event.kind.starts_with("test."),
        "{} is not in the vocabulary of model::events",
        event.kind
    );
    events::insert(
        tx,
        &events::Event {
            id,
            organisation: ctx.organisation(),
            message: event.message,
            recipient: event.recipient,
            kind: event.kind.to_owned(),
            facts: stored,
            actor: ctx.actor().to_owned(),
            at: now,
        },
    )?;
    if let Some(kind) = kind {
        offer(ctx, tx, id, kind, &event)?;
    }
    let facts = event.facts.into_iter();
    let entry = ledger::entry::Entry {
        id,
        at: now,
        organisation: ctx.organisation(),
        actor: ctx.actor().to_owned(),
        kind: event.kind.to_owned(),
        subject: event.subject,
        facts: facts.map(|(name, fact)| (name.to_owned(), fact)).collect(),
        commitment,
    };
    log::push(tx, ctx.organisation(), id, &entry.encode()?)?;
    Ok(id)
}

/// To the webhooks that want it, in this very commit: nothing that happened can be missed. What
/// carries a portal code or a report to the sender is no event of the message.
fn offer(ctx: &Ctx, tx: &mut Tx<'_>, id: EventId, kind: &Kind, event: &Event<'_>) -> Result<()> {
    let aside = matches!(
        event.facts.get("role").map(String::as_str),
        Some("code" | "report")
    );
    let Some(message) = event.message.filter(|_| kind.to == Told::Apps && !aside) else {
        return Ok(());
    };
    if !ctx.world().has_webhooks(tx, ctx.organisation())? {
        return Ok(());
    }
    let offer = told::Offer {
        organisation: ctx.organisation(),
        event: id,
        message,
        recipient: event.recipient,
        kind: kind.word,
        at: ctx.now(),
    };
    told::offer(tx, &offer).map(drop)
}

fn seal_payload(
    ctx: &Ctx,
    tx: &mut Tx<'_>,
    id: EventId,
    bytes: &[u8],
    key: &OpenedKey,
) -> Result<ledger::Hash> {
    let mut salt = [0u8; 32];
    ctx.world().rng.fill(&mut salt);
    let salted = [salt.as_slice(), bytes].concat();
    let aad = vault::aad("ledger_payloads", "sealed_payload", id.as_bytes());
    let sealed = key.seal(&aad, &salted, ctx.world().rng.as_ref())?;
    log::insert_payload(tx, ctx.organisation(), id, &sealed)?;
    Ok(ledger::entry::commit(&salt, bytes))
}

/// Opens a payload: its salt and its bytes.
pub(crate) fn open_payload(
    id: EventId,
    sealed: &[u8],
    key: &OpenedKey,
) -> Result<([u8; 32], Vec<u8>)> {
    let aad = vault::aad("ledger_payloads", "sealed_payload", id.as_bytes());
    let mut salted = key.open(&aad, sealed)?;
    if salted.len() < 32 {
        return Err(Error::new(Code::SealBroken));
    }
    let bytes = salted.split_off(32);
    let salt = salted
        .try_into()
        .map_err(|_| Error::new(Code::SealBroken))?;
    Ok((salt, bytes))
}
