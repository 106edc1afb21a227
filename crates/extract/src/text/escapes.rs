//! Letters that JSON writes by their numbers (RFC 8259 §7), as a reader of the value sees them.
//!
//! Invariant: what is no escape stays as it stands, so that nothing is lost that was not understood.

use std::borrow::Cow;

const START: &str = "\\u";

pub(crate) fn undone(text: &str) -> Cow<'_, str> {
    if !text.contains(START) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(START) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let (letter, length) = letter(rest).unwrap_or(('\\', 1));
        out.push(letter);
        rest = &rest[length..];
    }
    out.push_str(rest);
    Cow::Owned(out)
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
