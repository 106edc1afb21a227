//! Header fields: where each begins and ends, and what its value says.

use std::borrow::Cow;

use mail_parser::parsers::MessageStream;
use mail_parser::{Addr, ContentType, HeaderValue};
use memchr::memchr;
use model::Address;

pub(super) struct Field<'a> {
    name: &'a [u8],
    /// After the colon, line ends included, ending in LF.
    raw: Cow<'a, [u8]>,
    /// Unfolded and trimmed.
    text: Cow<'a, str>,
}

/// The fields of a header block. Lines that are none are passed over.
pub(super) fn split(head: &[u8]) -> Vec<Field<'_>> {
    let mut fields = Vec::with_capacity(24);
    let mut rest = head;
    while !rest.is_empty() {
        let mut end = line_end(rest);
        while matches!(rest.get(end), Some(b' ' | b'\t')) {
            end += line_end(&rest[end..]);
        }
        let (field, after) = rest.split_at(end);
        rest = after;
        fields.extend(Field::read(field));
    }
    fields
}

fn line_end(bytes: &[u8]) -> usize {
    memchr(b'\n', bytes).map_or(bytes.len(), |n| n + 1)
}

impl<'a> Field<'a> {
    fn read(field: &'a [u8]) -> Option<Self> {
        let colon = memchr(b':', field)?;
        let name = field[..colon].trim_ascii_end();
        if name.is_empty() || !name.iter().all(u8::is_ascii_graphic) {
            return None;
        }
        let value = &field[colon + 1..];
        let raw = if value.ends_with(b"\n") {
            Cow::Borrowed(value)
        } else {
            Cow::Owned([value, b"\n"].concat())
        };
        Some(Self {
            name,
            raw,
            text: unfold(value),
        })
    }

    pub(super) fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name.as_bytes())
    }

    pub(super) fn begins(&self, prefix: &str) -> bool {
        let start = self.name.get(..prefix.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(prefix.as_bytes()))
    }

    /// As written; printable ASCII.
    pub(super) fn name(&self) -> &str {
        std::str::from_utf8(self.name).unwrap_or_default()
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The value as unstructured text with its encoded words decoded (RFC 2047). Control characters
    /// that were hidden in them become spaces.
    pub(super) fn decoded(&self) -> String {
        if !self.text.contains("=?") {
            return printable(&self.text);
        }
        match MessageStream::new(&self.raw).parse_unstructured() {
            HeaderValue::Text(text) => printable(&text),
            _ => printable(&self.text),
        }
    }

    /// Display names and addresses; `None` where what stands there is not an address.
    pub(super) fn mailboxes(&self) -> Vec<(Option<String>, Option<Address>)> {
        let HeaderValue::Address(list) = MessageStream::new(&self.raw).parse_address() else {
            return Vec::new();
        };
        let read = |addr: &Addr<'_>| {
            let address = addr
                .address
                .as_deref()
                .and_then(|text| Address::parse(text.trim()).ok());
            (addr.name.as_deref().map(printable), address)
        };
        list.iter().map(read).collect()
    }

    /// The value as a media type or disposition with its parameters (RFC 2045, 2183, 2231).
    pub(super) fn media(&self) -> Option<ContentType<'_>> {
        match MessageStream::new(&self.raw).parse_content_type() {
            HeaderValue::ContentType(media) => Some(media),
            _ => None,
        }
    }
}

fn printable(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

/// RFC 5322 §2.2.3: a line end before white space is taken out.
fn unfold(value: &[u8]) -> Cow<'_, str> {
    let text = String::from_utf8_lossy(value.trim_ascii());
    if memchr(b'\n', text.as_bytes()).is_none() {
        return text;
    }
    Cow::Owned(text.chars().filter(|c| !matches!(c, '\r' | '\n')).collect())
}
