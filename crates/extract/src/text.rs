//! Octets as characters, and text as tables, pages and forms.
//!
//! Invariant: decoding always gives a text; what was guessed wrongly is still text that a detector
//! may look through, and what nobody can decode is said.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

pub(crate) mod html;
pub(crate) mod plain;
mod properties;
pub(crate) mod rtf;
pub(crate) mod table;

/// Looked at to know whether octets are text at all.
const START_OCTETS: usize = 8 * 1024;

/// The first characters of a file that is text; `None` for a binary one.
pub(crate) fn start(file: &[u8]) -> Option<String> {
    let cut = &file[..file.len().min(START_OCTETS)];
    let text = decode(cut, None);
    let odd = |c: &char| {
        (c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{1b}'))
            || *c == char::REPLACEMENT_CHARACTER
    };
    // One in a hundred: a separator of EDI, a stray octet. Binary files have one in three.
    let count = text.chars().count();
    (text.chars().filter(odd).count() * 100 <= count).then(|| text.replace('\u{feff}', ""))
}

/// By byte order mark, then as UTF-8, then as declared, then as UTF-16 by its zeros, then as
/// Windows-1252, in which every octet means something.
pub(crate) fn decode(octets: &[u8], declared: Option<&str>) -> String {
    if let Some((encoding, mark)) = Encoding::for_bom(octets) {
        return encoding
            .decode_without_bom_handling(&octets[mark..])
            .0
            .into_owned();
    }
    let wide = wide(octets);
    if wide.is_none() && is_utf8(octets) {
        return UTF_8.decode_without_bom_handling(octets).0.into_owned();
    }
    let named = declared.and_then(|label| Encoding::for_label(label.as_bytes()));
    let encoding = wide.or(named).unwrap_or(WINDOWS_1252);
    encoding.decode_without_bom_handling(octets).0.into_owned()
}

/// By the number of a Windows code page.
pub(crate) fn decode_page(octets: &[u8], page: u32) -> String {
    let label = match page {
        65_001 => "utf-8".to_owned(),
        932 => "shift_jis".to_owned(),
        936 => "gbk".to_owned(),
        949 => "euc-kr".to_owned(),
        950 => "big5".to_owned(),
        10_000 => "macintosh".to_owned(),
        1_200 => "utf-16le".to_owned(),
        page => format!("windows-{page}"),
    };
    let encoding = Encoding::for_label(label.as_bytes()).unwrap_or(WINDOWS_1252);
    encoding.decode_without_bom_handling(octets).0.into_owned()
}

pub(crate) fn utf16le(octets: &[u8]) -> String {
    UTF_16LE.decode_without_bom_handling(octets).0.into_owned()
}

pub(crate) fn utf16be(octets: &[u8]) -> String {
    UTF_16BE.decode_without_bom_handling(octets).0.into_owned()
}

/// UTF-8, but for a character cut at the end.
fn is_utf8(octets: &[u8]) -> bool {
    match std::str::from_utf8(octets) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none(),
    }
}

/// UTF-16 without a mark: a third of the octets on one side, and none on the other, are zero.
fn wide(octets: &[u8]) -> Option<&'static Encoding> {
    let start = &octets[..octets.len().min(1_024)];
    let zeros = |side: usize| {
        start
            .iter()
            .skip(side)
            .step_by(2)
            .filter(|b| **b == 0)
            .count()
    };
    match (zeros(0), zeros(1), start.len() / 6) {
        (0, odd, third) if odd > third && odd > 1 => Some(UTF_16LE),
        (even, 0, third) if even > third && even > 1 => Some(UTF_16BE),
        _ => None,
    }
}
