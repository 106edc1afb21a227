//! Carries a file to the reader of its kind.
//!
//! Invariant: every kind has its line here, and a kind without a reader is a loss.

use crate::extracted::{Because, TextForm};
use crate::extractor::Claim;
use crate::kind::FileKind;
use crate::octets::le16;
use crate::pack::{self, Packing};
use crate::session::{Session, Shown, inside};
use crate::text::{self, html, plain, rtf};
use crate::{dicom, image, message, office, ole, pdf, signed, tnef, tree};

/// Reads a file; answers what it is, now that it has been opened.
pub(crate) fn read(
    session: &mut Session<'_>,
    place: &str,
    kind: FileKind,
    file: &[u8],
    claim: &Claim<'_>,
) -> FileKind {
    use FileKind as K;
    match kind {
        K::Empty | K::Font | K::PgpPublic => {}
        K::Zip => return office::read(session, place, file),
        K::Ole => return ole::read(session, place, file),
        K::Tnef => tnef::read(session, place, file),
        K::SmimeSignature => signed::read(session, place, file),
        K::Dicom => dicom::read(session, place, file),
        K::Tar => pack::tar::read(session, place, file),
        K::Gzip => gzip(session, place, file, claim),
        K::Pdf => pdf::read(session, place, file),
        K::Rtf => rtf::read(session, place, file),
        K::Html => html::read(session, place, &text::decode(file, None)),
        K::Xml => tree::read(session, place, &text::decode(file, None)),
        K::Ccda => session.say(place, TextForm::Ccda, &text::decode(file, None)),
        K::Message => message::read(session, place, file),
        K::Json
        | K::Text
        | K::Table
        | K::Fhir
        | K::Hl7
        | K::X12
        | K::Calendar
        | K::Card
        | K::ScriptFile
        | K::Shortcut
            if is_text(file) =>
        {
            return plain::read(session, place, kind, file, claim);
        }
        kind if kind.is_image() => image::read(session, place, kind, file),
        K::Smime | K::Pgp => session.lost(place, Because::Opaque),
        K::Unknown => session.lost(place, Because::UnknownType),
        _ => session.lost(place, Because::UnsupportedType),
    }
    kind
}

/// A shortcut may be either.
fn is_text(file: &[u8]) -> bool {
    text::start(file).is_some()
}

/// The name and the comment of a first member (RFC 1952 §2.3), and what stands in the field beside them.
fn header(file: &[u8]) -> Option<String> {
    const EXTRA: u8 = 4;
    let (flags, mut rest) = (*file.get(3)?, file.get(10..)?);
    let mut said = Vec::new();
    if flags & EXTRA != 0 {
        let octets = usize::from(le16(rest, 0)?);
        said.push(rest.get(2..2 + octets)?);
        rest = rest.get(2 + octets..)?;
    }
    for flag in [8, 16] {
        if flags & flag != 0 {
            let end = memchr::memchr(0, rest)?;
            said.push(&rest[..end]);
            rest = &rest[end + 1..];
        }
    }
    let said = said.into_iter().map(|octets| text::decode(octets, None));
    Some(said.collect::<Vec<_>>().join("\n"))
}

fn gzip(session: &mut Session<'_>, place: &str, file: &[u8], claim: &Claim<'_>) {
    let counted = session.budget.entry();
    if session.or_lost(place, counted).is_none() {
        return;
    }
    let stem = claim.name.strip_suffix(".gz").unwrap_or("");
    let stem = claim.name.strip_suffix(".tgz").unwrap_or(stem);
    let at = inside(place, if stem.is_empty() { "content" } else { stem });
    let said = header(file).unwrap_or_default();
    session.text(
        &inside(place, "header"),
        TextForm::Prose,
        &said,
        Shown::Hidden,
    );
    let content = pack::unpack(session, &at, Packing::Gzip, file);
    let claim = Claim {
        name: stem,
        content_type: "",
    };
    session.nested(&at, &content, &claim);
}
