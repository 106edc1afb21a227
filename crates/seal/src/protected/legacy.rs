//! Copies of header fields in the text, put there for readers without protection (RFC 9788 §2.1.2).
//!
//! Invariant: only what is marked as such a copy is taken away, from plain text; other text stays as it is.

use std::borrow::Cow;

use crate::entity::{ContentType, Entity, parts};

/// The body without the copy: of a text of its own, or of the first part of a multipart.
pub(super) fn without_display<'a>(entity: &Entity<'a>) -> Cow<'a, [u8]> {
    let Some(said) = entity.content_type() else {
        return Cow::Borrowed(entity.body);
    };
    if is_marked(&said) {
        return Cow::Borrowed(after_empty_line(entity.body));
    }
    let first = said.find("boundary").and_then(|boundary| {
        let part = *parts(entity.body, boundary)?.first()?;
        let read = Entity::of(part);
        is_marked(&read.content_type()?).then_some(read.body)
    });
    let Some(text) = first else {
        return Cow::Borrowed(entity.body);
    };
    // Both are slices of one body, so what lies before and after them is known.
    let start = text.as_ptr() as usize - entity.body.as_ptr() as usize;
    let rest = after_empty_line(text);
    let skip = text.len() - rest.len();
    Cow::Owned([&entity.body[..start], &entity.body[start + skip..]].concat())
}

fn is_marked(said: &ContentType) -> bool {
    said.kind == "text/plain" && said.find("hp-legacy-display") == Some("1")
}

fn after_empty_line(text: &[u8]) -> &[u8] {
    match memchr::memmem::find(text, b"\r\n\r\n") {
        Some(end) => &text[end + 4..],
        None => text,
    }
}
