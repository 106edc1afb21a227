//! All text of a message, named by where it stands.

use super::fields::Field;
use super::structure::{Leaf, Role};
use super::{Message, PartName, TextPart, html, quote};

/// Fields whose values, or display names, people write.
const MAILBOX_FIELDS: [&str; 6] = ["from", "sender", "reply-to", "to", "cc", "bcc"];
const TEXT_FIELDS: [&str; 3] = ["comments", "keywords", "thread-topic"];

pub(super) fn all(message: &Message<'_>) -> Vec<TextPart> {
    let mut texts = Vec::new();
    if let Some(subject) = message.subject() {
        texts.push(plain(PartName::Subject, subject.to_owned()));
    }
    from_fields(&message.fields, PartName::Header, &mut texts);
    let mut attachments = 0;
    let mut bodies = 0;
    let mut place_of = vec![PartName::Body(0); message.structure.leaves.len()];
    for (i, leaf) in message.structure.leaves.iter().enumerate() {
        let part = match (leaf.carrier, leaf.role) {
            (Some(carrier), _) => place_of[carrier],
            (None, Role::Attachment) => PartName::Attachment(attachments),
            (None, Role::Body | Role::Stray) => PartName::Body(bodies),
        };
        place_of[i] = part;
        match (leaf.carrier, leaf.role) {
            (None, Role::Attachment) => attachments += 1,
            (None, Role::Body) => bodies += 1,
            _ => {}
        }
        texts.extend(
            leaf.name
                .clone()
                .map(|name| plain(PartName::Header("file-name"), name)),
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
