//! A message put together: header fields, parts, boundaries.
//!
//! The same item gives the same octets. Invariant: every part is base64 or a message put together here, so no line
//! of its content is a boundary.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

const LINE: usize = 76;
/// Octets of an encoded word that RFC 2047 §2 has room for, in UTF-8 before base64.
const WORD_OCTETS: usize = 42;

/// A part with its header fields.
pub struct Part(pub Vec<u8>);

impl Part {
    /// Content of a type, encoded.
    pub fn leaf(content_type: &str, more: &str, content: &[u8]) -> Self {
        let mut part = format!(
            "Content-Type: {content_type}\r\nContent-Transfer-Encoding: base64\r\n{more}\r\n"
        )
        .into_bytes();
        let encoded = STANDARD.encode(content);
        for line in encoded.as_bytes().chunks(LINE) {
            part.extend_from_slice(line);
            part.extend_from_slice(b"\r\n");
        }
        Self(part)
    }
    /// A message inside of the message.
    pub fn message(message: &[u8]) -> Self {
        let head = b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: 8bit\r\nContent-Disposition: attachment\r\n\r\n";
        Self([head, message].concat())
    }
    /// Several parts; one alone stays as it is.
    pub fn multi(kind: &str, boundary: &str, mut parts: Vec<Self>) -> Self {
        if parts.len() == 1 {
            return parts.remove(0);
        }
        let mut whole =
            format!("Content-Type: multipart/{kind}; boundary=\"{boundary}\"\r\n\r\n").into_bytes();
        for part in parts {
            whole.extend_from_slice(format!("--{boundary}\r\n").as_bytes());
            whole.extend_from_slice(&part.0);
            if !whole.ends_with(b"\r\n") {
                whole.extend_from_slice(b"\r\n");
            }
        }
        whole.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
        Self(whole)
    }
}

/// A field whose value may hold any letters, folded.
pub fn field(name: &str, value: &str) -> String {
    let value = value.replace(['\r', '\n', '\0'], " ");
    format!("{name}: {}\r\n", words(value.trim()))
}

/// Addresses of one field, one to a line. Names that only Exchange understands stand in a field of their own.
pub fn addresses(name: &str, list: &[(String, String)]) -> String {
    if list.is_empty() {
        return String::new();
    }
    let each: Vec<String> = list
        .iter()
        .map(|(shown, address)| mailbox(shown, address))
        .collect();
    let mut fields = format!("{name}: {}\r\n", each.join(",\r\n "));
    let of_exchange = list
        .iter()
        .filter(|(_, address)| !address.is_empty() && !address.contains('@'));
    for (_, address) in of_exchange {
        fields.push_str(&field(&format!("X-Exchange-{name}"), address));
    }
    fields
}

fn mailbox(shown: &str, address: &str) -> String {
    let clean = |text: &str| {
        text.chars()
            .filter(|letter| !letter.is_control())
            .collect::<String>()
    };
    let (shown, address) = (clean(shown), clean(address).replace(['<', '>', ' '], ""));
    let shown = shown.trim();
    let quoted = match shown {
        shown if shown.is_ascii() && shown.len() <= LINE => {
            format!("\"{}\"", shown.replace(['"', '\\'], ""))
        }
        shown => words(shown),
    };
    match (shown, address.contains('@')) {
        ("", true) => format!("<{address}>"),
        (_, true) => format!("{quoted} <{address}>"),
        // A name without an address stands as a group of nobody (RFC 5322 §3.4).
        ("", false) => "undisclosed:;".to_owned(),
        (_, false) => format!("{quoted}:;"),
    }
}

/// A parameter of a field that names a file (RFC 2231).
pub fn parameter(name: &str, value: &str) -> String {
    let clean: String = value
        .chars()
        .filter(|letter| !letter.is_control())
        .take(255)
        .collect();
    if clean.is_ascii() && clean.len() <= LINE {
        return format!(";\r\n {name}=\"{}\"", clean.replace(['"', '\\'], "_"));
    }
    let encoded: String = clean.bytes().map(percent).collect();
    format!(";\r\n {name}*=UTF-8''{encoded}")
}

fn percent(octet: u8) -> String {
    if octet.is_ascii_alphanumeric() || octet == b'.' || octet == b'-' || octet == b'_' {
        char::from(octet).to_string()
    } else {
        format!("%{octet:02X}")
    }
}

/// Text as it is, or as encoded words where it must be.
fn words(text: &str) -> String {
    if text.bytes().all(|octet| (32..127).contains(&octet))
        && text.len() <= 900
        && !text.contains("=?")
    {
        return text.to_owned();
    }
    let mut words = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let mut end = rest.len().min(WORD_OCTETS);
        while !rest.is_char_boundary(end) {
            end -= 1;
        }
        words.push(format!("=?UTF-8?B?{}?=", STANDARD.encode(&rest[..end])));
        rest = &rest[end..];
    }
    words.join("\r\n ")
}
