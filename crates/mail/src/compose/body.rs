//! The body as a tree of entities, each with its own MIME fields.

use super::ComposePart;
use super::encode;
use crate::compose::fields;

/// Boundaries of one message. They begin with `=_`, which neither base64 nor quoted-printable can
/// hold (RFC 2045 §6.7), and go on with a seed that the texts' writers cannot know.
pub(crate) struct Boundaries {
    stem: String,
    next: std::cell::Cell<u32>,
}

impl Boundaries {
    pub(crate) fn new(seed: &[u8; 16]) -> Self {
        let hex: String = seed.iter().map(|b| format!("{b:02x}")).collect();
        Self {
            stem: format!("=_{hex}"),
            next: 0.into(),
        }
    }

    pub(crate) fn next(&self) -> String {
        self.next.set(self.next.get() + 1);
        format!("{}_{}", self.stem, self.next.get())
    }
}

pub(super) enum Entity<'a> {
    Text {
        subtype: &'static str,
        text: String,
        encoding: &'static str,
    },
    File(&'a ComposePart<'a>),
    Multipart {
        subtype: &'static str,
        boundary: String,
        parts: Vec<Entity<'a>>,
    },
}

impl<'a> Entity<'a> {
    pub(super) fn text(subtype: &'static str, text: &str, boundaries: &Boundaries) -> Self {
        let text = encode::crlf(text);
        let encoding = if encode::is_seven_bit(&text) && !text.contains(&boundaries.stem) {
            "7bit"
        } else if encode::prefers_base64(&text) {
            "base64"
        } else {
            "quoted-printable"
        };
        Self::Text {
            subtype,
            text,
            encoding,
        }
    }

    pub(super) fn file(part: &'a ComposePart<'a>) -> Self {
        Self::File(part)
    }

    /// `first` alone, or a multipart of it and the others.
    pub(super) fn wrap(
        subtype: &'static str,
        first: Self,
        others: impl Iterator<Item = Self>,
        boundaries: &Boundaries,
    ) -> Self {
        let mut parts = vec![first];
        parts.extend(others);
        match (parts.len(), parts.pop()) {
            (1, Some(only)) => only,
            (_, last) => {
                parts.extend(last);
                Self::Multipart {
                    subtype,
                    boundary: boundaries.next(),
                    parts,
                }
            }
        }
    }

    /// MIME fields, an empty line, the content. Ends in CRLF.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Text {
                subtype,
                text,
                encoding,
            } => write_text(subtype, text, encoding, out),
            Self::File(part) => write_file(part, out),
            Self::Multipart {
                subtype,
                boundary,
                parts,
            } => {
                let head = format!(
                    "Content-Type: multipart/{subtype};\r\n\tboundary=\"{boundary}\"\r\n\r\n"
                );
                out.extend_from_slice(head.as_bytes());
                for part in parts {
                    out.extend_from_slice(format!("--{boundary}\r\n").as_bytes());
                    part.write(out);
                    // This line break belongs to the delimiter (RFC 2046 §5.1.1), the one before to the part.
                    out.extend_from_slice(b"\r\n");
                }
                out.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
            }
        }
    }
}

fn write_text(subtype: &str, text: &str, encoding: &str, out: &mut Vec<u8>) {
    let head = format!(
        "Content-Type: text/{subtype}; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    );
    out.extend_from_slice(head.as_bytes());
    match encoding {
        "base64" => encode::base64(text.as_bytes(), out),
        "quoted-printable" => encode::quoted_printable(text, out),
        _ => out.extend_from_slice(text.as_bytes()),
    }
}

fn write_file(part: &ComposePart<'_>, out: &mut Vec<u8>) {
    let essence = part.content_type.trim().to_ascii_lowercase();
    let media = if essence.starts_with("message/") || essence.starts_with("multipart/") {
        "application/octet-stream"
    } else {
        part.content_type.trim()
    };
    let disposition = if part.inline_id.is_some() {
        "inline"
    } else {
        "attachment"
    };
    let mut head = format!("Content-Type: {media}\r\nContent-Transfer-Encoding: base64\r\n");
    head.push_str(&format!(
        "Content-Disposition: {disposition}{}\r\n",
        file_name(part.name)
    ));
    if let Some(id) = part.inline_id {
        head.push_str(&format!("Content-ID: {}\r\n", fields::bracketed(id)));
    }
    head.push_str("\r\n");
    out.extend_from_slice(head.as_bytes());
    encode::base64(part.bytes, out);
}

/// RFC 2183 §2.3, and RFC 2231 §4 where the name is not ASCII.
fn file_name(name: &str) -> String {
    if name.is_empty() {
        return String::new();
    }
    if name
        .bytes()
        .all(|b| (b' '..=b'~').contains(&b) && b != b'"' && b != b'\\')
        && !name.contains("=?")
    {
        return format!(";\r\n\tfilename=\"{name}\"");
    }
    let mut encoded = String::new();
    for octet in name.bytes() {
        if octet.is_ascii_alphanumeric() || b"-._".contains(&octet) {
            encoded.push(char::from(octet));
        } else {
            encoded.push_str(&format!("%{octet:02X}"));
        }
    }
    format!(";\r\n\tfilename*=utf-8''{encoded}")
}
