//! Transfer encodings, character sets and file names. What is broken is read as far as it goes: a
//! recipient's program would do the same.

use std::borrow::Cow;

use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::charsets::map::charset_decoder;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;
use model::limits;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
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
    let named = charset
        .filter(|name| !is_utf8(name))
        .and_then(|name| charset_decoder(name.as_bytes()));
    if let Some(decode) = named {
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

fn is_utf8(charset: &str) -> bool {
    charset.eq_ignore_ascii_case("utf-8") || charset.eq_ignore_ascii_case("us-ascii")
}

/// A declared file name as one harmless path component.
pub(super) fn file_name(declared: &str) -> Option<String> {
    let last = declared.rsplit(['/', '\\']).next().unwrap_or("");
    // Control characters, and marks that reverse the order in which the name is shown.
    let hidden =
        |c: char| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let mut name: String = last.chars().filter(|&c| !hidden(c)).collect();
    while name.len() > limits::FILE_NAME_OCTETS_MAX {
        name.pop();
    }
    let name = name.trim();
    (!name.is_empty() && !name.bytes().all(|b| b == b'.')).then(|| name.to_owned())
}
