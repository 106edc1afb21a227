//! Header fields that a message gains or changes on its way.

use model::Timestamp;

use crate::compose::text;

/// A folded `Received` field (RFC 5321 §4.4). It never names a recipient (`for`): with blind copies
/// that would tell one about another.
pub fn received_line(
    by: &str,
    from_helo: Option<&str>,
    with: &str,
    id: &str,
    at: Timestamp,
) -> String {
    let from = from_helo.map_or(String::new(), |helo| format!("from {} ", token(helo)));
    let (by, with, id) = (token(by), token(with), token(id));
    format!(
        "Received: {from}by {by}\r\n\twith {with} id {id};\r\n\t{}\r\n",
        at.rfc5322()
    )
}

/// Index of the body: just after the empty line that ends the header block, or the end.
pub fn header_block_end(bytes: &[u8]) -> usize {
    let mut at = 0;
    loop {
        match &bytes[at..] {
            [b'\r', b'\n', ..] => return at + 2,
            [b'\n', ..] => return at + 1,
            rest => match memchr::memchr(b'\n', rest) {
                Some(n) => at += n + 1,
                None => return bytes.len(),
            },
        }
    }
}

/// The same message under another subject; everything else stays byte for byte. A message without
/// a subject gains one as its last field; of several the first is replaced, the others go, and so does
/// `Thread-Topic`, by which Outlook repeats it.
pub fn replace_subject(bytes: &[u8], subject: &str) -> Vec<u8> {
    let field = text::unstructured_field("Subject", subject);
    let body = header_block_end(bytes);
    let mut out = Vec::with_capacity(bytes.len() + field.len());
    let mut replaced = false;
    let mut at = 0;
    while at < body {
        let end = field_end(bytes, at, body);
        let this = &bytes[at..end];
        let is_blank = matches!(this, b"\r\n" | b"\n");
        if is_named(this, b"subject") {
            if !replaced {
                out.extend_from_slice(field.as_bytes());
            }
            replaced = true;
        } else if !is_named(this, b"thread-topic") {
            if is_blank && !replaced {
                out.extend_from_slice(field.as_bytes());
                replaced = true;
            }
            out.extend_from_slice(this);
        }
        at = end;
    }
    if !replaced {
        if !out.is_empty() && !out.ends_with(b"\n") {
            out.extend_from_slice(b"\r\n");
        }
        out.extend_from_slice(field.as_bytes());
    }
    out.extend_from_slice(&bytes[body..]);
    out
}

/// After the field that begins at `at`, its folded lines included.
pub(crate) fn field_end(bytes: &[u8], at: usize, body: usize) -> usize {
    let line_end =
        |from: usize| memchr::memchr(b'\n', &bytes[from..body]).map_or(body, |n| from + n + 1);
    let mut end = line_end(at);
    while end < body && matches!(bytes[end], b' ' | b'\t') {
        end = line_end(end);
    }
    end
}

pub(crate) fn is_named(field: &[u8], name: &[u8]) -> bool {
    let said = field.split(|&b| b == b':').next().unwrap_or(&[]);
    field.contains(&b':') && said.trim_ascii_end().eq_ignore_ascii_case(name)
}

/// What a client says of itself may not write header fields, comments or addresses of its own.
fn token(text: &str) -> String {
    let is_safe = |c: char| c.is_ascii_alphanumeric() || "-._:[]+/".contains(c);
    let clean: String = text
        .chars()
        .take(255)
        .map(|c| if is_safe(c) { c } else { '?' })
        .collect();
    if clean.is_empty() {
        "unknown".to_owned()
    } else {
        clean
    }
}

#[cfg(test)]
mod tests;
