//! Word before 2007 ([MS-DOC]): the piece table says where the document's characters stand.
//!
//! Bodies, footnotes, headers and comments are one run of characters, so all are read. Invariant: a
//! piece is cut at the end of its stream.

use super::cfb::Cfb;
use crate::extracted::{Because, Mark, TextForm};
use crate::octets::{cut, le16, le32, size32};
use crate::session::Session;
use crate::text::{decode_page, utf16le};

const ENCRYPTED: u16 = 0x0100;
const SECOND_TABLE: u16 = 0x0200;
/// Characters stand as one octet each.
const COMPRESSED: u32 = 0x4000_0000;

pub(super) fn read(session: &mut Session<'_>, place: &str, cfb: &Cfb<'_>) {
    let Some(entry) = cfb.find("WordDocument") else {
        return;
    };
    let document = cfb.content(session, place, entry);
    let flags = le16(&document, 10).unwrap_or(0);
    if flags & ENCRYPTED != 0 {
        session.mark(Mark::Encrypted);
        return session.lost(place, Because::Encrypted);
    }
    let table = if flags & SECOND_TABLE == 0 {
        "0Table"
    } else {
        "1Table"
    };
    let table = match cfb.find(table) {
        Some(entry) => cfb.content(session, place, entry),
        None => Vec::new(),
    };
    match pieces(session, &document, &table) {
        Some(text) => session.say(place, TextForm::Prose, &text),
        None => session.lost(place, Because::Malformed),
    }
}

fn pieces(session: &Session<'_>, document: &[u8], table: &[u8]) -> Option<String> {
    let (at, length) = (size32(document, 0x1a2)?, size32(document, 0x1a6)?);
    let mut clx = cut(table, at, length)?;
    // Formatting stands before the table (§2.9.38).
    while clx.first() == Some(&1) {
        clx = clx.get(3 + usize::from(le16(clx, 1)?)..)?;
    }
    let plc = cut(clx, 5, size32(clx, 1)?).filter(|_| clx.first() == Some(&2))?;
    let count = plc.len().checked_sub(4)? / 12;
    let mut text = String::new();
    for index in 0..count {
        let characters = size32(plc, index * 4 + 4)?.checked_sub(size32(plc, index * 4)?)?;
        let place = le32(plc, (count + 1) * 4 + index * 8 + 2)?;
        let start = usize::try_from(place & !COMPRESSED).ok()?;
        if place & COMPRESSED == 0 {
            text.push_str(&utf16le(cut(document, start, characters.checked_mul(2)?)?));
        } else {
            text.push_str(&decode_page(cut(document, start / 2, characters)?, 1_252));
        }
        if text.len() as u64 > session.budget.text {
            break;
        }
    }
    Some(plain(&text))
}

/// Marks of the format as the white space that they stand for (§2.4.1).
fn plain(text: &str) -> String {
    let meant = text.chars().filter_map(|c| match c {
        '\r' | '\u{b}' | '\u{c}' => Some('\n'),
        '\u{7}' => Some('\t'),
        '\u{1e}' => Some('-'),
        '\t' | '\n' => Some(c),
        '\u{0}'..='\u{1f}' => None,
        c => Some(c),
    });
    meant.collect()
}
