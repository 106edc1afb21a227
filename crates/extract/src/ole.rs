//! OLE files: documents of Office before 2007, messages of Outlook, encrypted documents.
//!
//! Invariant: a file whose streams are known to none of these readers is a loss.

use crate::extracted::{Because, Mark, TextForm};
use crate::kind::FileKind;
use crate::octets::{cut, size32};
use crate::session::{Session, Shown, inside};
use crate::text::{decode, utf16le};

mod cfb;
mod doc;
mod msg;
mod ppt;
mod strings;
mod xls;

use cfb::Cfb;

const PROPERTIES_MAX: usize = 1_000;

/// Opens a file and answers what it is.
pub(crate) fn read(session: &mut Session<'_>, place: &str, file: &[u8]) -> FileKind {
    let Some(cfb) = Cfb::open(file) else {
        session.lost(place, Because::Malformed);
        return FileKind::Ole;
    };
    if cfb.find("EncryptedPackage").is_some() {
        session.mark(Mark::Encrypted);
        session.lost(place, Because::Encrypted);
        return FileKind::Ole;
    }
    if cfb
        .entries
        .iter()
        .any(|e| ["Macros", "_VBA_PROJECT_CUR", "VBA"].contains(&e.name.as_str()))
    {
        session.mark(Mark::Macros);
    }
    let kind = if cfb.find("WordDocument").is_some() {
        doc::read(session, place, &cfb);
        FileKind::Doc
    } else if cfb.find("Workbook").is_some() || cfb.find("Book").is_some() {
        xls::read(session, place, &cfb);
        FileKind::Xls
    } else if cfb.find("PowerPoint Document").is_some() {
        ppt::read(session, place, &cfb);
        FileKind::Ppt
    } else if cfb.find("__properties_version1.0").is_some() {
        msg::read(session, place, &cfb);
        FileKind::Msg
    } else {
        session.lost(place, Because::UnsupportedType);
        FileKind::Ole
    };
    for name in ["\u{5}SummaryInformation", "\u{5}DocumentSummaryInformation"] {
        properties(session, place, &cfb, name);
    }
    if kind != FileKind::Msg && cfb.entries.iter().any(|e| is_object(&e.name)) {
        session.mark(Mark::EmbeddedFile);
        session.lost(&inside(place, "objects"), Because::UnsupportedType);
    }
    kind
}

fn is_object(name: &str) -> bool {
    name == "ObjectPool" || name == "\u{1}Ole10Native" || name.starts_with("MBD")
}

/// Title, author and the like ([MS-OLEPS] §2.21).
fn properties(session: &mut Session<'_>, place: &str, cfb: &Cfb<'_>, name: &str) {
    let Some(entry) = cfb.find(name) else { return };
    let octets = cfb.content(session, place, entry);
    let mut out = String::new();
    let Some(section) = size32(&octets, 44) else {
        return;
    };
    let count = size32(&octets, section.saturating_add(4))
        .unwrap_or(0)
        .min(PROPERTIES_MAX);
    for index in 0..count {
        let offset = size32(&octets, section + 12 + index * 8);
        let Some(at) = offset.and_then(|offset| section.checked_add(offset)) else {
            break;
        };
        // Many properties may name the same octets.
        if out.len() > octets.len() {
            break;
        }
        let length = size32(&octets, at.saturating_add(4)).unwrap_or(0);
        let text = match size32(&octets, at) {
            Some(30) => cut(&octets, at + 8, length).map(|text| decode(text, None)),
            Some(31) => cut(&octets, at + 8, length.saturating_mul(2)).map(utf16le),
            _ => None,
        };
        if let Some(text) = text {
            out.push_str(text.trim_matches('\0'));
            out.push('\n');
        }
    }
    session.text(
        &inside(place, "properties"),
        TextForm::Prose,
        &out,
        Shown::Hidden,
    );
}
