//! Where a link leads, as words: what stands behind the host, percent signs undone (RFC 3986 §2.1).
//!
//! Long runs of letters without a gap are keys of machines and say nothing.

use memchr::memchr;

use super::{Changed, Enclosed};

/// A run of letters and digits that no one types.
const TOKEN_OCTETS_MIN: usize = 60;

/// What a link says.
pub enum Link {
    Nothing,
    Words(String),
    /// RFC 2397: the link is its own file.
    File(Enclosed),
}

/// Where an element leads, its entities undone.
pub fn link(target: &str) -> Link {
    let compact = target.trim_start();
    if starts(compact, "data:") {
        return data(&compact[5..]);
    }
    if starts(compact, "cid:") {
        return Link::Nothing;
    }
    let said = words(compact);
    match said.trim().is_empty() {
        true => Link::Nothing,
        false => Link::Words(said),
    }
}

/// Links of a text that hide letters behind percent signs.
pub(super) fn changed(text: &str) -> Option<Changed> {
    memchr(b'%', text.as_bytes())?;
    let mut out = Changed::with_room(text.len());
    for word in text.split_inclusive(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"')) {
        let hides = memchr(b'%', word.as_bytes()).is_some()
            && (word.contains("://") || starts(word, "mailto:") || escapes(word) > 1);
        match hides && escapes(word) > 0 {
            true => {
                out.put_str(&words(word));
                out.text.push(' ');
            }
            false => out.text.push_str(word),
        }
    }
    out.if_any()
}

/// `ssn=1&born=2` is two lines with a name each.
fn words(target: &str) -> String {
    let mut out = String::new();
    let mut last = 0;
    let behind = behind_host(target);
    let mut line = |piece: &str| {
        let said = without_tokens(&undone(piece));
        if !said.trim().is_empty() {
            out.push_str(said.trim());
            out.push('\n');
        }
    };
    for (at, octet) in behind.bytes().enumerate() {
        if matches!(octet, b'&' | b'?' | b'#' | b';') {
            line(&behind[last..at]);
            last = at + 1;
        }
    }
    line(&behind[last..]);
    out
}

fn behind_host(target: &str) -> &str {
    if let Some((_, rest)) = target.split_once("://") {
        let at = rest.find(['/', '?', '#']);
        return at.map_or("", |at| &rest[at..]);
    }
    match target.split_once(':') {
        Some((scheme, rest)) if scheme.bytes().all(|b| b.is_ascii_alphanumeric()) => rest,
        _ => target,
    }
}

fn undone(piece: &str) -> String {
    let mut octets = Vec::with_capacity(piece.len());
    let mut rest = piece.as_bytes();
    let mut named = false;
    while let Some((&octet, after)) = rest.split_first() {
        rest = after;
        match (octet, after) {
            (b'%', [a, b, tail @ ..]) if a.is_ascii_hexdigit() && b.is_ascii_hexdigit() => {
                octets.push(digit(*a) * 16 + digit(*b));
                rest = tail;
            }
            (b'+', _) => octets.push(b' '),
            (b'=', _) if !named => {
                named = true;
                octets.extend(b": ");
            }
            _ => octets.push(octet),
        }
    }
    match String::from_utf8(octets) {
        Ok(text) => text,
        Err(error) => error.into_bytes().into_iter().map(char::from).collect(),
    }
}

fn digit(octet: u8) -> u8 {
    match octet {
        b'0'..=b'9' => octet - b'0',
        _ => (octet | 0x20).wrapping_sub(b'a') + 10,
    }
}

fn without_tokens(text: &str) -> String {
    let in_token =
        |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=' | b'_' | b'-');
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let run = rest.bytes().take_while(|b| in_token(*b)).count();
        if run < TOKEN_OCTETS_MIN {
            out.push_str(&rest[..run]);
        }
        rest = &rest[run..];
        let gap = rest.bytes().take_while(|b| !in_token(*b)).count();
        out.push_str(&rest[..gap]);
        rest = &rest[gap..];
    }
    out
}

fn data(rest: &str) -> Link {
    let (head, content) = rest.split_once(',').unwrap_or((rest, ""));
    let mut pieces = head.split(';');
    let content_type = pieces
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    let is_base64 = pieces.any(|piece| piece.trim().eq_ignore_ascii_case("base64"));
    let plain = octets(content);
    let octets = match is_base64 {
        true => super::base64(&plain).0,
        false => plain,
    };
    match octets.is_empty() {
        true => Link::Nothing,
        false => Link::File(Enclosed {
            place: None,
            name: String::new(),
            content_type,
            octets,
        }),
    }
}

/// Percent signs undone and nothing else.
fn octets(content: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(content.len());
    let mut rest = content.as_bytes();
    while let Some((&octet, after)) = rest.split_first() {
        rest = after;
        match (octet, after) {
            (b'%', [a, b, tail @ ..]) if a.is_ascii_hexdigit() && b.is_ascii_hexdigit() => {
                out.push(digit(*a) * 16 + digit(*b));
                rest = tail;
            }
            _ => out.push(octet),
        }
    }
    out
}

fn escapes(word: &str) -> usize {
    let octets = word.as_bytes();
    let hexadecimal = |at: usize| octets.get(at).is_some_and(u8::is_ascii_hexdigit);
    let starts = memchr::memchr_iter(b'%', octets);
    starts
        .filter(|at| hexadecimal(at + 1) && hexadecimal(at + 2))
        .take(2)
        .count()
}

fn starts(text: &str, word: &str) -> bool {
    text.get(..word.len())
        .is_some_and(|head| head.eq_ignore_ascii_case(word))
}
