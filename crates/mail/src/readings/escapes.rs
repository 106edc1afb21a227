//! Letters that a text writes by their numbers, as programs and people write them.
//!
//! Invariant: what is no escape stays as it stands, so that nothing is lost that was not understood.

use std::borrow::Cow;

use memchr::memmem;

use super::Changed;
use crate::markup::entity;

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
            .or_else(|| octal(rest))
            .or_else(|| braced(rest))
            .filter(|(letter, _)| !letter.is_control())
    })
}

/// Letters by their numbers in a page, where no page is (`&#50;`), and letters that only programs see: Unicode's
/// tags, which stand for ASCII (Unicode 16, §23.9).
pub(super) fn of_pages(text: &str) -> Option<Changed> {
    let numbered = memmem::find(text.as_bytes(), b"&#").is_some();
    // All tags begin with the same three octets.
    let tagged = memmem::find(text.as_bytes(), b"\xf3\xa0").is_some();
    // The frame of a keycap stands behind its digit.
    let framed = memmem::find(text.as_bytes(), "\u{20e3}".as_bytes()).is_some();
    if !numbered && !tagged && !framed {
        return None;
    }
    let mut out = Changed::with_room(text.len());
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let mut read = String::new();
        let used = match letter {
            '&' if rest.starts_with("&#") => entity(rest, &mut read).unwrap_or(0),
            '\u{e0020}'..='\u{e007e}' => {
                let ascii = char::from_u32(u32::from(letter) - 0xe0000);
                read.extend(ascii);
                letter.len_utf8()
            }
            '\u{fe0f}' | '\u{20e3}' if framed => {
                out.put_str("");
                letter.len_utf8()
            }
            _ => 0,
        };
        if used == 0 {
            out.text.push(letter);
            rest = &rest[letter.len_utf8()..];
        } else {
            read.chars().for_each(|letter| out.put(letter));
            rest = &rest[used..];
        }
    }
    out.if_any()
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

/// `\055`.
fn octal(text: &str) -> Option<(char, usize)> {
    let digits = text.strip_prefix('\\')?.get(..3)?;
    let octal = digits.bytes().all(|octet| matches!(octet, b'0'..=b'7'));
    let number = octal.then(|| u8::from_str_radix(digits, 8).ok())??;
    Some((char::from(number), 4))
}

/// `\u{2d}`.
fn braced(text: &str) -> Option<(char, usize)> {
    let inner = text.strip_prefix("\\u{")?;
    let digits = &inner[..inner.bytes().take(7).position(|octet| octet == b'}')?];
    let number = u32::from_str_radix(digits, 16).ok()?;
    Some((char::from_u32(number)?, digits.len() + 4))
}
