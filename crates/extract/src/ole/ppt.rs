//! PowerPoint before 2007 ([MS-PPT]): records in records, of which some are text.
//!
//! Invariant: containers are entered without a stack; each record moves on by its header at least.

use super::cfb::Cfb;
use crate::extracted::{Because, Mark, TextForm};
use crate::octets::{cut, le16, le32, size32};
use crate::session::Session;
use crate::text::{decode_page, utf16le};

const ENCRYPTED: u32 = 0xf3d1_c4df;
const SLIDE: u16 = 1_006;
const TEXT_WIDE: u16 = 4_000;
const TEXT_NARROW: u16 = 4_008;
const STRING: u16 = 4_026;

pub(super) fn read(session: &mut Session<'_>, place: &str, cfb: &Cfb<'_>) {
    if let Some(user) = cfb.find("Current User") {
        let user = cfb.content(session, place, user);
        if le32(&user, 12) == Some(ENCRYPTED) {
            session.mark(Mark::Encrypted);
            return session.lost(place, Because::Encrypted);
        }
    }
    let Some(entry) = cfb.find("PowerPoint Document") else {
        return;
    };
    let document = cfb.content(session, place, entry);
    let (mut out, mut at) = (String::new(), 0);
    while let (Some(version), Some(kind), Some(length)) = (
        le16(&document, at),
        le16(&document, at + 2),
        size32(&document, at + 4),
    ) {
        at += 8;
        if version & 0xf == 0xf {
            if kind == SLIDE && !session.page(place) {
                break;
            }
            continue;
        }
        let Some(content) = cut(&document, at, length) else {
            session.lost(place, Because::Truncated);
            break;
        };
        match kind {
            TEXT_WIDE | STRING => out.push_str(&utf16le(content)),
            TEXT_NARROW => out.push_str(&decode_page(content, 1_252)),
            _ => {}
        }
        if matches!(kind, TEXT_WIDE | STRING | TEXT_NARROW) {
            out.push('\n');
        }
        at += length;
    }
    session.say(place, TextForm::Prose, &out.replace('\r', "\n"));
}
