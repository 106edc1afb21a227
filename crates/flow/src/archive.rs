//! Archive: what a stored message says, place by place, for who keeps and finds messages.
//!
//! Every message asks for it in the commit that accepts it; nobody can switch it off. Not here:
//! the index itself (`records`). Invariant: what could not be read is named, never silently left out.

mod opened;
mod told;

use std::collections::BTreeSet;

use ctx::Ctx;
use model::{ArrivalState, Kind, MessageId, Mode, Origin, Result, Timestamp};
use phi::Form;

use crate::Flow;
use crate::scan::Reading;

pub use opened::{Archived, ArchivedRecipient};
pub use told::{Told, token as address_token, told};

/// A message taken apart for the archive.
pub struct Filed {
    pub message: MessageId,
    pub mode: Mode,
    /// When it was accepted.
    pub at: Timestamp,
    /// What it says and who is named, in order.
    pub texts: Vec<(FiledPlace, String)>,
    /// Words about the message itself, by kind.
    pub marks: BTreeSet<(&'static str, String)>,
    /// How many it was for.
    pub recipients: usize,
    /// Why parts of it cannot be found, as stable words.
    pub unread: BTreeSet<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FiledPlace {
    Subject,
    Body,
    From,
    To,
    /// A file's name, or what it says.
    File,
}

impl Flow {
    /// Opens a message for the archive. A program reads it here: nobody is shown anything.
    ///
    /// # Errors
    /// `not_found`; `key_destroyed` when it was shredded.
    pub fn filed(&self, ctx: &Ctx, id: MessageId) -> Result<Filed> {
        let stored = crate::content::load(ctx, id)?;
        let content = stored.content(ctx)?;
        let is_rejected = is_rejected(ctx, &stored)?;
        let mut filed = Filed {
            message: id,
            mode: stored.message.mode,
            at: stored.message.created_at,
            texts: Vec::new(),
            marks: marks(&stored, is_rejected)?,
            recipients: stored.recipients.len(),
            unread: BTreeSet::new(),
        };
        filed.add(FiledPlace::From, stored.envelope.from.clone());
        for recipient in &stored.recipients {
            let address = stored.address(recipient)?;
            filed.add(FiledPlace::To, Some(address.as_str().to_owned()));
        }
        if let Some(captured) = &stored.envelope.captured {
            filed.recipients = captured.participants.len();
            let named = captured.participants.iter().map(|(_, address)| address);
            for address in named.chain(&captured.custodian) {
                filed.add(FiledPlace::To, Some(address.clone()));
            }
        }
        match mail::parse(&content) {
            Ok(message) => filed.read(self, &message),
            Err(_) => _ = filed.unread.insert("broken".to_owned()),
        }
        Ok(filed)
    }
}

impl Filed {
    fn add(&mut self, place: FiledPlace, text: Option<String>) {
        self.texts.extend(text.map(|text| (place, text)));
    }

    fn read(&mut self, flow: &Flow, message: &mail::Message<'_>) {
        let fields = [
            (FiledPlace::From, ["from", "sender", "reply-to"].as_slice()),
            (FiledPlace::To, ["to", "cc"].as_slice()),
        ];
        for text in message.texts() {
            if let mail::PartName::Header(name) = text.part {
                let place = fields.iter().find(|(_, names)| names.contains(&name));
                self.add(
                    place.map_or(FiledPlace::Body, |(place, _)| *place),
                    Some(text.text),
                );
            }
        }
        let reading = Reading::of(flow.extractor(), message);
        for name in reading.file_names() {
            self.add(FiledPlace::File, Some(name.to_owned()));
        }
        for (part, form, text) in reading.texts() {
            let place = match part {
                mail::PartName::Subject => FiledPlace::Subject,
                mail::PartName::Body(_) if form != Form::Hidden => FiledPlace::Body,
                mail::PartName::Attachment(_) => FiledPlace::File,
                // Other readings of a text say nothing that nobody wrote.
                mail::PartName::Body(_) | mail::PartName::Header(_) => continue,
            };
            self.add(place, Some(text.to_owned()));
        }
        self.unread.extend(reading.unread().map(str::to_owned));
    }
}

/// A message as it is kept, for a package that leaves the house.
pub struct Kept {
    pub id: MessageId,
    pub at: Timestamp,
    pub origin: Origin,
    /// Octet by octet.
    pub octets: Vec<u8>,
    /// Of the envelope; empty for the null reverse-path.
    pub envelope_from: String,
    pub from: String,
    pub subject: String,
    pub message_id: String,
    /// Address and method.
    pub recipients: Vec<(Kind, String, &'static str)>,
    /// Somebody outside wrote it.
    pub is_received: bool,
    pub text: Option<String>,
    pub files: Vec<mail::Part>,
    /// It cannot be taken apart: there are its octets alone.
    pub is_broken: bool,
}

impl Flow {
    /// Opens a message as it is kept. Whoever calls has recorded to whom it goes.
    ///
    /// # Errors
    /// `not_found`; `key_destroyed` when it was shredded.
    pub fn kept(&self, ctx: &Ctx, id: MessageId) -> Result<Kept> {
        let stored = crate::content::load(ctx, id)?;
        let octets = stored.content(ctx)?;
        let recipients = stored.recipients.iter().map(|recipient| {
            let address = stored.address(recipient)?;
            let method = recipient.method.word();
            Ok((recipient.kind, address.as_str().to_owned(), method))
        });
        let captured = stored.envelope.captured.iter();
        let named = captured.flat_map(|captured| &captured.participants);
        let way = stored.message.origin.word();
        let named = named.map(|(kind, address)| Ok((*kind, address.clone(), way)));
        let mut kept = Kept {
            id,
            at: stored.message.created_at,
            origin: stored.message.origin,
            recipients: recipients.chain(named).collect::<Result<_>>()?,
            is_received: is_received(&stored),
            envelope_from: stored.envelope.from.clone().unwrap_or_default(),
            from: String::new(),
            subject: String::new(),
            message_id: String::new(),
            text: None,
            files: Vec::new(),
            is_broken: true,
            octets: Vec::new(),
        };
        if let Ok(message) = mail::parse(&octets) {
            kept.from = message.header("from").unwrap_or_default().to_owned();
            kept.subject = message.subject().unwrap_or_default().to_owned();
            kept.message_id = message.message_id().unwrap_or_default().to_owned();
            kept.text = message.body_text();
            kept.files = message.attachments();
            kept.is_broken = false;
        }
        kept.octets = octets;
        Ok(kept)
    }
}

/// Its client was told no.
fn is_rejected(ctx: &Ctx, stored: &crate::content::Stored) -> Result<bool> {
    // Most of what is archived is sent, and was never an arrival.
    if stored.message.origin != Origin::Inbound {
        return Ok(false);
    }
    let (id, of) = (stored.message.id, ctx.organisation());
    let store = &ctx.world().store;
    let arrival = store.read(move |tx| store::tables::arrivals::find(tx, id, of))?;
    Ok(arrival.is_some_and(|arrival| arrival.state == ArrivalState::Rejected))
}

/// Somebody outside wrote it.
fn is_received(stored: &crate::content::Stored) -> bool {
    match &stored.envelope.captured {
        Some(captured) => !captured.outgoing,
        None => stored.message.origin.stays_here(),
    }
}

fn marks(
    stored: &crate::content::Stored,
    is_rejected: bool,
) -> Result<BTreeSet<(&'static str, String)>> {
    let message = &stored.message;
    let findings: phi::Findings = serde_json::from_str(&message.findings)
        .map_err(|_| model::Error::new(model::Code::StoredDataInvalid))?;
    let way = match is_received(stored) {
        true if is_rejected => "rejected",
        true => "received",
        false => "sent",
    };
    let mut marks = BTreeSet::from([
        ("in", way.to_owned()),
        ("level", message.level.clone()),
        ("stream", message.stream.word().to_owned()),
    ]);
    if message.origin.is_captured() {
        marks.insert(("in", message.origin.word().to_owned()));
    }
    if message.attachments > 0 {
        marks.insert(("has", "file".to_owned()));
    }
    if findings.level >= phi::PhiLevel::Likely {
        marks.insert(("has", "phi".to_owned()));
    }
    marks.extend(
        findings
            .labels
            .iter()
            .map(|label| ("label", label.word().to_owned())),
    );
    marks.extend(
        stored
            .recipients
            .iter()
            .map(|recipient| ("method", recipient.method.word().to_owned())),
    );
    Ok(marks)
}
