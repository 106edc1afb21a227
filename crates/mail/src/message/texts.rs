//! All text of a message, named by where it stands.

use super::content::Encoding;
use super::fields::Field;
use super::structure::{Leaf, Role};
use super::{Message, PartName, TextPart, html, quote};

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
const MACHINE_PREFIXES: [&str; 5] = ["content-", "arc-", "list-", "resent-", "x-received"];

pub(super) fn all(message: &Message<'_>) -> Vec<TextPart> {
    let mut texts = Vec::new();
    // Readers choose which one they show where there are several.
    let subjects = message.fields.iter().filter(|f| f.is("subject"));
    texts.extend(subjects.map(|f| plain(PartName::Subject, f.decoded())));
    from_fields(&message.fields, PartName::Header, &mut texts);
    let place_of = places(message);
    for (leaf, &part) in message.structure.leaves.iter().zip(&place_of) {
        texts.extend(
            leaf.name
                .clone()
                // What joins words there would hide where a number begins.
                .map(|name| plain(PartName::Header("file-name"), name.replace('_', " "))),
        );
        texts.extend(of_leaf(message, leaf, part));
    }
    for forwarded in &message.structure.forwarded {
        let part = forwarded
            .carrier
            .map_or(PartName::Body(0), |carrier| place_of[carrier]);
        let fields = message.structure.fields_of(forwarded);
        let subject = fields.iter().find(|f| f.is("subject")).map(Field::decoded);
        texts.extend(subject.map(|subject| plain(part, subject)));
        from_fields(&fields, |_| part, &mut texts);
    }
    texts
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
        texts.extend(
            names
                .filter_map(|(display, _)| display)
                .map(|display| plain(place(name), display)),
        );
    }
    for name in TEXT_FIELDS {
        texts.extend(
            fields
                .iter()
                .filter(|f| f.is(name))
                .map(|f| plain(place(name), f.decoded())),
        );
    }
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
fn of_leaf(message: &Message<'_>, leaf: &Leaf, part: PartName) -> Option<TextPart> {
    let octets = message.octets_of(leaf).0;
    let sniffed = crate::sniff(&octets);
    if !(leaf.is_text() || sniffed.starts_with("text/") || sniffed == "application/xml") {
        return None;
    }
    // A forwarded message is read part by part.
    if matches!(leaf.media.as_str(), "message/rfc822" | "message/global") {
        return None;
    }
    let text = super::content::to_text(&octets, leaf.charset.as_deref());
    let is_markup = leaf.is_html() || sniffed == "text/html" || sniffed == "application/xml";
    let text = if is_markup {
        html::to_text(&text)
    } else {
        text
    };
    let quoted_from = if leaf.is_shown() {
        quote::quoted_from(&text)
    } else {
        None
    };
    Some(TextPart {
        part,
        text,
        quoted_from,
    })
}
