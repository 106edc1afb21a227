//! What octets are, by their beginning and never by a name.
//!
//! Invariant: a message is taken for one only with a header field that mail has.

use super::headers;
use super::{mbox, tar};

/// How much of the beginning is looked at.
pub const HEAD_OCTETS: usize = 16 * 1024;

/// Fields of which one stands in the first lines of every message.
const KNOWN_FIELDS: &[&str] = &[
    "bcc",
    "cc",
    "content-type",
    "date",
    "delivered-to",
    "dkim-signature",
    "from",
    "in-reply-to",
    "message-id",
    "mime-version",
    "received",
    "reply-to",
    "return-path",
    "sender",
    "status",
    "subject",
    "to",
    "x-gmail-labels",
    "x-mozilla-status",
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Mbox,
    /// A message alone.
    Message,
    /// A message of Apple Mail, between its length and a list of properties.
    Emlx,
    Zip,
    Tar,
    Gzip,
    /// PST and OST.
    Pst,
}

/// What begins with `head`; `None` where it is no archive of mail.
pub fn recognise(head: &[u8]) -> Option<Format> {
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        return Some(Format::Zip);
    }
    if head.starts_with(&[0x1f, 0x8b, 8]) {
        return Some(Format::Gzip);
    }
    if head.starts_with(b"!BDN") {
        return Some(Format::Pst);
    }
    if tar::is_tar(head) {
        return Some(Format::Tar);
    }
    recognise_text(head)
}

fn recognise_text(head: &[u8]) -> Option<Format> {
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let blank = text
        .iter()
        .take_while(|octet| octet.is_ascii_whitespace())
        .count();
    if mbox::is_separator(&text[blank..], 0) {
        return Some(Format::Mbox);
    }
    if is_emlx(text) {
        return Some(Format::Emlx);
    }
    has_known_field(text).then_some(Format::Message)
}

fn is_emlx(text: &[u8]) -> bool {
    let Some(end) = memchr::memchr(b'\n', &text[..text.len().min(24)]) else {
        return false;
    };
    let length = text[..end].trim_ascii();
    !length.is_empty()
        && length.iter().all(u8::is_ascii_digit)
        && headers::is_field(&text[end + 1..])
}

fn has_known_field(text: &[u8]) -> bool {
    if !headers::is_field(text) {
        return false;
    }
    let lines = text.split(|octet| *octet == b'\n');
    let fields = lines.take_while(|line| !line.trim_ascii_end().is_empty());
    let mut names = fields.filter_map(|line| headers::name(line));
    names.any(|name| KNOWN_FIELDS.contains(&name.to_ascii_lowercase().as_str()))
}
