//! Words written in base64 inside a text: `U1NOIDIxOS0wOS05OTk5`.
//!
//! Twelve octets that chance made are all letters and signs of a text less than once in ten thousand times, so
//! that whatever decodes to text was text.

use super::Changed;
use super::enclosed::in_alphabet;

/// Letters of base64 that one word takes at least.
const RUN_OCTETS_MIN: usize = 16;
/// Longer ones are files, which are read apart.
const RUN_OCTETS_MAX: usize = 4_096;

/// The text with what such words say.
pub(super) fn changed(text: &str) -> Option<Changed> {
    let octets = text.as_bytes();
    let mut out = Changed::with_room(0);
    let (mut copied, mut start) = (0, 0);
    for at in 0..=octets.len() {
        if octets.get(at).is_some_and(|octet| in_alphabet(*octet)) {
            continue;
        }
        if (RUN_OCTETS_MIN..=RUN_OCTETS_MAX).contains(&(at - start))
            && let Some(said) = said(&text[start..at])
        {
            out.text.push_str(&text[copied..start]);
            out.put_str(&said);
            copied = at;
        }
        start = at + 1;
    }
    if copied > 0 {
        out.text.push_str(&text[copied..]);
    }
    out.if_any()
}

/// What letters of base64 say, if that is text.
pub(super) fn said(coded: &str) -> Option<String> {
    if coded.trim_end_matches('=').len() % 4 == 1 {
        return None;
    }
    let (octets, broken) = super::base64(coded.as_bytes());
    let text = String::from_utf8(octets).ok().filter(|_| !broken)?;
    let odd = |c: char| c.is_control() && !c.is_ascii_whitespace();
    let is_ascii = text.bytes().filter(u8::is_ascii).count() * 4 >= text.len() * 3;
    (is_ascii && !text.is_empty() && !text.contains(odd)).then_some(text)
}
