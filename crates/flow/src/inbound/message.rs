//! What people write to us: an answer in a thread, or a letter to a mailbox of staff. Checked,
//! scanned, sealed, and kept here for the organisation's staff like a reply in the portal.

use std::collections::BTreeMap;
use std::sync::Arc;

use ctx::{Ctx, Event, Principal, PrincipalKind, Seat};
use mail::report::{Automatic, Report};
use mail::return_path::Errand;
use model::{
    Address, ArrivalState, Code, Domain, Kind, MessageId, Method, Mode, OrganisationId, Origin,
    Purpose, RecipientState, Result, Stream, ThreadId,
};
use seal::arc::NewLink;
use seal::dkim::{Dkim, Signer};
use seal::dmarc::{Dmarc, Policy};
use seal::results::{Results, without_claims};
use store::Tx;
use store::tables::{events, messages, recipients};

use super::arrival::{Author, Judged, judge};
use super::door::{BouncePath, MailboxOf, ReplyTo};
use super::{Effect, Incoming, once};
use crate::Flow;
use crate::accept::{insert, prepare};
use crate::content::{Stored, load};
use crate::decide::{Decided, decide};
use crate::draft::{Draft, DraftRecipient, sha256};
use crate::envelope::{Terms, Transport};
use crate::keys::{Harvest, harvest};

/// An answer: only a recipient of the message may give one, and only as who they are.
pub(super) fn reply(
    flow: &Flow,
    to: &ReplyTo,
    message: &mail::Message<'_>,
    incoming: &Incoming,
) -> Result<Effect> {
    let brought = brought(flow, to.organisation, message, incoming)?;
    match opened(flow, to.organisation, incoming)? {
        Some(inner) => reply_read(flow, to, &mail::parse(&inner.content)?, &inner, brought),
        None => reply_read(flow, to, message, incoming, brought),
    }
}

/// A letter to a mailbox of the organisation: the beginning of a thread.
pub(super) fn letter(
    flow: &Flow,
    to: &MailboxOf,
    message: &mail::Message<'_>,
    incoming: &Incoming,
) -> Result<Effect> {
    let brought = brought(flow, to.organisation, message, incoming)?;
    match opened(flow, to.organisation, incoming)? {
        Some(inner) => letter_read(flow, to, &mail::parse(&inner.content)?, &inner, brought),
        None => letter_read(flow, to, message, incoming, brought),
    }
}

/// What is encrypted to a key of ours is taken in as its author wrote it, so that all that looks at mail looks at
/// that. Engines beside us saw it closed, before it came here.
fn opened(
    flow: &Flow,
    organisation: OrganisationId,
    incoming: &Incoming,
) -> Result<Option<Incoming>> {
    let content = crate::keys::opened(flow, organisation, &incoming.content)?;
    let content = content.filter(|content| mail::parse(content).is_ok());
    Ok(content.map(|content| Incoming {
        doors: Vec::new(),
        from: incoming.from.clone(),
        helo: incoming.helo.clone(),
        with: incoming.with,
        content,
        results: incoming.results.clone(),
        looked: incoming.looked.clone(),
    }))
}

fn reply_read(
    flow: &Flow,
    to: &ReplyTo,
    message: &mail::Message<'_>,
    incoming: &Incoming,
    brought: Harvest,
) -> Result<Effect> {
    let main = load(&flow.world().system(to.organisation), to.message)?;
    let writer = recipient_who_wrote(flow, &main, message)?;
    refuse_impostors(message, &incoming.results)?;
    if let Some(Report::Receipt(word)) = mail::report::read(&incoming.content)? {
        let path = BouncePath {
            organisation: to.organisation,
            recipient: writer.id,
            errand: Errand::Letter,
        };
        return Ok(super::told::receipt(flow, path, word));
    }
    let automatic = mail::report::automatic(message, incoming.from.is_none());
    let ctx = reader(flow, &main, &writer);
    let house = crate::notice::house(flow, &ctx)?;
    let addressee = main.envelope.sender()?.unwrap_or(house.sender);
    let judged = judge(flow, &ctx, &addressee, Author::Answering, message, incoming)?;
    let draft = draft(flow, &ctx, incoming, main.message.thread, addressee)?;
    let (id, what) = (draft.id(), retry_key(message, incoming, to.message));
    let decided = Arc::new(decided(flow, &ctx, draft)?);
    let judged = judged.with_files(decided.accepted())?;
    let kind = match automatic {
        Automatic::No => "message.replied",
        _ => "message.auto_replied",
    };
    let facts = Facts::of(&incoming.results, automatic);
    let answered = to.message;
    Ok(Box::new(move |tx: &mut Tx<'_>| {
        if !once(&ctx, tx, &what, id)? {
            return Ok(());
        }
        keep_here(&ctx, tx, &decided, &judged)?;
        if judged.state() != ArrivalState::Quarantined {
            brought.store(tx)?;
        }
        let event = Event::new(kind)
            .message(answered)
            .recipient(writer.id)
            .about(id);
        ctx.record(tx, facts.on(event, &judged))?;
        judged.insert(&ctx, tx, id)
    }))
}

fn letter_read(
    flow: &Flow,
    to: &MailboxOf,
    message: &mail::Message<'_>,
    incoming: &Incoming,
    brought: Harvest,
) -> Result<Effect> {
    refuse_impostors(message, &incoming.results)?;
    let automatic = mail::report::automatic(message, incoming.from.is_none());
    let ctx = flow.world().system(to.organisation);
    let thread = ThreadId::mint(ctx.now(), ctx.world().rng.as_ref());
    let judged = judge(flow, &ctx, &to.address, Author::Anyone, message, incoming)?;
    let draft = draft(flow, &ctx, incoming, thread, to.address.clone())?;
    let id = draft.id();
    let key = to.address.fold();
    let what = format!(
        "{} {key}",
        retry_key(message, incoming, MessageId::from_bytes([0; 16]))
    );
    let decided = Arc::new(decided(flow, &ctx, draft)?);
    let judged = judged.with_files(decided.accepted())?;
    let facts = Facts::of(&incoming.results, automatic);
    Ok(Box::new(move |tx: &mut Tx<'_>| {
        if !once(&ctx, tx, &what, id)? {
            return Ok(());
        }
        keep_here(&ctx, tx, &decided, &judged)?;
        if judged.state() != ArrivalState::Quarantined {
            brought.store(tx)?;
        }
        let event = Event::new("message.received").message(id);
        ctx.record(tx, facts.on(event, &judged))?;
        judged.insert(&ctx, tx, id)
    }))
}

/// The author's keys, where the message brings them.
fn brought(
    flow: &Flow,
    organisation: OrganisationId,
    message: &mail::Message<'_>,
    incoming: &Incoming,
) -> Result<Harvest> {
    let read = (incoming.content.as_slice(), message);
    harvest(flow, organisation, read, &incoming.results)
}

/// A message to many mailboxes is one of its own for each, and all of them are held until their commit:
/// of each what is small enough for the database, and nothing twice.
pub(super) fn decided(flow: &Flow, ctx: &Ctx, draft: Draft) -> Result<Decided> {
    decide(flow, ctx, prepare(flow, ctx, draft)?).map(Decided::without_content)
}

/// By keyed token: what is compared was never stored in the clear.
fn recipient_who_wrote(
    flow: &Flow,
    main: &Stored,
    message: &mail::Message<'_>,
) -> Result<recipients::Recipient> {
    let keys = flow.world().keys(main.message.organisation)?;
    let authors = message.from();
    let [(_, author)] = authors.as_slice() else {
        return Err(Code::ActionForbidden.into());
    };
    let token = keys.blinder("address").token(&author.fold());
    let mut rows = main.recipients.iter();
    rows.find(|r| r.address_token == token)
        .cloned()
        .ok_or_else(|| Code::ActionForbidden.into())
}

/// Nobody can vouch for an author whom readers may take for several, or for none that can be read; and where the
/// author's domain says that it did not send this, it did not (RFC 9989 §5.4).
fn refuse_impostors(message: &mail::Message<'_>, results: &Results) -> Result<()> {
    if message.from().len() != 1 || message.headers("from").count() != 1 {
        return Err(Code::AuthorUnclear.into());
    }
    match (results.dmarc.dmarc, results.dmarc.policy) {
        (Dmarc::Fail, Policy::Reject) => Err(Code::AuthorRefused.into()),
        (Dmarc::TempError, _) => Err(Code::AuthorUnchecked.into()),
        _ => Ok(()),
    }
}

/// The recipient as the one who acts, as in the portal.
fn reader(flow: &Flow, main: &Stored, who: &recipients::Recipient) -> Ctx {
    let principal = Principal {
        id: who.id.to_string(),
        organisation: who.organisation,
        kind: PrincipalKind::Reader(who.id),
        second_factor: false,
    };
    let mode: Mode = main.message.mode;
    let seat = Seat {
        principal,
        mode,
        session: None,
    };
    Ctx::seat(flow.world(), seat)
}

pub(super) fn draft(
    flow: &Flow,
    ctx: &Ctx,
    incoming: &Incoming,
    thread: ThreadId,
    addressee: Address,
) -> Result<Draft> {
    let id = MessageId::mint(ctx.now(), ctx.world().rng.as_ref());
    let content = marked(flow, ctx, id, incoming, addressee.domain())?;
    let body_hash = sha256(&content);
    Ok(Draft {
        id,
        thread,
        origin: Origin::Inbound,
        stream: Stream::Transactional,
        purpose: Purpose::Treatment,
        priority: 4,
        send_at: None,
        declared_no_phi: false,
        attested: false,
        demanded: None,
        trigger: None,
        from: incoming.from.clone(),
        recipients: vec![DraftRecipient {
            kind: Kind::To,
            address: addressee,
            name: None,
            notify: String::new(),
        }],
        body_hash,
        content_sha256: Some(body_hash),
        content,
        added: String::new(),
        tags: Vec::new(),
        metadata: BTreeMap::new(),
        transport: Transport::Usual,
        terms: Terms::default(),
        reading: None,
        captured: None,
    })
}

/// The message with our trace above it: ARC link, results, Received; claims in our name are gone.
fn marked(
    flow: &Flow,
    ctx: &Ctx,
    id: MessageId,
    incoming: &Incoming,
    domain: &Domain,
) -> Result<Vec<u8>> {
    let host = &flow.settings().hostname;
    let id = id.to_string();
    let received = mail::received_line(host, Some(&incoming.helo), incoming.with, &id, ctx.now());
    let field = incoming.results.field(host);
    let mut content = [field.as_bytes(), received.as_bytes()].concat();
    content.extend(without_claims(&incoming.content, host));
    let signers = flow
        .signing()
        .find(ctx.world(), ctx.organisation(), domain)?;
    let link = NewLink {
        results: &incoming.results.text(host),
        chain: incoming.results.arc,
        names: Signer::ARC_FIELDS,
        at: ctx.now(),
    };
    if let Some(signer) = signers.iter().find(|signer| signer.is_rsa())
        && let Some(sealed) = signer.arc_seal(&content, &link)?
    {
        content.splice(..0, sealed);
    }
    Ok(content)
}

/// The same message for the same thread, however often a client sends it.
pub(super) fn retry_key(
    message: &mail::Message<'_>,
    incoming: &Incoming,
    answered: MessageId,
) -> String {
    let content = hex::encode(sha256(&incoming.content));
    format!(
        "{answered} {} {content}",
        message.message_id().unwrap_or_default()
    )
}

/// Nothing is sealed for the wire: staff read it in the console, once nothing is in its way.
pub(super) fn keep_here(
    ctx: &Ctx,
    tx: &mut Tx<'_>,
    decided: &Decided,
    judged: &Judged,
) -> Result<()> {
    let receipt = insert(ctx, tx, decided)?;
    let (from, to) = (messages::Stage::Decided, messages::Stage::Enqueued);
    messages::advance(tx, receipt.message, from, to)?;
    let quarantined = judged.state() == ArrivalState::Quarantined;
    let state = match judged.state() {
        ArrivalState::Quarantined => RecipientState::Quarantined,
        ArrivalState::Rejected => RecipientState::Blocked,
        _ => RecipientState::Notified,
    };
    for r in &receipt.recipients {
        recipients::move_method(tx, r.id, Method::Portal)?;
        recipients::move_state(tx, r.id, r.state, state, ctx.now())?;
        if quarantined {
            let (topic, organisation) = (crate::after::HELD, ctx.organisation());
            events::push(tx, topic, organisation, r.id.as_bytes(), ctx.now())?;
        }
    }
    Ok(())
}

/// What was found, as words for the event.
struct Facts {
    spf: &'static str,
    dkim: &'static str,
    dmarc: &'static str,
    arc: &'static str,
    automatic: &'static str,
}

impl Facts {
    fn of(results: &Results, automatic: Automatic) -> Self {
        Self {
            spf: results.spf.word(),
            dkim: best_dkim(results),
            dmarc: results.dmarc.dmarc.word(),
            arc: results.arc.word(),
            automatic: automatic.word(),
        }
    }

    fn on(&self, event: Event<'static>, judged: &Judged) -> Event<'static> {
        event
            .fact("concern", judged.concern.word())
            .fact("spf", self.spf)
            .fact("dkim", self.dkim)
            .fact("dmarc", self.dmarc)
            .fact("arc", self.arc)
            .fact("automatic", self.automatic)
    }
}

/// `pass` where any signature held.
pub(super) fn best_dkim(results: &Results) -> &'static str {
    let held = results.dkim.iter().find(|d| d.dkim == Dkim::Pass);
    let best = held.or(results.dkim.first());
    best.map_or("none", |d| d.dkim.word())
}

#[cfg(test)]
mod tests;
