//! All text of a message, named by where it stands.

use model::Address;

use super::content::Encoding;
use super::fields::Field;
use super::structure::{Leaf, Role};
use super::{Message, PartName, TextPart, html, quote};
use crate::readings::{Readings, readings};

/// Fields whose values, or display names, people write.
const MAILBOX_FIELDS: [&str; 6] = ["from", "sender", "reply-to", "to", "cc", "bcc"];
const TEXT_FIELDS: [&str; 3] = ["comments", "keywords", "thread-topic"];
/// Fields that programs write about the message's way and form. What is not listed was written for
/// somebody to read, however it is called.
const MACHINE_FIELDS: [&str; 29] = [
    "subject",
    "date",
    "message-id",
    "in-reply-to",
    "references",
    "mime-version",
    "received",
    "received-spf",
    "return-path",
    "delivered-to",
    "auto-submitted",
    "authentication-results",
    "dkim-signature",
    "domainkey-signature",
    "errors-to",
    "disposition-notification-to",
    "return-receipt-to",
    "precedence",
    "priority",
    "importance",
    "x-priority",
    "x-mailer",
    "x-originating-ip",
    "x-sender-ip",
    "x-forefront-antispam-report",
    "user-agent",
    "thread-index",
    "apparently-to",
    "caduceus-method",
];
/// Digits before the @ that make it worth reading.
const LOCAL_DIGITS_MIN: usize = 7;
const MACHINE_PREFIXES: [&str; 5] = ["content-", "arc-", "list-", "resent-", "x-received"];

pub(super) fn all(message: &Message<'_>) -> Vec<TextPart> {
    let mut texts = Vec::new();
    each(message, &mut |text, _| texts.push(text));
    texts
}

/// Every text with what else it may say.
pub(super) fn with_readings(message: &Message<'_>) -> Vec<(TextPart, Readings)> {
    let mut texts = Vec::new();
    each(message, &mut |text, source| {
        let readings = match source {
            Source::Plain => readings(&text.text),
            Source::Page(page) => page.readings(&text.text),
            Source::Twofold(other) => {
                let mut both = readings(&text.text);
                both.add_other(other);
                both
            }
        };
        texts.push((text, readings));
    });
    texts
}

/// What a text was made of.
enum Source {
    Plain,
    Page(html::Page),
    /// Its octets read otherwise in another character set.
    Twofold(String),
}

fn each(message: &Message<'_>, take: &mut dyn FnMut(TextPart, Source)) {
    let plainly = |texts: Vec<TextPart>, take: &mut dyn FnMut(TextPart, Source)| {
        for text in texts {
            take(text, Source::Plain);
        }
    };
    // Readers choose which one they show where there are several.
    let subjects = message.fields.iter().filter(|f| f.is("subject"));
    let mut texts: Vec<TextPart> = subjects
        .map(|f| plain(PartName::Subject, f.decoded()))
        .collect();
    from_fields(&message.fields, PartName::Header, &mut texts);
    plainly(texts, take);
    let place_of = places(message);
    for (leaf, &part) in message.structure.leaves.iter().zip(&place_of) {
        if let Some(name) = &leaf.name {
            // What joins words there would hide where a number begins.
            take(
                plain(PartName::Header("file-name"), name.replace('_', " ")),
                Source::Plain,
            );
        }
        if let Some(description) = &leaf.description {
            let text = plain(PartName::Header("content-description"), description.clone());
            take(text, Source::Plain);
        }
        if let Some((text, source)) = of_leaf(message, leaf, part) {
            take(text, source);
        }
    }
    for forwarded in &message.structure.forwarded {
        let part = forwarded
            .carrier
            .map_or(PartName::Body(0), |carrier| place_of[carrier]);
        let fields = message.structure.fields_of(forwarded);
        let mut texts = Vec::new();
        let subject = fields.iter().find(|f| f.is("subject")).map(Field::decoded);
        texts.extend(subject.map(|subject| plain(part, subject)));
        from_fields(&fields, |_| part, &mut texts);
        plainly(texts, take);
    }
}

/// Parts whose text could not be read for certain, and why, as stable words.
pub(super) fn unreadable(message: &Message<'_>) -> Vec<(PartName, &'static str)> {
    let leaves = message.structure.leaves.iter().zip(places(message));
    leaves
        .filter_map(|(leaf, part)| Some((part, doubt(message, leaf)?)))
        .collect()
}

fn doubt(message: &Message<'_>, leaf: &Leaf) -> Option<&'static str> {
    let (octets, damaged) = message.octets_of(leaf);
    // A stray sign in quoted-printable is shown as it stands; in base64 it moves all that follows.
    if damaged && leaf.encoding == Encoding::Base64 {
        return Some("encoding_broken");
    }
    if !leaf.is_text() {
        return None;
    }
    super::content::doubt(&octets, leaf.charset.as_deref())
}

/// Where each leaf stands in the outermost message.
fn places(message: &Message<'_>) -> Vec<PartName> {
    let (mut attachments, mut bodies) = (0, 0);
    let mut places: Vec<PartName> = Vec::with_capacity(message.structure.leaves.len());
    for leaf in &message.structure.leaves {
        let part = match (leaf.carrier, leaf.role) {
            (Some(carrier), _) => places.get(carrier).copied().unwrap_or(PartName::Body(0)),
            (None, Role::Attachment) => PartName::Attachment(attachments),
            (None, Role::Body | Role::Stray) => PartName::Body(bodies),
        };
        places.push(part);
        match (leaf.carrier, leaf.role) {
            (None, Role::Attachment) => attachments += 1,
            (None, Role::Body) => bodies += 1,
            _ => {}
        }
    }
    places
}

/// Names that people gave themselves and others, as a reader is shown them.
pub(super) fn display_names(message: &Message<'_>) -> Vec<String> {
    let fields = message
        .fields
        .iter()
        .filter(|f| MAILBOX_FIELDS.iter().any(|name| f.is(name)));
    fields
        .flat_map(Field::mailboxes)
        .filter_map(|(display, _)| display)
        .collect()
}

fn plain(part: PartName, text: String) -> TextPart {
    TextPart {
        part,
        text,
        quoted_from: None,
    }
}

fn from_fields(
    fields: &[Field<'_>],
    place: impl Fn(&'static str) -> PartName,
    texts: &mut Vec<TextPart>,
) {
    for name in MAILBOX_FIELDS {
        let names = fields
            .iter()
            .filter(|f| f.is(name))
            .flat_map(Field::mailboxes);
        for (display, address) in names {
            // Many digits before the @ may be somebody's number.
            let local = address.as_ref().map_or("", Address::local);
            let digits = local.bytes().filter(u8::is_ascii_digit).count();
            let number = (digits >= LOCAL_DIGITS_MIN).then(|| local.replace('_', " "));
            texts.extend(
                display
                    .into_iter()
                    .chain(number)
                    .map(|text| plain(place(name), text)),
            );
        }
    }
    for name in TEXT_FIELDS {
        texts.extend(
            fields
                .iter()
                .filter(|f| f.is(name))
                .map(|f| plain(place(name), f.decoded())),
        );
    }
    // Programs write the rest of these fields; a comment is written by whoever likes (RFC 5322 §3.2.2).
    let commented = fields
        .iter()
        .filter(|f| f.is("date") && f.text().contains('('));
    texts.extend(commented.map(|f| plain(place("date"), f.text().to_owned())));
    let custom = fields.iter().filter(|f| f.is_custom());
    texts.extend(custom.map(|f| plain(place("custom"), f.decoded())));
}

impl Field<'_> {
    fn is_custom(&self) -> bool {
        let named = MAILBOX_FIELDS
            .iter()
            .chain(&TEXT_FIELDS)
            .chain(&MACHINE_FIELDS);
        !named.into_iter().any(|name| self.is(name))
            && !MACHINE_PREFIXES.iter().any(|prefix| self.begins(prefix))
    }
}

/// The text of a leaf, if it is text by declaration or by its bytes.
fn of_leaf(message: &Message<'_>, leaf: &Leaf, part: PartName) -> Option<(TextPart, Source)> {
    let octets = message.octets_of(leaf).0;
    let sniffed = crate::sniff(&octets);
    if !(leaf.is_text() || sniffed.starts_with("text/") || sniffed == "application/xml") {
        return None;
    }
    // A forwarded message is read part by part.
    if matches!(leaf.media.as_str(), "message/rfc822" | "message/global") {
        return None;
    }
    let charset = leaf.charset.as_deref();
    let text = super::content::to_text(&octets, charset);
    let is_markup = leaf.is_html() || sniffed == "text/html" || sniffed == "application/xml";
    let other = super::content::otherwise(&octets, charset);
    let (text, source) = match (is_markup, other) {
        (true, other) => {
            let mut page = html::read(&text);
            page.other = other.as_deref().map(html::to_text);
            (std::mem::take(&mut page.text), Source::Page(page))
        }
        (false, Some(other)) => (text, Source::Twofold(other)),
        (false, None) => (text, Source::Plain),
    };
    let quoted_from = if leaf.is_shown() {
        quote::quoted_from(&text)
    } else {
        None
    };
    let text = TextPart {
        part,
        text,
        quoted_from,
    };
    Some((text, source))
}
