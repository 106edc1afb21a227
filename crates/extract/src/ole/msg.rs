//! Messages of Outlook ([MS-OXMSG]): a property a stream, an attachment a storage.
//!
//! Invariant: every string property is said, and a body in whatever form it stands.

use super::cfb::{Cfb, Entry};
use crate::extracted::{Because, TextForm};
use crate::extractor::Claim;
use crate::session::{Session, inside};
use crate::text::rtf::{self, packed};
use crate::text::{decode, html, utf16le};

const BODY: u32 = 0x1000;
const BODY_HTML: u32 = 0x1013;
const BODY_RTF: u32 = 0x1009;
const DATA: u32 = 0x3701;
const LONG_NAME: u32 = 0x3707;
const NAME: u32 = 0x3704;

pub(super) fn read(session: &mut Session<'_>, place: &str, cfb: &Cfb<'_>) {
    let (mut fields, mut has_body, mut rich) = (String::new(), false, None);
    for entry in &cfb.entries {
        let Some((property, kind)) = property(entry) else {
            continue;
        };
        match (property, kind) {
            (DATA, 0x0102) => attachment(session, place, cfb, entry),
            (BODY_RTF, 0x0102) => rich = Some(entry),
            (BODY_HTML, _) => {
                has_body = true;
                let octets = cfb.content(session, place, entry);
                html::read(session, &inside(place, "body"), &decode(&octets, None));
            }
            (BODY, 0x001e | 0x001f) => {
                has_body = true;
                let text = string(session, place, cfb, entry, kind);
                session.say(&inside(place, "body"), TextForm::Prose, &text);
            }
            (_, 0x001e | 0x001f) => {
                let text = string(session, place, cfb, entry, kind);
                fields.push_str(text.trim_matches('\0'));
                fields.push('\n');
            }
            _ => {}
        }
    }
    session.say(&inside(place, "fields"), TextForm::Prose, &fields);
    if let Some(entry) = rich.filter(|_| !has_body) {
        rich_body(session, &inside(place, "body"), cfb, entry);
    }
}

/// The same body again, most often; read where it is the only one.
fn rich_body(session: &mut Session<'_>, place: &str, cfb: &Cfb<'_>, entry: &Entry) {
    let octets = cfb.content(session, place, entry);
    match packed::unpack(session, &octets) {
        Some(text) => rtf::read(session, place, &text),
        None => session.lost(place, Because::UnsupportedPacking),
    }
}

/// `__substg1.0_0037001F`: the property 0037 of type 001F.
fn property(entry: &Entry) -> Option<(u32, u32)> {
    let hex = entry
        .name
        .strip_prefix("__substg1.0_")
        .filter(|_| entry.is_stream)?;
    let property = u32::from_str_radix(hex.get(..4)?, 16).ok()?;
    let kind = u32::from_str_radix(hex.get(4..8)?, 16).ok()?;
    Some((property, kind))
}

fn string(
    session: &mut Session<'_>,
    place: &str,
    cfb: &Cfb<'_>,
    entry: &Entry,
    kind: u32,
) -> String {
    let octets = cfb.content(session, place, entry);
    if kind == 0x001f {
        utf16le(&octets)
    } else {
        decode(&octets, None)
    }
}

fn attachment(session: &mut Session<'_>, place: &str, cfb: &Cfb<'_>, data: &Entry) {
    let named = |wanted: u32| {
        let mut beside = cfb
            .entries
            .iter()
            .filter(|entry| entry.folder == data.folder);
        beside.find_map(|entry| {
            let (found, kind) = property(entry)?;
            (found == wanted && matches!(kind, 0x001e | 0x001f)).then_some((entry, kind))
        })
    };
    let name = match named(LONG_NAME).or_else(|| named(NAME)) {
        Some((entry, kind)) => string(session, place, cfb, entry, kind),
        None => "attachment".to_owned(),
    };
    let name = name.trim_matches('\0');
    let at = inside(place, name);
    let counted = session.budget.entry();
    if session.or_lost(&at, counted).is_none() {
        return;
    }
    let octets = cfb.content(session, &at, data);
    let claim = Claim {
        name,
        content_type: "",
    };
    session.nested(&at, &octets, &claim);
}
