//! A statement that has to travel with a message: appended as a part of its own, the message itself untouched.
//!
//! The body becomes the first part of a `multipart/mixed` (RFC 2046 §5.1.3) with its own `Content-` fields; the
//! statement is the second. So it is read whatever the body is: HTML, signed, a single file.

use crate::compose::encode;
use crate::trace::{field_end, header_block_end};

/// The message with `text` (CRLF or LF lines, shorter than 900 octets each) as its last part. Boundaries are made
/// of `seed`: random octets, so that no body holds them.
pub fn append_text(bytes: &[u8], text: &str, seed: [u8; 16]) -> Vec<u8> {
    let (fields, body) = bytes.split_at(header_block_end(bytes));
    let (mut kept, mut moved) = (Vec::with_capacity(fields.len() + 300), Vec::new());
    let (mut at, mut is_mime) = (0, false);
    while at < fields.len() {
        let end = field_end(fields, at, fields.len());
        let field = &fields[at..end];
        at = end;
        if matches!(field, b"\r\n" | b"\n") {
            continue;
        }
        is_mime |= begins(field, b"mime-version:");
        let out = match begins(field, b"content-") {
            true => &mut moved,
            false => &mut kept,
        };
        out.extend_from_slice(field);
        if !field.ends_with(b"\n") {
            out.extend_from_slice(b"\r\n");
        }
    }
    if !is_mime {
        kept.extend_from_slice(b"MIME-Version: 1.0\r\n");
    }
    let octets = if body.is_ascii() { "7bit" } else { "8bit" };
    let boundary = format!("=_{:032x}", u128::from_be_bytes(seed));
    let head = format!(
        "Content-Type: multipart/mixed; boundary=\"{boundary}\"\r\nContent-Transfer-Encoding: {octets}\r\n\r\n--{boundary}\r\n"
    );
    let mut out = kept;
    out.extend_from_slice(head.as_bytes());
    out.extend_from_slice(&moved);
    out.extend_from_slice(b"\r\n");
    out.extend_from_slice(body);
    let part = format!(
        "\r\n--{boundary}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: inline\r\n\r\n"
    );
    out.extend_from_slice(part.as_bytes());
    encode::base64(text.as_bytes(), &mut out);
    out.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
    out
}

fn begins(field: &[u8], name: &[u8]) -> bool {
    field
        .get(..name.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "A law protects this.\r\n";

    fn appended(bytes: &[u8]) -> Vec<String> {
        let out = append_text(bytes, TEXT, [7; 16]);
        let message = crate::parse(&out).expect("it is a message");
        message.texts().into_iter().map(|text| text.text).collect()
    }

    #[test]
    fn a_statement_is_read_after_any_body() {
        let plain = b"Subject: s\r\n\r\nHello\r\n".as_slice();
        let html = b"Subject: s\r\nMIME-Version: 1.0\r\nContent-Type: text/html;\r\n charset=utf-8\r\n\r\n<p>Hello</p>";
        let nested = b"Subject: s\nMIME-Version: 1.0\nContent-Type: multipart/alternative; boundary=b\n\n--b\n\nHello\n--b--\n";
        for bytes in [plain, html, nested] {
            let texts = appended(bytes);
            assert!(texts.iter().any(|text| text.contains("Hello")), "{texts:?}");
            assert!(
                texts.iter().any(|text| text.contains("A law protects")),
                "{texts:?}"
            );
        }
    }

    #[test]
    fn the_message_itself_stays_byte_for_byte() {
        let signed = b"From: a@x\r\nContent-Type: multipart/signed; boundary=q\r\n\r\n--q\r\n\r\nbody \xc3\xa9\r\n--q--\r\n";
        let out = append_text(signed, TEXT, [1; 16]);
        let body = &signed[header_block_end(signed)..];
        assert!(memchr::memmem::find(&out, body).is_some());
        assert!(memchr::memmem::find(&out, b"Content-Transfer-Encoding: 8bit").is_some());
        assert!(out.starts_with(b"From: a@x\r\nMIME-Version: 1.0\r\n"));
    }

    #[test]
    fn a_message_without_a_body_gains_one() {
        assert!(
            appended(b"Subject: s")
                .iter()
                .any(|text| text.contains("A law"))
        );
    }
}
