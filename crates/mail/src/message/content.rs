//! Transfer encodings, character sets and file names. What is broken is read as far as it goes: a
//! recipient's program would do the same.

use std::borrow::Cow;

use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::charsets::map::charset_decoder;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;
use model::limits;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// 7bit, 8bit, binary, or something unknown.
    Identity,
    Base64,
    QuotedPrintable,
}

impl Encoding {
    pub(super) fn named(name: &str) -> Self {
        // Comments and junk after the word are as common as the word alone.
        let word = name
            .split([' ', ';', '('])
            .next()
            .unwrap_or("")
            .trim_matches('"');
        if word.eq_ignore_ascii_case("base64") {
            Self::Base64
        } else if word.eq_ignore_ascii_case("quoted-printable") {
            Self::QuotedPrintable
        } else {
            Self::Identity
        }
    }
}

/// The octets, and whether the encoding was broken.
pub(super) fn decode(body: &[u8], encoding: Encoding) -> (Cow<'_, [u8]>, bool) {
    let strict = match encoding {
        Encoding::Identity => return (Cow::Borrowed(body), false),
        Encoding::Base64 => base64_decode(body),
        Encoding::QuotedPrintable => quoted_printable_decode(body),
    };
    match (strict, encoding) {
        (Some(octets), _) => (Cow::Owned(octets), false),
        (None, Encoding::Base64) => (Cow::Owned(base64_leniently(body)), true),
        (None, _) => (Cow::Owned(quoted_printable_leniently(body)), true),
    }
}

/// RFC 2045 §6.8: octets outside the alphabet are ignored.
fn base64_leniently(body: &[u8]) -> Vec<u8> {
    let in_alphabet = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=');
    let kept: Vec<u8> = body.iter().copied().filter(in_alphabet).collect();
    base64_decode(&kept).unwrap_or_default()
}

/// RFC 2045 §6.7: an `=` that begins nothing known stands for itself.
fn quoted_printable_leniently(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len());
    let mut rest = body;
    while let Some((&octet, after)) = rest.split_first() {
        rest = after;
        match (octet, after) {
            (b'=', [a, b, tail @ ..]) if a.is_ascii_hexdigit() && b.is_ascii_hexdigit() => {
                out.push(hex_digit(*a) * 16 + hex_digit(*b));
                rest = tail;
            }
            (b'=', [b'\r', b'\n', tail @ ..] | [b'\n', tail @ ..]) => rest = tail,
            _ => out.push(octet),
        }
    }
    out
}

fn hex_digit(octet: u8) -> u8 {
    char::from(octet)
        .to_digit(16)
        .and_then(|digit| u8::try_from(digit).ok())
        .unwrap_or(0)
}

/// Text in its character set; without one, UTF-8 where it is, else Windows-1252 (RFC 2045 §5.2
/// would say ASCII).
pub(super) fn to_text(octets: &[u8], charset: Option<&str>) -> String {
    if let Some(wide) = Wide::of(octets, charset) {
        return wide.decode(octets);
    }
    if let Some(decode) = named(charset)
        && !is_mistaken(octets, charset)
    {
        return decode(octets);
    }
    match std::str::from_utf8(octets) {
        Ok(text) => text.to_owned(),
        Err(_) => match charset_decoder(b"windows-1252") {
            Some(decode) if !charset.is_some_and(is_utf8) => decode(octets),
            _ => String::from_utf8_lossy(octets).into_owned(),
        },
    }
}

/// What another reader makes of the octets: one that believes a name which they deny, or does not know a set
/// that writes its letters in ASCII.
pub(super) fn otherwise(octets: &[u8], charset: Option<&str>) -> Option<String> {
    let decode = named(charset)?;
    if Wide::of(octets, charset).is_some() {
        return None;
    }
    if is_mistaken(octets, charset) {
        return Some(decode(octets));
    }
    // Escapes begin what ISO 2022 shifts to: noise, unless it is read as what it is.
    let as_ascii = octets.is_ascii() && !octets.contains(&0x1b);
    let text = as_ascii.then(|| String::from_utf8_lossy(octets))?;
    (decode(octets) != text).then(|| text.into_owned())
}

fn named(charset: Option<&str>) -> Option<fn(&[u8]) -> String> {
    let name = charset.filter(|name| !is_utf8(name))?;
    charset_decoder(name.as_bytes())
}

/// Two or four octets a character by its name, and UTF-8 without a zero by its octets.
fn is_mistaken(octets: &[u8], charset: Option<&str>) -> bool {
    let wide = charset.is_some_and(|name| {
        let name = name.to_ascii_lowercase();
        [
            "utf-16",
            "utf16",
            "utf_16",
            "utf-32",
            "utf32",
            "utf_32",
            "ucs-2",
            "ucs2",
            "iso-10646-ucs",
            "unicode",
        ]
        .iter()
        .any(|wide| name.contains(wide))
    });
    wide && !octets.contains(&0) && std::str::from_utf8(octets).is_ok()
}

/// Why [`to_text`] may not say what a reader is shown.
pub(super) fn doubt(octets: &[u8], charset: Option<&str>) -> Option<&'static str> {
    if Wide::of(octets, charset).is_some() {
        return None;
    }
    let unknown =
        charset.is_some_and(|name| !is_utf8(name) && charset_decoder(name.as_bytes()).is_none());
    match () {
        // What is all ASCII reads alike in nearly every set.
        () if unknown && !octets.is_ascii() => Some("charset_unknown"),
        // No text has them, but a form of Unicode that was not recognised does.
        () if octets.contains(&0) => Some("text_garbled"),
        () => None,
    }
}

/// Two or four octets a character.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wide {
    Utf16Le,
    Utf16Be,
    Utf32Le,
    Utf32Be,
}

impl Wide {
    /// By its mark, or where there is none by its zeros: Latin text has one in every character, at
    /// the same place. A set that is named and is none of Unicode's is believed.
    fn of(octets: &[u8], charset: Option<&str>) -> Option<Self> {
        const LOOKED_AT: usize = 4 * 1024;
        let unicode = charset.is_none_or(|name| {
            is_utf8(name)
                || name
                    .to_ascii_lowercase()
                    .replace('_', "-")
                    .starts_with("utf-")
        });
        if !unicode {
            return None;
        }
        match octets {
            [0xff, 0xfe, 0, 0, ..] => return Some(Self::Utf32Le),
            [0, 0, 0xfe, 0xff, ..] => return Some(Self::Utf32Be),
            [0xff, 0xfe, ..] => return Some(Self::Utf16Le),
            [0xfe, 0xff, ..] => return Some(Self::Utf16Be),
            _ => {}
        }
        let start = &octets[..octets.len().min(LOOKED_AT) & !3];
        let mut zeros = [0_usize; 4];
        for four in start.chunks_exact(4) {
            for (count, octet) in zeros.iter_mut().zip(four) {
                *count += usize::from(*octet == 0);
            }
        }
        let quarter = start.len() / 4;
        let (many, few) = (quarter / 2, quarter / 8);
        let is = |mask: [bool; 4]| {
            let fits = |(zeros, zero): (usize, bool)| {
                if zero { zeros > many } else { zeros <= few }
            };
            quarter > 0 && zeros.into_iter().zip(mask).all(fits)
        };
        match () {
            () if is([false, true, true, true]) => Some(Self::Utf32Le),
            () if is([true, true, true, false]) => Some(Self::Utf32Be),
            () if is([false, true, false, true]) => Some(Self::Utf16Le),
            () if is([true, false, true, false]) => Some(Self::Utf16Be),
            () => None,
        }
    }

    fn decode(self, octets: &[u8]) -> String {
        let text: String = match self {
            Self::Utf16Le => utf16(octets, u16::from_le_bytes),
            Self::Utf16Be => utf16(octets, u16::from_be_bytes),
            Self::Utf32Le => utf32(octets, u32::from_le_bytes),
            Self::Utf32Be => utf32(octets, u32::from_be_bytes),
        };
        match text.strip_prefix('\u{feff}') {
            Some(unmarked) => unmarked.to_owned(),
            None => text,
        }
    }
}

fn utf16(octets: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units = octets.chunks(2).map(|pair| match pair {
        [a, b] => unit([*a, *b]),
        _ => 0xfffd,
    });
    char::decode_utf16(units)
        .map(|read| read.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}

fn utf32(octets: &[u8], unit: fn([u8; 4]) -> u32) -> String {
    let units = octets.chunks(4).map(|four| match four {
        [a, b, c, d] => char::from_u32(unit([*a, *b, *c, *d])),
        _ => None,
    });
    units
        .map(|read| read.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}

fn is_utf8(charset: &str) -> bool {
    charset.eq_ignore_ascii_case("utf-8") || charset.eq_ignore_ascii_case("us-ascii")
}

/// A declared file name as one harmless path component.
pub(super) fn file_name(declared: &str) -> Option<String> {
    let last = declared.rsplit(['/', '\\']).next().unwrap_or("");
    let mut name: String = last.chars().filter(|&c| !model::is_hidden(c)).collect();
    while name.len() > limits::FILE_NAME_OCTETS_MAX {
        name.pop();
    }
    let name = name.trim();
    (!name.is_empty() && !name.bytes().all(|b| b == b'.')).then(|| name.to_owned())
}
