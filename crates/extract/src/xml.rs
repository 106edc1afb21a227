//! XML as tags and texts, leniently: what a broken document still shows is shown here.
//!
//! A pull reader that borrows the document. It knows no DTD: entities of a document's own are not
//! opened, so none can grow, and meeting one is a loss. Invariant: every step moves on, and depth
//! is a number, not a stack.

use std::borrow::Cow;

use memchr::{memchr, memmem};

use crate::extracted::Because;
use crate::limits::XML_DEPTH_MAX;

pub(crate) enum Token<'a> {
    Open(Tag<'a>),
    /// The end of an element, by its local name; an empty element has one too.
    Close(&'a str),
    Text(Cow<'a, str>),
}

#[derive(Clone, Copy)]
pub(crate) struct Tag<'a> {
    /// Without its prefix.
    pub(crate) name: &'a str,
    attributes: &'a str,
}

pub(crate) struct Xml<'a> {
    rest: &'a str,
    /// The empty element that is to be closed.
    close: Option<&'a str>,
    depth: usize,
    /// A quote was met that never closes.
    unended: bool,
    lost: Option<Because>,
}

impl<'a> Xml<'a> {
    pub(crate) fn of(document: &'a str) -> Self {
        Self {
            rest: document,
            close: None,
            depth: 0,
            unended: false,
            lost: None,
        }
    }

    /// What of the document up to here could not be read.
    pub(crate) fn lost(&self) -> Option<Because> {
        self.lost
    }

    fn text(&mut self, text: &'a str) -> Token<'a> {
        let (decoded, unknown) = decode(text);
        if unknown {
            self.lost = Some(Because::Entity);
        }
        Token::Text(decoded)
    }

    /// Past what opens with `<!` or `<?`; the text of a CDATA section.
    fn special(&mut self) -> Option<Token<'a>> {
        let rest = self.rest;
        let past = |from: usize, end: &str| {
            let found = memmem::find(&rest.as_bytes()[from..], end.as_bytes());
            found.map_or(rest.len(), |n| from + n + end.len())
        };
        if let Some(inner) = rest.strip_prefix("<![CDATA[") {
            let end = memmem::find(inner.as_bytes(), b"]]>").unwrap_or(inner.len());
            self.rest = inner.get(end + 3..).unwrap_or_default();
            return Some(Token::Text(Cow::Borrowed(&inner[..end])));
        }
        if let Some(comment) = rest.strip_prefix("<!--") {
            let end = past(4, "-->");
            self.rest = &rest[end..];
            let inner = memmem::find(comment.as_bytes(), b"-->").unwrap_or(comment.len());
            // What stands in a comment travels too.
            return Some(Token::Text(Cow::Borrowed(&comment[..inner])));
        }
        let end = if rest.starts_with("<?") {
            past(2, "?>")
        } else {
            doctype_end(rest)
        };
        self.rest = &rest[end..];
        None
    }

    /// After the `>` that is not inside a quoted attribute; after the first one where a quote never closes, and from
    /// then on, or each tag that follows would be read to the end of the document.
    fn tag_end(&mut self) -> Option<usize> {
        let tag = self.rest.as_bytes();
        if !self.unended {
            if let Some(end) = tag_end(tag) {
                return Some(end);
            }
            self.unended = true;
        }
        memchr(b'>', tag).map(|n| n + 1)
    }

    fn tag(&mut self) -> Token<'a> {
        let Some(end) = self.tag_end() else {
            self.lost.get_or_insert(Because::Truncated);
            let rest = std::mem::take(&mut self.rest);
            return Token::Text(Cow::Borrowed(rest));
        };
        let inner = &self.rest[1..end - 1];
        self.rest = &self.rest[end..];
        if let Some(name) = inner.strip_prefix('/') {
            self.depth = self.depth.saturating_sub(1);
            return Token::Close(local(name.trim()));
        }
        let (inner, empty) = match inner.strip_suffix('/') {
            Some(inner) => (inner, true),
            None => (inner, false),
        };
        let name_end = inner
            .find(|c: char| c.is_ascii_whitespace())
            .unwrap_or(inner.len());
        let name = local(&inner[..name_end]);
        if empty {
            self.close = Some(name);
        } else {
            self.depth += 1;
        }
        let attributes = &inner[name_end..];
        Token::Open(Tag { name, attributes })
    }
}

impl<'a> Iterator for Xml<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        if let Some(name) = self.close.take() {
            return Some(Token::Close(name));
        }
        if self.depth > XML_DEPTH_MAX {
            self.lost = Some(Because::LimitDepth);
            return None;
        }
        loop {
            let next = self.rest.as_bytes().first()?;
            if *next != b'<' {
                let end = memchr(b'<', self.rest.as_bytes()).unwrap_or(self.rest.len());
                let (text, rest) = self.rest.split_at(end);
                self.rest = rest;
                return Some(self.text(text));
            }
            if !self.rest.starts_with("<!") && !self.rest.starts_with("<?") {
                return Some(self.tag());
            }
            if let Some(token) = self.special() {
                return Some(token);
            }
        }
    }
}

impl<'a> Tag<'a> {
    /// The value of an attribute, by its name without prefix.
    pub(crate) fn attribute(&self, name: &str) -> Option<Cow<'a, str>> {
        self.attributes()
            .find(|(found, _)| *found == name)
            .map(|(_, value)| value)
    }

    pub(crate) fn attributes(&self) -> impl Iterator<Item = (&'a str, Cow<'a, str>)> + use<'a> {
        let mut rest = self.attributes;
        std::iter::from_fn(move || {
            let (name, after) = rest.split_once('=')?;
            let after = after.trim_start();
            let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''))?;
            let value = &after[1..];
            let end = value.find(quote).unwrap_or(value.len());
            rest = value.get(end + 1..).unwrap_or_default();
            Some((local(name.trim()), decode(&value[..end]).0))
        })
    }
}

fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}

/// Past a document type declaration with its own subset.
fn doctype_end(rest: &str) -> usize {
    let mut inside = 0_usize;
    for (at, octet) in rest.bytes().enumerate() {
        match octet {
            b'[' => inside += 1,
            b']' => inside = inside.saturating_sub(1),
            b'>' if inside == 0 => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// The text with the predefined entities and the numbered ones; whether another was met.
fn decode(text: &str) -> (Cow<'_, str>, bool) {
    if memchr(b'&', text.as_bytes()).is_none() {
        return (Cow::Borrowed(text), false);
    }
    let (mut out, mut unknown, mut rest) = (String::with_capacity(text.len()), false, text);
    while let Some(at) = memchr(b'&', rest.as_bytes()) {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let end = rest.bytes().take(32).position(|octet| octet == b';');
        let meant = end.and_then(|end| character(&rest[..end]));
        match (meant, end) {
            (Some(c), Some(end)) => {
                out.push(c);
                rest = &rest[end + 1..];
            }
            (_, end) => {
                unknown |= end.is_some();
                out.push('&');
            }
        }
    }
    out.push_str(rest);
    (Cow::Owned(out), unknown)
}

fn character(entity: &str) -> Option<char> {
    Some(match entity {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        _ => {
            let number = entity.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => number.parse(),
            };
            char::from_u32(code.ok()?)?
        }
    })
}

/// After the `>` that is not inside a quoted attribute.
fn tag_end(tag: &[u8]) -> Option<usize> {
    let mut quote = None;
    let mut value_begins = false;
    for (i, &octet) in tag.iter().enumerate() {
        match (quote, octet) {
            (None, b'>') => return Some(i + 1),
            // A quote opens only where a value begins; elsewhere it is an apostrophe.
            (None, b'"' | b'\'') if value_begins => quote = Some(octet),
            (Some(open), octet) if octet == open => quote = None,
            _ => {}
        }
        value_begins = octet == b'=' || value_begins && octet.is_ascii_whitespace();
    }
    None
}

#[cfg(test)]
mod tests;
