//! Reading protected header fields (RFC 9788 §4), and those of the conventions before it.
//!
//! Whether inside may be believed is the signature's and the caller's question. Invariant: a field that the
//! author protected is never taken from outside; where outside says otherwise its name is told.

use super::fields::{is_structural, pair};
use super::legacy;
use crate::dkim::split;
use crate::entity::Entity;

/// By which convention the fields were protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// Not at all: what stands outside is all there is.
    None,
    /// RFC 9788, signed: `hp="clear"`.
    Clear,
    /// RFC 9788, encrypted: `hp="cipher"`.
    Cipher,
    /// `protected-headers="v1"`.
    Older,
    /// RFC 8551 §3.1: a whole message inside.
    Wrapped,
}

/// The header as its author wrote it.
pub struct Restored {
    pub scheme: Scheme,
    /// Name and whole field with its line end, in order; those about MIME left out.
    fields: Vec<(String, Vec<u8>)>,
    /// Names, in lower case, of fields whose outside is not what the author sent outside. `from` among
    /// them means that outside names another author than inside.
    pub conflicts: Vec<String>,
    /// Names, in lower case, of fields that nobody on the way could read as they are.
    pub hidden: Vec<String>,
    content: Vec<u8>,
}

impl Restored {
    /// The subject on one line; encoded words stay encoded.
    pub fn subject(&self) -> Option<String> {
        self.find("subject")
    }
    pub fn from(&self) -> Option<String> {
        self.find("from")
    }
    /// The value of the first field of this name, in lower case.
    pub fn find(&self, name: &str) -> Option<String> {
        let found = self.fields.iter().find(|(known, _)| known == name);
        found.map(|(_, field)| crate::entity::value(field))
    }
    /// A message as the author wrote it, for readers that know nothing of protection.
    pub fn message(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.content.len() + 1_024);
        for (_, field) in &self.fields {
            out.extend_from_slice(field);
        }
        out.extend_from_slice(b"MIME-Version: 1.0\r\n");
        out.extend_from_slice(&self.content);
        out
    }
}

/// `outer_headers`: the header of the message as it came. `inner_entity`: what was decrypted or verified.
pub fn read(outer_headers: &[u8], inner_entity: &[u8]) -> Restored {
    let inner = Entity::of(inner_entity);
    let said = inner.content_type();
    let mark = |name: &str| said.as_ref().and_then(|said| said.find(name));
    let scheme = match (mark("hp"), mark("protected-headers")) {
        (Some(hp), _) if hp.eq_ignore_ascii_case("cipher") => Scheme::Cipher,
        (Some(hp), _) if hp.eq_ignore_ascii_case("clear") => Scheme::Clear,
        (_, Some(v)) if v.eq_ignore_ascii_case("v1") => Scheme::Older,
        _ => Scheme::None,
    };
    let is_wrapped = said
        .as_ref()
        .is_some_and(|said| said.kind == "message/rfc822" && said.find("forwarded") == Some("no"));
    let outer = split(outer_headers);
    if scheme == Scheme::None && is_wrapped {
        let wrapped = Entity::of(inner.body);
        return restored(Scheme::Wrapped, &outer, &wrapped, inner.body);
    }
    restored(scheme, &outer, &inner, inner_entity)
}

type Field<'a> = (&'a [u8], &'a [u8]);

fn restored(scheme: Scheme, outer: &[Field<'_>], inner: &Entity<'_>, bytes: &[u8]) -> Restored {
    let from_inside = scheme != Scheme::None;
    let inside: Vec<Field<'_>> = inner.fields.iter().copied().filter(is_theirs).collect();
    let shown: Vec<Field<'_>> = match from_inside {
        true => inside.clone(),
        false => outer.iter().copied().filter(is_theirs).collect(),
    };
    let (conflicts, hidden) = match from_inside {
        true => compare(scheme, outer, inner, &inside),
        false => (Vec::new(), Vec::new()),
    };
    Restored {
        scheme,
        fields: shown
            .into_iter()
            .map(|field| (pair(field).0, field.1.to_vec()))
            .collect(),
        conflicts,
        hidden,
        content: content(inner, bytes),
    }
}

/// Of the author's own header: not about MIME, not about protection.
fn is_theirs(field: &Field<'_>) -> bool {
    let name = String::from_utf8_lossy(field.0).to_ascii_lowercase();
    !is_structural(&name) && name != "hp-outer"
}

/// Names of fields that differ outside from what they should be there, and of those that were hidden.
fn compare(
    scheme: Scheme,
    outer: &[Field<'_>],
    inner: &Entity<'_>,
    inside: &[Field<'_>],
) -> (Vec<String>, Vec<String>) {
    // RFC 9788 §2.2: what the author put outside, as said inside
    let said: Vec<(String, String)> = inner
        .values("hp-outer")
        .filter_map(|text| {
            let (name, value) = text.split_once(':')?;
            Some((name.trim().to_ascii_lowercase(), value.trim().to_owned()))
        })
        .collect();
    let outer: Vec<(String, String)> = outer.iter().copied().map(pair).collect();
    let inside: Vec<(String, String)> = inside.iter().copied().map(pair).collect();
    let knows_outside = scheme == Scheme::Cipher && !said.is_empty();
    let (mut conflicts, mut hidden) = (Vec::new(), Vec::new());
    let mut names: Vec<&str> = inside.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        let (there, here) = (all(&outer, name), all(&inside, name));
        let meant = match knows_outside {
            true => all(&said, name),
            false => here.clone(),
        };
        if here != there {
            hidden.push(name.to_owned());
        }
        // Without HP-Outer a replaced subject is what the convention is for.
        let is_expected = !knows_outside && scheme != Scheme::Clear && name != "from";
        if (there != meant && !is_expected) || (name == "from" && here != there) {
            conflicts.push(name.to_owned());
        }
    }
    (conflicts, hidden)
}

fn all<'a>(fields: &'a [(String, String)], name: &str) -> Vec<&'a str> {
    let named = fields.iter().filter(|(known, _)| known == name);
    named.map(|(_, value)| value.as_str()).collect()
}

/// The entity without the fields that were lifted out of it, and without a copy of them that was put in the
/// text for older readers.
fn content(inner: &Entity<'_>, bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    for (name, field) in &inner.fields {
        let name = String::from_utf8_lossy(name).to_ascii_lowercase();
        if name.starts_with("content-") {
            out.extend_from_slice(field);
        }
    }
    out.extend_from_slice(b"\r\n");
    out.extend_from_slice(&legacy::without_display(inner));
    out
}
