//! Where the public keys of a letter's own signatures stand in DNS.
//!
//! Not here: whether a signature holds (`seal::dkim`). Only fields with which the letter begins are looked at: they were
//! written last, by whoever sends it on; what stands further down may be anybody's.

use model::Domain;

use crate::trace::{field_end, is_named};

/// We sign with two keys; more than these are not ours.
const SIGNATURES_MAX: usize = 4;

/// The names of their records (RFC 6376 §3.6.2.1), top down, each once.
pub fn dkim_key_names(head: &[u8]) -> Vec<String> {
    let mut names = Vec::new();
    let mut at = 0;
    for _ in 0..SIGNATURES_MAX {
        let end = field_end(head, at, head.len());
        let field = &head[at..end];
        if !is_named(field, b"dkim-signature") {
            break;
        }
        names.extend(key_name(field).filter(|name| !names.contains(name)));
        at = end;
    }
    names
}

fn key_name(field: &[u8]) -> Option<String> {
    let (_, tags) = std::str::from_utf8(field).ok()?.split_once(':')?;
    let find = |wanted: &str| {
        let mut tags = tags.split(';').filter_map(|tag| tag.split_once('='));
        tags.find(|(name, _)| name.trim() == wanted)
            .map(|(_, value)| value.trim())
    };
    let (selector, domain) = (find("s")?, Domain::parse(find("d")?).ok()?);
    let is_label = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
    selector
        .bytes()
        .all(is_label)
        .then(|| format!("{selector}._domainkey.{}", domain.as_str()))
}

#[cfg(test)]
mod tests;
