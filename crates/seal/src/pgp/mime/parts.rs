//! As much of MIME as PGP/MIME needs, and strictly: what is unusual is not one encrypted part.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;

use crate::dkim::{cut, split};

/// A Content-Type, its words in lower case.
pub(super) struct Kind {
    pub media: String,
    parameters: Vec<(String, String)>,
}

impl Kind {
    pub fn parameter(&self, name: &str) -> Option<&str> {
        let mut named = self.parameters.iter().filter(|(found, _)| found == name);
        let (_, value) = named.next()?;
        // a repeated parameter is read differently by different programs
        named.next().is_none().then_some(value.as_str())
    }
}

pub(super) struct Leaf {
    pub media: String,
    pub body: Vec<u8>,
}

/// The one Content-Type of a header; `None` when there are two, or an unreadable one. A header without
/// one is plain text (RFC 2045 §5.2).
pub(super) fn content_type(header: &[u8]) -> Option<Kind> {
    match field(header, b"content-type")? {
        Some(value) => parse(value),
        None => Some(Kind {
            media: "text/plain".to_owned(),
            parameters: Vec::new(),
        }),
    }
}

/// Exactly two parts and nothing around them that says anything.
pub(super) fn two_parts(body: &[u8], boundary: &str) -> Option<[Leaf; 2]> {
    if boundary.is_empty() {
        return None;
    }
    let delimiter = format!("--{boundary}");
    let mut rest = body;
    let mut between = Vec::new();
    let mut from = body;
    let mut is_closed = false;
    while !rest.is_empty() {
        let end = memchr::memchr(b'\n', rest).map_or(rest.len(), |at| at + 1);
        let (line, after) = rest.split_at(end);
        if let Some(tail) = line.strip_prefix(delimiter.as_bytes()) {
            let before = from.len() - rest.len();
            between.push(&from[..before]);
            from = after;
            is_closed = tail.trim_ascii() == b"--";
            if is_closed || !tail.trim_ascii().is_empty() {
                break;
            }
        }
        rest = after;
    }
    let [preamble, first, second] = between[..] else {
        return None;
    };
    let is_quiet = preamble.trim_ascii().is_empty() && from.trim_ascii().is_empty();
    (is_closed && is_quiet).then_some(())?;
    Some([leaf(first)?, leaf(second)?])
}

/// The text of a message that is one plain text, decoded.
pub(super) fn only_text(header: &[u8], kind: &Kind, body: &[u8]) -> Option<Vec<u8>> {
    (kind.media == "text/plain").then_some(())?;
    decoded(header, body)
}

fn leaf(part: &[u8]) -> Option<Leaf> {
    let (header, body) = cut(part)?;
    let media = content_type(header)?.media;
    let body = decoded(header, body)?;
    Some(Leaf { media, body })
}

fn decoded(header: &[u8], body: &[u8]) -> Option<Vec<u8>> {
    let encoding = field(header, b"content-transfer-encoding")?.unwrap_or_default();
    match encoding.trim().to_ascii_lowercase().as_str() {
        "" | "7bit" | "8bit" | "binary" => Some(body.to_vec()),
        "base64" => {
            let text: Vec<u8> = body
                .iter()
                .copied()
                .filter(|b| !b.is_ascii_whitespace())
                .collect();
            BASE64.decode(text).ok()
        }
        "quoted-printable" => quoted_printable(body),
        _ => None,
    }
}

/// RFC 2045 §6.7; `None` where it is broken.
fn quoted_printable(body: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(body.len());
    let mut rest = body;
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        if *first != b'=' {
            out.push(*first);
        } else if let Some(next) = after.strip_prefix(b"\r\n") {
            rest = next;
        } else {
            let digits = std::str::from_utf8(after.get(..2)?).ok()?;
            out.push(u8::from_str_radix(digits, 16).ok()?);
            rest = &after[2..];
        }
    }
    Some(out)
}

/// The value of a field, unfolded; the outer `None` when it stands there twice or is no text.
fn field(header: &[u8], name: &[u8]) -> Option<Option<String>> {
    let fields = split(header);
    let mut named = fields
        .iter()
        .filter(|(found, _)| found.eq_ignore_ascii_case(name));
    let Some((_, field)) = named.next() else {
        return Some(None);
    };
    if named.next().is_some() {
        return None;
    }
    let text = std::str::from_utf8(field).ok()?;
    let (_, value) = text.split_once(':')?;
    Some(Some(value.replace(['\r', '\n'], " ")))
}

fn parse(value: String) -> Option<Kind> {
    let mut pieces = pieces(&value)?.into_iter();
    let media = pieces.next()?.trim().to_ascii_lowercase();
    let mut parameters = Vec::new();
    for piece in pieces {
        if piece.trim().is_empty() {
            continue;
        }
        let (name, value) = piece.split_once('=')?;
        let value = value.trim();
        let value = match value.strip_prefix('"') {
            Some(quoted) => quoted.strip_suffix('"')?.replace('\\', ""),
            None => value.to_owned(),
        };
        parameters.push((name.trim().to_ascii_lowercase(), value));
    }
    Some(Kind { media, parameters })
}

/// Cut at semicolons outside quotes; `None` when a quote does not end.
fn pieces(value: &str) -> Option<Vec<&str>> {
    let mut pieces = Vec::new();
    let mut is_quoted = false;
    let mut from = 0;
    for (at, c) in value.char_indices() {
        match c {
            '"' => is_quoted = !is_quoted,
            ';' if !is_quoted => {
                pieces.push(&value[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    pieces.push(&value[from..]);
    (!is_quoted).then_some(pieces)
}
