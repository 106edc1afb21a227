//! Text as the patterns read it: one byte a letter, without what hides an identifier from them.
//!
//! ASCII text is read in place. Other text loses zero-width characters, soft hyphens and accents,
//! and digits of other scripts become ASCII, so that "１２３‐45‐6789" reads as it looks. Invariant: every
//! place in the reading leads back to the bytes it came from.

use std::borrow::Cow;
use std::ops::Range;

pub(crate) struct Normal<'a> {
    source: &'a str,
    bytes: Cow<'a, [u8]>,
    /// For each byte of the reading where its character starts in the source; absent for ASCII.
    origins: Option<Vec<u32>>,
    garbled: bool,
}

impl<'a> Normal<'a> {
    pub(crate) fn of(source: &'a str) -> Self {
        if source.is_ascii() {
            let bytes = Cow::Borrowed(source.as_bytes());
            return Self {
                source,
                bytes,
                origins: None,
                garbled: false,
            };
        }
        let mut bytes = Vec::with_capacity(source.len());
        let mut origins = Vec::with_capacity(source.len());
        let mut lost = 0_usize;
        let mut buffer = [0; 4];
        for (at, c) in source.char_indices() {
            let kept: &[u8] = match fold(c) {
                Fold::Drop => continue,
                Fold::To(ascii) => {
                    buffer[0] = ascii;
                    &buffer[..1]
                }
                Fold::Keep => {
                    lost += usize::from(c == char::REPLACEMENT_CHARACTER);
                    c.encode_utf8(&mut buffer).as_bytes()
                }
            };
            bytes.extend_from_slice(kept);
            // A part is limited to far less than 4 GiB; a longer one would only misplace findings.
            origins.resize(bytes.len(), u32::try_from(at).unwrap_or(u32::MAX));
        }
        let garbled = lost * 5 > bytes.len() / 3;
        Self {
            source,
            bytes: Cow::Owned(bytes),
            origins: Some(origins),
            garbled,
        }
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Whether so much could not be decoded that what remains says nothing: over a fifth is U+FFFD.
    pub(crate) fn is_garbled(&self) -> bool {
        self.garbled
    }

    /// First byte and length in the source of a range of the reading.
    pub(crate) fn place(&self, range: &Range<usize>) -> (usize, usize) {
        let Some(origins) = &self.origins else {
            return (range.start, range.len());
        };
        let origin = |at: usize| origins.get(at).map_or(self.source.len(), |&at| at as usize);
        if range.is_empty() {
            return (origin(range.start), 0);
        }
        let (start, last) = (origin(range.start), origin(range.end - 1));
        let width = self.source[last..].chars().next().map_or(0, char::len_utf8);
        (start, last + width - start)
    }
}

/// Words to be looked for, as the reading writes them.
pub(crate) fn as_read(words: &str) -> String {
    let letters = words.chars().filter_map(|c| match fold(c) {
        Fold::Drop => None,
        Fold::To(ascii) => Some(char::from(ascii)),
        Fold::Keep => Some(c),
    });
    letters.collect()
}

enum Fold {
    Drop,
    To(u8),
    Keep,
}

fn fold(c: char) -> Fold {
    let point = u32::from(c);
    match c {
        '\0'..='\x7f' => Fold::To(point.to_le_bytes()[0]),
        // Soft hyphen, joiners, zero-width and direction marks, variation selectors, combining marks.
        '\u{ad}'
        | '\u{34f}'
        | '\u{300}'..='\u{36f}'
        | '\u{180e}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2064}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}'
        | '\u{e0001}'
        | '\u{e0020}'..='\u{e007f}' => Fold::Drop,
        '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => Fold::To(b' '),
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' => Fold::To(b'-'),
        '\u{2018}' | '\u{2019}' | '\u{2bc}' => Fold::To(b'\''),
        '\u{201c}' | '\u{201d}' => Fold::To(b'"'),
        '\u{2044}' | '\u{2215}' => Fold::To(b'/'),
        '\u{2024}' => Fold::To(b'.'),
        // Fullwidth forms stand at a fixed distance from ASCII.
        '\u{ff01}'..='\u{ff5e}' => Fold::To((point - 0xfee0).to_le_bytes()[0]),
        _ => digit(point)
            .or_else(|| letter(c))
            .or_else(|| styled(point))
            .or_else(|| look_alike(c))
            .map_or(Fold::Keep, Fold::To),
    }
}

/// Zeros of the decimal digit blocks (Unicode general category Nd) in living use.
const ZEROS: [u32; 23] = [
    0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xe50,
    0xed0, 0xf20, 0x1040, 0x17e0, 0x1810, 0x1d7ce, 0x1d7d8, 0x1d7e2, 0x1d7ec, 0x1d7f6,
];

fn digit(point: u32) -> Option<u8> {
    let value = ZEROS
        .iter()
        .find_map(|zero| point.checked_sub(*zero).filter(|value| *value < 10))?;
    Some(b'0' + value.to_le_bytes()[0])
}

/// The letter under an accent of Spanish, Portuguese or French.
fn letter(c: char) -> Option<u8> {
    Some(match c {
        'à'..='å' => b'a',
        'À'..='Å' => b'A',
        'è'..='ë' => b'e',
        'È'..='Ë' => b'E',
        'ì'..='ï' => b'i',
        'Ì'..='Ï' => b'I',
        'ò'..='ö' => b'o',
        'Ò'..='Ö' => b'O',
        'ù'..='ü' => b'u',
        'Ù'..='Ü' => b'U',
        'ñ' => b'n',
        'Ñ' => b'N',
        'ç' => b'c',
        'Ç' => b'C',
        _ => return None,
    })
}

/// Letters and digits of mathematics and in circles, which Unicode calls compatible with the plain ones (NFKC).
fn styled(point: u32) -> Option<u8> {
    let octet = |base: u8, from: u32| base + (point - from).to_le_bytes()[0];
    Some(match point {
        0x1d400..=0x1d6a3 => match (point - 0x1d400) % 52 {
            nth @ 0..=25 => b'A' + nth.to_le_bytes()[0],
            nth => b'a' + nth.to_le_bytes()[0] - 26,
        },
        0x2460..=0x2468 => octet(b'1', 0x2460),
        0x24ea => b'0',
        0x24b6..=0x24cf => octet(b'A', 0x24b6),
        0x24d0..=0x24e9 => octet(b'a', 0x24d0),
        _ => return None,
    })
}

/// Letters of Cyrillic and Greek that are drawn as Latin ones: what is read is what a reader sees (UTS #39).
fn look_alike(c: char) -> Option<u8> {
    const PAIRS: [(&str, &str); 2] = [
        ("аеорсухіѕјһԁАВЕЅІЈКМНОРСТХ", "aeopcyxisjhdABESIJKMHOPCTX"),
        ("οανρικΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "oavpikABEZHIKMNOPTYX"),
    ];
    PAIRS.iter().find_map(|(drawn, plain)| {
        let at = drawn.chars().position(|one| one == c)?;
        plain.as_bytes().get(at).copied()
    })
}

#[cfg(test)]
mod tests;
