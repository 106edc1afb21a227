//! Which header field belongs where, and the content type that says so (RFC 9788 §2, §4).
//!
//! Invariant: parameters and fields of header protection that an author's program sent along are dropped,
//! so that only we say what is protected.

use base64::Engine;

use crate::entity::{Entity, value};

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// About MIME: of the entity itself (RFC 9788 §1.1.1).
    Structure,
    Both,
    /// Addresses, which the way needs; the names beside them it does not.
    Readers,
    Subject,
    /// They say what it is about, and nobody on the way needs them.
    Inside,
    /// Trace and what servers add: not the author's.
    Outside,
    /// It would be taken for ours.
    Nowhere,
}

/// What those on the way need, or programs that answer by themselves. Anything else may say what the message is
/// about, and its author's program alone knows what.
const BOTH: &[&str] = &[
    "auto-submitted",
    "autocrypt",
    "date",
    "disposition-notification-to",
    "feedback-id",
    "from",
    "importance",
    "in-reply-to",
    "list-unsubscribe",
    "list-unsubscribe-post",
    "message-id",
    "precedence",
    "priority",
    "references",
    "sender",
    "x-auto-response-suppress",
    "x-priority",
];
/// Who gets it, or the answer to it. Whom it is from stays as it is: readers compare that field.
const READERS: &[&str] = &["cc", "reply-to", "to"];
const OUTSIDE: &[&str] = &[
    "authentication-results",
    "bcc",
    "delivered-to",
    "dkim-signature",
    "domainkey-signature",
    "received",
    "received-spf",
    "return-path",
];

pub(super) fn place(name: &[u8]) -> Place {
    let name = String::from_utf8_lossy(name).to_ascii_lowercase();
    let is_trace = ["arc-", "resent-"]
        .iter()
        .any(|start| name.starts_with(start));
    match name.as_str() {
        "subject" => Place::Subject,
        "hp-outer" => Place::Nowhere,
        _ if is_structural(&name) => Place::Structure,
        _ if is_trace || OUTSIDE.contains(&name.as_str()) => Place::Outside,
        _ if READERS.contains(&name.as_str()) => Place::Readers,
        _ if BOTH.contains(&name.as_str()) => Place::Both,
        _ => Place::Inside,
    }
}

pub(super) fn is_structural(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name == "mime-version" || name.starts_with("content-")
}

/// The fields about MIME of `message`, with the mode in the content type.
pub(super) fn content_fields(message: &Entity<'_>, mode: &str) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, field) in &message.fields {
        let name = String::from_utf8_lossy(name).to_ascii_lowercase();
        if name.starts_with("content-") && name != "content-type" {
            out.extend_from_slice(field);
        }
    }
    out.extend_from_slice(content_type(message).as_bytes());
    out.extend_from_slice(format!(";\r\n hp=\"{mode}\"; protected-headers=\"v1\"\r\n").as_bytes());
    out
}

/// `Content-Type: …` without its end.
fn content_type(message: &Entity<'_>) -> String {
    let said = message.content_type();
    let field = message
        .fields
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(b"content-type"));
    match (field, said) {
        (Some((_, field)), Some(said)) => {
            let marks = ["hp", "protected-headers"];
            match marks.iter().any(|mark| said.find(mark).is_some()) {
                true => format!("Content-Type: {}", said.without(&marks)),
                false => {
                    let text = String::from_utf8_lossy(field);
                    text.trim_end().trim_end_matches(';').to_owned()
                }
            }
        }
        // RFC 2045 §5.2: none, or one that cannot be read, is plain text
        _ => "Content-Type: text/plain; charset=us-ascii".to_owned(),
    }
}

/// A text as the value of a field (RFC 2047): letters beyond ASCII in encoded words.
pub(super) fn encoded(text: &str) -> String {
    let clean: String = text
        .chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect();
    if clean.is_ascii() && clean.len() <= 900 {
        return clean;
    }
    // a line with an encoded word has at most 76 octets, `HP-Outer: Subject: ` included; a word ends between letters
    let mut words: Vec<String> = vec![String::new()];
    for letter in clean.chars() {
        match words.last_mut() {
            Some(last) if last.len() + letter.len_utf8() <= 30 => last.push(letter),
            _ => words.push(letter.to_string()),
        }
    }
    let words = words.iter().map(|word| {
        let packed = base64::engine::general_purpose::STANDARD.encode(word);
        format!("=?utf-8?B?{packed}?=")
    });
    words.collect::<Vec<_>>().join("\r\n ")
}

/// Name in lower case, and value.
pub(super) fn pair(field: (&[u8], &[u8])) -> (String, String) {
    let name = String::from_utf8_lossy(field.0).to_ascii_lowercase();
    (name, value(field.1))
}
