//! Which header fields are signed, and which instance of each.

use std::borrow::Cow;

/// Signed whenever present, in this order: those RFC 6376 §5.4.1 recommends, and what says how the
/// content is to be read.
const SIGNED: &[&str] = &[
    "from",
    "sender",
    "reply-to",
    "subject",
    "date",
    "message-id",
    "to",
    "cc",
    "mime-version",
    "content-type",
    "content-transfer-encoding",
    "in-reply-to",
    "references",
    "list-id",
    "list-help",
    "list-unsubscribe",
    "list-unsubscribe-post", // RFC 8058 §4 demands it
    "list-subscribe",
    "list-post",
    "list-owner",
    "list-archive",
];

/// A message cut where its header ends.
pub(super) struct Separate<'a> {
    pub header: Cow<'a, [u8]>,
    /// The body without the empty line before it.
    pub body: [&'a [u8]; 2],
}

/// Finds the empty line that ends the header in `head` + `rest`, on whichever side it is.
pub(super) fn separate<'a>(head: &'a [u8], rest: &'a [u8]) -> Separate<'a> {
    if let Some((header, body)) = cut(head) {
        return Separate {
            header: Cow::Borrowed(header),
            body: [body, rest],
        };
    }
    // only when the caller cut inside the header or right at its end
    let whole = [head, rest].concat();
    let (header_len, body_at) = match cut(&whole) {
        Some((header, body)) => (header.len(), whole.len() - body.len()),
        None => (whole.len(), whole.len()),
    };
    let body = &rest[body_at.saturating_sub(head.len()).min(rest.len())..];
    Separate {
        header: Cow::Owned(whole[..header_len].to_vec()),
        body: [&[], body],
    }
}

/// Header with its last line end, and body.
pub(crate) fn cut(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    if let Some(body) = bytes.strip_prefix(b"\r\n") {
        return Some((&[], body));
    }
    let at = memchr::memmem::find(bytes, b"\r\n\r\n")?;
    Some((&bytes[..at + 2], &bytes[at + 4..]))
}

/// The chosen fields, as they stand in the message.
pub(super) struct Fields<'a> {
    names: Vec<&'static str>,
    chosen: Vec<&'a [u8]>,
}

impl<'a> Fields<'a> {
    /// Of a repeated field every instance, from the bottom up (RFC 6376 §5.4.2). From is named once
    /// more than it occurs, so that nobody can add another author above ours (§8.15).
    pub fn choose(header: &'a [u8]) -> Self {
        let all = split(header);
        let mut fields = Self {
            names: Vec::new(),
            chosen: Vec::new(),
        };
        for signed in SIGNED {
            for (_, field) in all
                .iter()
                .rev()
                .filter(|(name, _)| name.eq_ignore_ascii_case(signed.as_bytes()))
            {
                fields.names.push(signed);
                fields.chosen.push(field);
            }
        }
        fields.names.push("from");
        fields
    }
    /// The h= list.
    pub fn names(&self) -> &[&'static str] {
        &self.names
    }
    /// What it names, in its order; the name too many adds nothing (RFC 6376 §3.5, h=).
    pub fn chosen(&self) -> impl Iterator<Item = &'a [u8]> {
        self.chosen.iter().copied()
    }
    pub fn has_author(&self) -> bool {
        self.names.first() == Some(&"from") && !self.chosen.is_empty()
    }
}

/// Fields with their names, top down, each with its continuation lines and last line end. A line
/// that is no field is passed over.
pub(crate) fn split(header: &[u8]) -> Vec<(&[u8], &[u8])> {
    let mut starts: Vec<usize> = Vec::new();
    let line_starts =
        std::iter::once(0).chain(memchr::memchr_iter(b'\n', header).map(|end| end + 1));
    for start in line_starts {
        if header
            .get(start)
            .is_some_and(|first| !matches!(first, b' ' | b'\t'))
        {
            starts.push(start);
        }
    }
    starts.push(header.len());
    let fields = starts.windows(2).map(|pair| &header[pair[0]..pair[1]]);
    fields
        .filter_map(|field| {
            Some((
                field[..memchr::memchr(b':', field)?].trim_ascii_end(),
                field,
            ))
        })
        .collect()
}
