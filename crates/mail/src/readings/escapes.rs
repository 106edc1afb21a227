//! Letters that a text writes by their numbers, as programs and people write them.
//!
//! Invariant: what is no escape stays as it stands, so that nothing is lost that was not understood.

use std::borrow::Cow;

use memchr::memmem;

use super::Changed;

const START: &str = "\\u";

/// JSON with its numbered letters (RFC 8259 §7) as a reader of the value sees them.
pub fn undone(json: &str) -> Cow<'_, str> {
    match replaced(json, START, letter) {
        Some(changed) => Cow::Owned(changed.text),
        None => Cow::Borrowed(json),
    }
}

/// The same in any text, with the shorter and the longer form that scripts know.
pub(super) fn changed(text: &str) -> Option<Changed> {
    replaced(text, "\\", |rest| {
        letter(rest)
            .or_else(|| short(rest))
            .or_else(|| braced(rest))
            .filter(|(letter, _)| !letter.is_control())
    })
}

fn replaced(
    text: &str,
    start: &str,
    read: impl Fn(&str) -> Option<(char, usize)>,
) -> Option<Changed> {
    memmem::find(text.as_bytes(), start.as_bytes())?;
    let mut out = Changed::with_room(text.len());
    let mut rest = text;
    while let Some(at) = memmem::find(rest.as_bytes(), start.as_bytes()) {
        out.text.push_str(&rest[..at]);
        rest = &rest[at..];
        let length = match read(rest) {
            Some((letter, length)) => {
                out.put(letter);
                length
            }
            None => {
                out.text.push('\\');
                1
            }
        };
        rest = &rest[length..];
    }
    out.text.push_str(rest);
    out.if_any()
}

/// The letter of the escape that the text begins with, and how many octets it takes.
fn letter(text: &str) -> Option<(char, usize)> {
    let first = unit(text)?;
    if let Some(letter) = char::from_u32(first.into()) {
        return Some((letter, 6));
    }
    let second = unit(text.get(6..)?)?;
    let both = char::decode_utf16([first, second]).next()?.ok()?;
    Some((both, 12))
}

fn unit(text: &str) -> Option<u16> {
    let digits = text.strip_prefix(START)?.get(..4)?;
    let hexadecimal = digits.bytes().all(|octet| octet.is_ascii_hexdigit());
    hexadecimal.then(|| u16::from_str_radix(digits, 16).ok())?
}

/// `\x2d`.
fn short(text: &str) -> Option<(char, usize)> {
    let digits = text.strip_prefix("\\x")?.get(..2)?;
    let hexadecimal = digits.bytes().all(|octet| octet.is_ascii_hexdigit());
    let number = hexadecimal.then(|| u8::from_str_radix(digits, 16).ok())??;
    Some((char::from(number), 4))
}

/// `\u{2d}`.
fn braced(text: &str) -> Option<(char, usize)> {
    let inner = text.strip_prefix("\\u{")?;
    let digits = &inner[..inner.bytes().take(7).position(|octet| octet == b'}')?];
    let number = u32::from_str_radix(digits, 16).ok()?;
    Some((char::from_u32(number)?, digits.len() + 4))
}
