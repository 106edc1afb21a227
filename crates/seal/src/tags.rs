//! Tag lists (RFC 6376 §3.2): `a=b; c=d`, as in signatures, key records and DMARC records.
//!
//! Strict: a name twice, a name that is none or an empty tag makes the whole list unreadable.

pub(crate) struct Tags<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Tags<'a> {
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let text = text.trim_matches(is_space);
        let text = text.strip_suffix(';').unwrap_or(text);
        let mut tags: Vec<(&str, &str)> = Vec::new();
        for tag in text.split(';') {
            let (name, value) = tag.split_once('=')?;
            let name = name.trim_matches(is_space);
            let starts = name.bytes().next().is_some_and(|b| b.is_ascii_alphabetic());
            let is_word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
            if !starts || !name.bytes().all(is_word) || tags.iter().any(|(n, _)| *n == name) {
                return None;
            }
            tags.push((name, value.trim_matches(is_space)));
        }
        Some(Self(tags))
    }

    pub(crate) fn find(&self, name: &str) -> Option<&'a str> {
        self.0.iter().find(|(n, _)| *n == name).map(|(_, v)| *v)
    }

    /// The name of the first tag.
    pub(crate) fn first(&self) -> Option<(&'a str, &'a str)> {
        self.0.first().copied()
    }
}

pub(crate) fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n')
}

/// Base64 that may be folded anywhere.
pub(crate) fn base64(text: &str) -> Option<Vec<u8>> {
    use base64::Engine;
    let packed: String = text.chars().filter(|c| !is_space(*c)).collect();
    let decoded = base64::engine::general_purpose::STANDARD
        .decode(packed)
        .ok()?;
    (!decoded.is_empty()).then_some(decoded)
}
