//! `winmail.dat` ([MS-OXTNEF]): what Outlook sends to programs it believes to be Outlook.
//!
//! Invariant: every attribute moves on; an attribute that is cut off is a loss.

use crate::extracted::{Because, TextForm};
use crate::extractor::Claim;
use crate::octets::{cut, le16, le32, size32};
use crate::session::{Session, inside};
use crate::text::rtf::{self, packed};
use crate::text::{decode, html, utf16le};

const SUBJECT: u32 = 0x0001_8004;
const BODY: u32 = 0x0002_800c;
const PROPERTIES: u32 = 0x0006_9003;
const ATTACHMENT_TITLE: u32 = 0x0001_8010;
const ATTACHMENT_DATA: u32 = 0x0006_800f;
const ATTACHMENT_START: u32 = 0x0006_9002;
const PROPERTIES_MAX: usize = 10_000;

pub(crate) fn read(session: &mut Session<'_>, place: &str, file: &[u8]) {
    let (mut at, mut name) = (6, String::new());
    let mut data: Option<&[u8]> = None;
    while at < file.len() {
        let id = le32(file, at + 1);
        let content = size32(file, at + 5).and_then(|length| cut(file, at + 9, length));
        let (Some(id), Some(content)) = (id, content) else {
            session.lost(place, Because::Truncated);
            break;
        };
        match id {
            SUBJECT | BODY => session.say(place, TextForm::Prose, &decode(content, None)),
            PROPERTIES if properties(session, place, content).is_none() => {
                session.lost(place, Because::Malformed);
            }
            ATTACHMENT_START => attachment(session, place, &mut name, &mut data),
            ATTACHMENT_TITLE => name = decode(content, None).trim_matches('\0').to_owned(),
            ATTACHMENT_DATA => data = Some(content),
            _ => {}
        }
        // A checksum follows.
        at += 9 + content.len() + 2;
    }
    attachment(session, place, &mut name, &mut data);
}

fn attachment(session: &mut Session<'_>, place: &str, name: &mut String, data: &mut Option<&[u8]>) {
    let name = std::mem::take(name);
    let Some(data) = data.take() else { return };
    let at = inside(place, if name.is_empty() { "attachment" } else { &name });
    let counted = session.budget.entry();
    if session.or_lost(&at, counted).is_none() {
        return;
    }
    let claim = Claim {
        name: &name,
        content_type: "",
    };
    session.nested(&at, data, &claim);
}

/// The message's properties (§2.1.3.4): strings and bodies; `None` where they break off.
fn properties(session: &mut Session<'_>, place: &str, octets: &[u8]) -> Option<()> {
    let mut at = 4;
    for _ in 0..size32(octets, 0)?.min(PROPERTIES_MAX) {
        let (kind, id) = (le16(octets, at)?, le16(octets, at + 2)?);
        at += 4;
        if id >= 0x8000 {
            at = after_name(octets, at)?;
        }
        let fixed = match kind {
            0x0002 | 0x0003 | 0x0004 | 0x000a | 0x000b => 4,
            0x0005 | 0x0006 | 0x0007 | 0x0014 | 0x0040 => 8,
            0x0048 => 16,
            _ => 0,
        };
        if fixed > 0 {
            at += fixed;
            continue;
        }
        let count = size32(octets, at)?.min(PROPERTIES_MAX);
        at += 4;
        for _ in 0..count {
            if matches!(kind, 0x1002..=0x1048) && !matches!(kind, 0x101e | 0x101f) {
                at += many_octets(kind);
                continue;
            }
            let value = cut(octets, at + 4, size32(octets, at)?)?;
            at += 4 + value.len().next_multiple_of(4);
            one(session, place, kind, id, value);
        }
    }
    Some(())
}

fn one(session: &mut Session<'_>, place: &str, kind: u16, id: u16, value: &[u8]) {
    match (kind, id) {
        (0x0102, 0x1009) => match packed::unpack(session, value) {
            Some(text) => rtf::read(session, &inside(place, "body"), &text),
            None => session.lost(place, Because::UnsupportedPacking),
        },
        (0x0102, 0x1013) => html::read(session, &inside(place, "body"), &decode(value, None)),
        (0x001e | 0x101e, _) => session.say(place, TextForm::Prose, &decode(value, None)),
        (0x001f | 0x101f, _) => session.say(place, TextForm::Prose, &utf16le(value)),
        _ => {}
    }
}

/// Lists of numbers have values of a fixed size.
fn many_octets(kind: u16) -> usize {
    match kind {
        0x1002..=0x1004 => 4,
        0x1048 => 16,
        _ => 8,
    }
}

/// Past the name of a property that has no number of its own.
fn after_name(octets: &[u8], at: usize) -> Option<usize> {
    let at = at + 16;
    match le32(octets, at)? {
        0 => Some(at + 8),
        _ => Some(at + 8 + size32(octets, at + 4)?.next_multiple_of(4)),
    }
}
