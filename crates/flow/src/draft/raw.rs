//! A draft from octets that came by SMTP.

use std::collections::BTreeMap;

use ctx::{Action, Ctx};
use mail::report::{Automatic, automatic};
use mail::smtp::RcptParams;
use model::{
    Address, Code, Error, Kind, MessageId, Method, Origin, Purpose, Result, Stream, ThreadId,
    limits,
};

use super::{Draft, DraftRecipient, sha256, trigger};
use crate::Flow;
use crate::envelope::{Terms, Transport};
use crate::scan::Reading;

/// Fields that name blind recipients.
const BLIND_FIELDS: [&str; 2] = ["bcc", "resent-bcc"];

/// One SMTP transaction, finished.
pub struct Arrival {
    pub from: Option<Address>,
    /// With what each was to be told of (RFC 3461).
    pub recipients: Vec<(Address, RcptParams)>,
    /// The client's own name for the transaction (RFC 3461 §4.4).
    pub envid: Option<String>,
    pub content: Vec<u8>,
    pub helo: String,
    /// The `with` word of the Received field: `ESMTPSA` (RFC 3848).
    pub with: &'static str,
    /// REQUIRETLS was said with MAIL (RFC 8689).
    pub require_tls: bool,
}

/// Stands for an author that cannot be read; RFC 6761 keeps the name unused.
const UNREADABLE: &str = "anyone@unreadable.invalid";

impl Flow {
    /// # Errors
    /// The limits' codes, `mime_invalid`, `mail_loop`, `sender_forbidden`.
    pub fn draft_from_arrival(&self, ctx: &Ctx, arrival: Arrival) -> Result<Draft> {
        ctx.allow(Action::MessageSend, &ctx.own("message"))?;
        let (now, rng) = (ctx.now(), ctx.world().rng.as_ref());
        check_limits(&arrival)?;
        let message = mail::parse(&arrival.content)?;
        if message.received_count() > limits::RECEIVED_FIELDS_MAX {
            return Err(Code::MailLoop.into());
        }
        self.may_show_author(ctx, &arrival, &message)?;
        check_names(&message)?;
        let id = MessageId::mint(now, rng);
        let added = added_fields(&self.settings().hostname, ctx, id, &arrival, &message);
        let named = message.recipients_in_headers();
        let terms = terms_of(&arrival, &message);
        let recipients = recipients_of(arrival.recipients, &named);
        let body_hash = sha256(&arrival.content);
        let authors = message.from();
        let shown = authors.iter().map(|(_, address)| address);
        let declared_no_phi = self
            .settings()
            .are_declared_free(arrival.from.iter().chain(shown));
        let purpose = purpose_of(&message);
        let transport = transport_of(arrival.require_tls, message.header("tls-required"));
        let house = crate::decide::house(self, ctx)?;
        let (left, found) = trigger::take_from_content(&house.triggers, &message, &arrival.content);
        let demanded = demanded(message.header("caduceus-method"))?;
        let attested = attested(ctx, message.header("caduceus-attest"))?;
        let (demanded, trigger) = super::with_trigger(demanded, found);
        let blind = BLIND_FIELDS
            .iter()
            .any(|name| message.header(name).is_some());
        // What stays is what is scanned.
        let whole = left.is_none() && !blind;
        let reading = whole.then(|| Reading::of(self.extractor(), &message));
        let content = left.unwrap_or(arrival.content);
        let content = if blind {
            without_fields(&content, &BLIND_FIELDS)
        } else {
            content
        };
        Ok(Draft {
            id,
            thread: ThreadId::mint(now, rng),
            origin: Origin::Smtp,
            stream: Stream::Transactional,
            purpose,
            priority: 4,
            send_at: None,
            declared_no_phi,
            attested,
            demanded,
            trigger,
            from: arrival.from,
            recipients,
            added,
            tags: Vec::new(),
            metadata: BTreeMap::new(),
            transport,
            terms,
            body_hash,
            content,
            content_sha256: whole.then_some(body_hash),
            reading,
            captured: None,
        })
    }
}

fn check_names(message: &mail::Message<'_>) -> Result<()> {
    let names = message.display_names();
    if names.iter().any(|name| name.chars().any(model::is_hidden)) {
        return Err(Code::NameInvalid.into());
    }
    Ok(())
}

/// What the client asked of reports. Nobody is told about what programs and lists send (RFC 3834 §2).
fn terms_of(arrival: &Arrival, message: &mail::Message<'_>) -> Terms {
    let all = arrival.recipients.iter().zip(0u32..);
    Terms {
        envid: arrival.envid.clone(),
        orcpts: all
            .filter_map(|((_, params), position)| Some((position, params.orcpt.clone()?)))
            .collect(),
        quiet: automatic(message, arrival.from.is_none()) != Automatic::No,
    }
}

/// RFC 8689 §4.1: with REQUIRETLS the header field counts for nothing.
fn transport_of(require_tls: bool, field: Option<&str>) -> Transport {
    match field {
        _ if require_tls => Transport::Required,
        Some(value) if value.trim().eq_ignore_ascii_case("no") => Transport::Optional,
        _ => Transport::Usual,
    }
}

impl Flow {
    /// The return path and every author a reader may see must be ones the actor may use: what is
    /// shown is the header field, and we sign for its domain.
    fn may_show_author(
        &self,
        ctx: &Ctx,
        arrival: &Arrival,
        message: &mail::Message<'_>,
    ) -> Result<()> {
        // RFC 5322 §3.6: exactly one. Of two, readers and signatures may mean different ones.
        if message.headers("from").count() != 1 {
            return Err(Code::MimeInvalid.into());
        }
        let Some(from) = &arrival.from else {
            return Err(Code::SenderForbidden.into());
        };
        self.may_send_as(ctx, from)?;
        // An author that cannot be read could be anyone: only who may send as anyone.
        if message.from().is_empty() {
            self.may_send_as(ctx, &Address::parse(UNREADABLE)?)?;
        }
        // Other readers may pick another address out of a field that is not in strict form.
        for token in address_like(message.header("from").unwrap_or_default()) {
            match Address::parse(token) {
                Ok(shown) => self.may_send_as(ctx, &shown)?,
                Err(_) => self.may_send_as(ctx, &Address::parse(UNREADABLE)?)?,
            }
        }
        // Some readers show who sent it beside, or in place of, its author (RFC 5322 §3.6.2).
        for value in message.headers("sender") {
            for token in address_like(value) {
                match Address::parse(token) {
                    Ok(shown) => self.may_send_as(ctx, &shown)?,
                    Err(_) => self.may_send_as(ctx, &Address::parse(UNREADABLE)?)?,
                }
            }
        }
        // What readers see as the sender is the header field, and we sign for its domain.
        for (_, shown) in message
            .from()
            .into_iter()
            .filter(|(_, shown)| shown != from)
        {
            self.may_send_as(ctx, &shown)?;
        }
        Ok(())
    }
}

/// Our trace field, and what every message must have (RFC 5322 §3.6) and a careless client left out.
fn added_fields(
    hostname: &str,
    ctx: &Ctx,
    id: MessageId,
    arrival: &Arrival,
    message: &mail::Message<'_>,
) -> String {
    let (now, shown) = (ctx.now(), id.to_string());
    let mut added = mail::received_line(hostname, Some(&arrival.helo), arrival.with, &shown, now);
    if message.header("date").is_none() {
        added.push_str(&format!("Date: {}\r\n", now.rfc5322()));
    }
    if message.message_id().is_none() {
        added.push_str(&format!("Message-ID: <{id}@{hostname}>\r\n"));
    }
    added
}

/// Everything in a field that some reader could take for an address: words with `@` outside quotes.
fn address_like(field: &str) -> impl Iterator<Item = &str> {
    let unquoted = field.split('"').step_by(2);
    unquoted
        .flat_map(|part| part.split([' ', '\t', '\r', '\n', '<', '>', '(', ')', ',', ';', ':']))
        .filter(|word| word.contains('@'))
}

fn purpose_of(message: &mail::Message<'_>) -> Purpose {
    if message.header("list-unsubscribe").is_some() {
        Purpose::Operations
    } else {
        Purpose::Treatment
    }
}

fn check_limits(arrival: &Arrival) -> Result<()> {
    if arrival.recipients.is_empty() {
        return Err(Code::RecipientsMissing.into());
    }
    if arrival.recipients.len() > limits::RECIPIENTS_MAX {
        return Err(Code::RecipientsTooMany.into());
    }
    if arrival.content.len() > limits::MESSAGE_OCTETS_MAX {
        return Err(Code::MessageTooLarge.into());
    }
    Ok(())
}

/// The message without some fields: those that name blind recipients (RFC 5322 §3.6.3), since every
/// recipient gets the same octets, and those that were meant for us.
pub(super) fn without_fields(content: &[u8], names: &[&str]) -> Vec<u8> {
    let (head, body) = content.split_at(mail::header_block_end(content));
    let mut out = Vec::with_capacity(content.len());
    let mut blind = false;
    for line in head.split_inclusive(|&b| b == b'\n') {
        let folded = line.starts_with(b" ") || line.starts_with(b"\t");
        if !folded {
            let name = line
                .split(|&b| b == b':')
                .next()
                .unwrap_or_default()
                .trim_ascii_end();
            blind = names
                .iter()
                .any(|field| name.eq_ignore_ascii_case(field.as_bytes()));
        }
        if !blind {
            out.extend_from_slice(line);
        }
    }
    out.extend_from_slice(body);
    out
}

fn recipients_of(
    given: Vec<(Address, RcptParams)>,
    named: &[(Kind, Address)],
) -> Vec<DraftRecipient> {
    let recipient = |(address, params): (Address, RcptParams)| DraftRecipient {
        kind: kind_of(named, &address),
        address,
        name: None,
        notify: params.notify.words(),
    };
    given.into_iter().map(recipient).collect()
}

/// A recipient that no header field names was meant to be blind.
fn kind_of(named: &[(Kind, Address)], address: &Address) -> Kind {
    named
        .iter()
        .find(|(_, a)| a.fold() == address.fold())
        .map_or(Kind::Bcc, |(kind, _)| *kind)
}

/// The `Caduceus-Method` field asks for more than policy would choose.
/// `Caduceus-Attest: no-phi`, by whom it may be said.
fn attested(ctx: &Ctx, field: Option<&str>) -> Result<bool> {
    const PLACE: &str = "/headers/Caduceus-Attest";
    match field.map(str::trim) {
        None => Ok(false),
        Some(word) if word.eq_ignore_ascii_case("no-phi") => {
            super::may_attest(ctx, PLACE).map(|()| true)
        }
        Some(_) => Err(Error::new(Code::FieldInvalid).at(PLACE)),
    }
}

fn demanded(field: Option<&str>) -> Result<Option<Method>> {
    match field.map(str::trim) {
        None => Ok(None),
        Some(word) => match Method::from_word(word) {
            Some(
                method @ (Method::Tls
                | Method::TlsOrDrop
                | Method::Pgp
                | Method::Smime
                | Method::Portal),
            ) => Ok(Some(method)),
            _ => Err(Error::new(Code::FieldInvalid).at("/headers/Caduceus-Method")),
        },
    }
}
