//! A message inside a file: its fields, its bodies, and its attachments as files of their own.
//!
//! `mail` parses, with its own limits of parts and depth. Invariant: what `mail` calls unreadable
//! is a loss here too.

use mail::PartName;

use crate::extracted::{Because, TextForm};
use crate::extractor::Claim;
use crate::session::{Session, inside};

/// Fields that people write; the rest are names of machines.
const FIELDS: &[&str] = &["from", "to", "cc", "bcc", "reply-to", "sender", "date"];

pub(crate) fn read(session: &mut Session<'_>, place: &str, file: &[u8]) {
    let Ok(message) = mail::parse(file) else {
        return session.lost(place, Because::LimitDepth);
    };
    let mut fields = String::new();
    for (name, value) in message.fields() {
        if FIELDS.iter().any(|known| name.eq_ignore_ascii_case(known)) {
            fields.push_str(&format!("{name}: {value}\n"));
        }
    }
    session.say(&inside(place, "fields"), TextForm::Prose, &fields);
    for (text, more) in message.texts_with_readings() {
        let at = match text.part {
            PartName::Subject => "subject".to_owned(),
            PartName::Header(name) => name.to_owned(),
            PartName::Body(n) => format!("body {}", n + 1),
            // Read below, by what they are.
            PartName::Attachment(_) => continue,
        };
        let at = inside(place, &at);
        session.read_text(&at, &text.text, more);
    }
    if !message.unreadable().is_empty() {
        session.lost(place, Because::Malformed);
    }
    for part in message.attachments() {
        let name = part.name.unwrap_or_default();
        let fallback = format!("part {}", part.index + 1);
        let at = inside(place, if name.is_empty() { &fallback } else { &name });
        let counted = session.budget.entry();
        if session.or_lost(&at, counted).is_none() {
            return;
        }
        let claim = Claim {
            name: &name,
            content_type: &part.declared_type,
        };
        session.nested(&at, &part.bytes, &claim);
    }
}
