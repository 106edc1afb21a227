//! Accept: from a draft to what `submit` makes durable (commit 1).
//!
//! Scanning, compressing and sealing happen outside the transaction; the transaction only inserts.

use ctx::{Ctx, Event, ItemKey};
use model::{
    AttachmentId, BlobId, Code, Domain, Error, Kind, MessageId, Method, Mode, Origin, PhiLevel,
    RecipientId, RecipientState, Result, SuppressionId, SuppressionReason, Timestamp, limits,
};
use store::Tx;
use store::tables::{blobs, events, messages, recipients, records};

use crate::Flow;
use crate::decide::Decided;
use crate::draft::{Draft, sha256};
use crate::envelope::{Envelope, FileFacts, seal_json};
use crate::scan::{Scanned, scan};

/// What the sender is told.
#[derive(Clone)]
pub struct Receipt {
    pub message: MessageId,
    pub mode: Mode,
    pub created_at: Timestamp,
    pub recipients: Vec<ReceiptRecipient>,
    /// This idempotency key was answered before: nothing new was accepted.
    pub repeated: bool,
}

#[derive(Clone)]
pub struct ReceiptRecipient {
    pub id: RecipientId,
    pub kind: Kind,
    pub method: Method,
    pub state: RecipientState,
}

/// What a dry run shows: nothing was stored, nothing will be sent.
pub struct Preview {
    pub level: PhiLevel,
    pub findings: phi::Findings,
    /// The same by place.
    pub found: Vec<crate::view::FoundAt>,
    pub recipients: Vec<PreviewRecipient>,
}

pub struct PreviewRecipient {
    pub kind: Kind,
    pub domain: Domain,
    pub decision: policy::Decision,
    /// Why this address would get nothing, whatever was decided.
    pub suppressed: Option<SuppressionReason>,
}

/// Scanned, and sealed for rest; rows ready to insert. Made by [`prepare`] alone.
pub(crate) struct Accepted {
    pub(crate) draft: Draft,
    pub(crate) scanned: Scanned,
    key: ItemKey,
    blob: blobs::Blob,
    envelope: Envelope,
    sealed_envelope: Vec<u8>,
    content_sha256: [u8; 32],
    octets: u64,
}

impl Flow {
    /// Everything up to the decision, and nothing kept.
    pub fn dry_run(&self, ctx: &Ctx, draft: Draft) -> Result<Preview> {
        let mut draft = draft;
        let scanned = scan(self, ctx, draft.take_reading(self)?)?;
        let decisions = crate::decide::decisions(self, ctx, &draft, &scanned)?;
        let addresses: Vec<_> = draft.recipients.iter().map(|r| &r.address).collect();
        let suppressed = match is_asked(ctx, &draft) {
            true => crate::suppression::reasons(ctx, draft.stream, &addresses)?,
            false => vec![None; addresses.len()],
        };
        let recipients = draft
            .recipients
            .iter()
            .zip(decisions)
            .zip(suppressed)
            .map(|((r, weighed), suppressed)| {
                let decision = weighed.decision.clone();
                PreviewRecipient {
                    kind: r.kind,
                    domain: r.address.domain().clone(),
                    suppressed: suppressed.filter(|_| !is_stopped(decision.method)),
                    decision,
                }
            })
            .collect();
        Ok(Preview {
            level: scanned.findings.level,
            found: crate::view::found_at(&scanned.findings, &scanned.places),
            findings: scanned.findings,
            recipients,
        })
    }
}

impl Accepted {
    pub(crate) fn key(&self) -> &ItemKey {
        &self.key
    }
    /// Its key and its content, for a stage that writes its own rows.
    pub(crate) fn store(&self, tx: &mut Tx<'_>) -> Result<()> {
        self.key.insert(tx)?;
        blobs::insert(tx, &self.blob)
    }
    pub(crate) fn content_sha256(&self) -> [u8; 32] {
        self.content_sha256
    }
    pub(crate) fn envelope(&self) -> &Envelope {
        &self.envelope
    }
    /// Sealed it is all that the commit needs.
    pub(crate) fn forget_content(&mut self) {
        self.draft.content = Vec::new();
    }
    /// Octets of the content, in the clear and sealed, that are in memory.
    pub(crate) fn content_held(&self) -> usize {
        self.draft.content.len() + self.blob.sealed_bytes.as_ref().map_or(0, Vec::len)
    }
}

/// Draft → Accepted.
pub(crate) fn prepare(flow: &Flow, ctx: &Ctx, mut draft: Draft) -> Result<Accepted> {
    let world = ctx.world();
    let (now, rng) = (ctx.now(), world.rng.as_ref());
    let scanned = scan(flow, ctx, draft.take_reading(flow)?)?;
    let key = world.new_item_key(ctx.organisation(), *draft.id.as_bytes())?;
    let envelope = envelope(ctx, &draft, &scanned);
    let place = ("messages", "sealed_envelope", draft.id.as_bytes());
    let sealed_envelope = seal_json(&envelope, key.opened(), place, rng)?;
    let blob_id = BlobId::mint(now, rng);
    let sealed = seal_content(flow, ctx, &key, blob_id, &draft.content)?;
    let inline = sealed.len() <= limits::BLOB_INLINE_OCTETS_MAX;
    if !inline {
        world.store.blobs().put(&blob_id.to_string(), &sealed)?;
    }
    let blob = blobs::Blob {
        id: blob_id,
        organisation: ctx.organisation(),
        octets: sealed.len() as u64,
        sealed_bytes: inline.then_some(sealed),
        created_at: now,
    };
    let known = draft.content_sha256;
    let content_sha256 = known.unwrap_or_else(|| sha256(&draft.content));
    Ok(Accepted {
        octets: draft.content.len() as u64,
        draft,
        scanned,
        key,
        blob,
        envelope,
        sealed_envelope,
        content_sha256,
    })
}

fn seal_content(
    flow: &Flow,
    ctx: &Ctx,
    key: &ItemKey,
    id: BlobId,
    content: &[u8],
) -> Result<Vec<u8>> {
    let packed = crate::pack::pack(content, flow.settings().compression)?;
    key.opened().seal(
        &vault::aad("blobs", "sealed_bytes", id.as_bytes()),
        &packed,
        ctx.world().rng.as_ref(),
    )
}

fn envelope(ctx: &Ctx, draft: &Draft, scanned: &Scanned) -> Envelope {
    let files = scanned
        .files
        .iter()
        .map(|f| FileFacts {
            id: AttachmentId::mint(ctx.now(), ctx.world().rng.as_ref()),
            part: f.part,
            name: f.name.clone(),
            content_type: f.content_type.clone(),
            octets: f.octets,
        })
        .collect();
    Envelope {
        from: draft.from.as_ref().map(|a| a.as_str().to_owned()),
        from_name: scanned.from_name.clone(),
        author: scanned.author.as_ref().map(|a| a.as_str().to_owned()),
        subject: scanned.subject.clone(),
        message_id: scanned.message_id.clone(),
        added: draft.added.clone(),
        tags: draft.tags.clone(),
        metadata: draft.metadata.clone(),
        files,
        transport: draft.transport,
        terms: draft.terms.clone(),
        captured: draft.captured.clone(),
    }
}

/// Writes a decided message with its recipients, events and audit entries.
pub(crate) fn insert(ctx: &Ctx, tx: &mut Tx<'_>, decided: &Decided) -> Result<Receipt> {
    let accepted = decided.accepted();
    let draft = &accepted.draft;
    accepted.store(tx)?;
    messages::insert(tx, decided.message(), decided.rows().len())?;
    records::ask(tx, draft.id, ctx.organisation(), ctx.now())?;
    let mut receipt = Receipt {
        message: draft.id,
        mode: ctx.mode(),
        created_at: decided.message().created_at,
        recipients: Vec::with_capacity(decided.rows().len()),
        repeated: false,
    };
    for (row, stored) in decided.rows().iter().zip(decided.recipients()) {
        let held = suppressed(ctx, tx, draft, stored)?;
        let mut stored = stored.clone();
        if held.is_some() {
            stored.state = RecipientState::Suppressed;
        }
        recipients::insert(tx, &stored)?;
        record(ctx, tx, accepted, row, &stored)?;
        record_stop(ctx, tx, row, &stored)?;
        if let Some(held) = held {
            crate::suppression::note(ctx, tx, (draft.id, stored.id), held)?;
        }
        receipt.recipients.push(ReceiptRecipient {
            id: stored.id,
            kind: stored.kind,
            method: stored.method,
            state: stored.state,
        });
    }
    if decided.message().stage == messages::Stage::Decided {
        let (organisation, now) = (ctx.organisation(), ctx.now());
        events::push(
            tx,
            crate::after::SEAL,
            organisation,
            draft.id.as_bytes(),
            now,
        )?;
    }
    Ok(receipt)
}

/// Whether an address gets no more mail of this stream. Asked in the commit itself, so that no
/// suppression is overtaken. What nobody would get anyway, test mail and our own letters are not
/// asked about.
fn suppressed(
    ctx: &Ctx,
    tx: &mut Tx<'_>,
    draft: &Draft,
    stored: &recipients::Recipient,
) -> Result<Option<(SuppressionId, SuppressionReason)>> {
    match stored.state == RecipientState::Queued && is_asked(ctx, draft) {
        true => crate::suppression::find(ctx, tx, draft.stream, &stored.address_token),
        false => Ok(None),
    }
}

fn is_asked(ctx: &Ctx, draft: &Draft) -> bool {
    ctx.mode() == Mode::Live && draft.origin != Origin::System
}

/// Nobody would get it anyway.
fn is_stopped(method: Method) -> bool {
    matches!(method, Method::Hold | Method::Block)
}

/// One entry per recipient, so that proof to one never reveals another. The payload binds the
/// address, the content and the decision, before anything is transmitted.
fn record(
    ctx: &Ctx,
    tx: &mut Tx<'_>,
    accepted: &Accepted,
    row: &crate::decide::DecidedRow,
    stored: &recipients::Recipient,
) -> Result<()> {
    let payload = serde_json::json!({
        "recipient": row.address().as_str(),
        "content_sha256": hex::encode(accepted.content_sha256),
        "octets": accepted.octets,
        "decided_by": row.decision().trace.decided_by,
        "rules_version": row.decision().trace.rules_version,
    });
    let event = Event::new("message.accepted")
        .message(accepted.draft.id)
        .recipient(stored.id)
        .fact("origin", accepted.draft.origin)
        .fact("mode", ctx.mode())
        .fact("method", stored.method)
        .fact("state", stored.state)
        .fact("level", accepted.scanned.findings.level)
        .fact("rule", &row.decision().trace.decided_by)
        .payload(payload.to_string().into_bytes(), accepted.key.opened());
    let event = match accepted.draft.attested {
        true => event.fact("attested", true),
        false => event,
    };
    ctx.record(tx, event).map(drop)
}

/// What a person must decide about, or policy refused, is an event of its own.
fn record_stop(
    ctx: &Ctx,
    tx: &mut Tx<'_>,
    row: &crate::decide::DecidedRow,
    stored: &recipients::Recipient,
) -> Result<()> {
    let kind = match stored.state {
        RecipientState::Held => "message.held",
        RecipientState::Blocked => "message.blocked",
        _ => return Ok(()),
    };
    let event = Event::new(kind)
        .message(stored.message)
        .recipient(stored.id)
        .fact("because", "decision")
        .fact("rule", &row.decision().trace.decided_by);
    ctx.record(tx, event)?;
    let quarantine = row.decision().quarantine.as_ref();
    let told = quarantine.is_some_and(|quarantine| !quarantine.notify.is_empty());
    if told && stored.state == RecipientState::Held && ctx.mode() == Mode::Live {
        let (topic, organisation) = (crate::after::HELD, ctx.organisation());
        events::push(tx, topic, organisation, stored.id.as_bytes(), ctx.now())?;
    }
    Ok(())
}

pub(crate) fn message_row(
    flow: &Flow,
    ctx: &Ctx,
    accepted: &Accepted,
) -> Result<messages::Message> {
    let draft = &accepted.draft;
    let house = crate::decide::house(flow, ctx)?;
    let stored = crate::decide::WithFacts {
        facts: crate::decide::stored_facts(&house, ctx, draft, &accepted.scanned),
        findings: &accepted.scanned.findings,
        places: accepted.scanned.places.clone(),
    };
    let findings =
        serde_json::to_string(&stored).map_err(|e| Error::new(Code::Internal).because(e))?;
    Ok(messages::Message {
        id: draft.id,
        organisation: ctx.organisation(),
        thread: draft.thread,
        actor: ctx.actor().to_owned(),
        origin: draft.origin,
        mode: ctx.mode(),
        stream: draft.stream,
        purpose: draft.purpose,
        priority: draft.priority,
        sealed_envelope: accepted.sealed_envelope.clone(),
        content: accepted.blob.id,
        octets: accepted.octets,
        content_sha256: accepted.content_sha256,
        attachments: u32::try_from(accepted.scanned.files.len()).unwrap_or(u32::MAX),
        findings,
        level: accepted.scanned.findings.level.word().to_owned(),
        stage: messages::Stage::Decided,
        send_at: draft.send_at,
        created_at: ctx.now(),
    })
}
