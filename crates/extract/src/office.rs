//! Office documents that are ZIP archives of XML: OOXML (ECMA-376) and OpenDocument (ISO 26300).
//!
//! Every part is read, since text hides in all of them: bodies, headers, notes, comments, tracked
//! deletions, properties, hidden sheets. Invariant: a part that is neither read nor known to hold no
//! text is a loss.

use crate::extracted::{Because, Mark, TextForm};
use crate::extractor::Claim;
use crate::kind::FileKind;
use crate::pack::zip::{self, Entry, Zip};
use crate::session::{Session, Shown, inside};
use crate::text::decode;
use crate::xml::{Token, Xml};

mod document;
mod numbers;
mod open;
mod sheet;
mod workbook;

pub(crate) use numbers::Styles;

/// Opens an archive and answers what it is.
pub(crate) fn read(session: &mut Session<'_>, place: &str, file: &[u8]) -> FileKind {
    let Some(archive) = Zip::open(session, place, file) else {
        return FileKind::Zip;
    };
    let kind = kind(session, place, &archive);
    match kind {
        FileKind::Docx | FileKind::Pptx => parts(session, place, &archive),
        FileKind::Xlsx => {
            workbook::read(session, place, &archive);
            parts(session, place, &archive);
        }
        FileKind::Odt | FileKind::Ods | FileKind::Odp => open::read(session, place, &archive),
        FileKind::Executable => session.lost(place, Because::UnsupportedType),
        _ => zip::read(session, place, &archive),
    }
    kind
}

fn kind(session: &mut Session<'_>, place: &str, archive: &Zip<'_>) -> FileKind {
    if let Some(entry) = archive.find("mimetype") {
        let declared = archive.content(session, place, entry);
        let declared = String::from_utf8_lossy(&declared);
        return match declared.trim().rsplit('.').next().unwrap_or_default() {
            "text" | "text-template" => FileKind::Odt,
            "spreadsheet" | "spreadsheet-template" => FileKind::Ods,
            "presentation" | "presentation-template" | "graphics" => FileKind::Odp,
            _ => FileKind::Zip,
        };
    }
    let office = archive.find("[Content_Types].xml").is_some();
    match () {
        () if office && archive.holds("word/") => FileKind::Docx,
        () if office && archive.holds("ppt/") => FileKind::Pptx,
        () if office && archive.holds("xl/") => FileKind::Xlsx,
        () if archive.find("META-INF/MANIFEST.MF").is_some() => FileKind::Executable,
        () => FileKind::Zip,
    }
}

/// All parts of an OOXML package but those that the workbook has read.
fn parts(session: &mut Session<'_>, place: &str, archive: &Zip<'_>) {
    for entry in &archive.entries {
        let name = entry.name.as_str();
        if name.ends_with('/') || workbook::has_read(name) || holds_no_text(name) {
            continue;
        }
        if name.ends_with(".xml") || name.ends_with(".vml") {
            document::read(session, place, archive, entry);
        } else if name.ends_with(".rels") {
            relations(session, place, archive, entry);
        } else {
            other(session, place, archive, entry);
        }
        if session.budget.expanded == 0 {
            return session.lost(place, Because::LimitExpanded);
        }
    }
}

/// Fonts, printer settings, and pictures of the document itself.
fn holds_no_text(name: &str) -> bool {
    name.contains("/printerSettings/")
        || name.ends_with(".odttf")
        || name.ends_with(".fntdata")
        || name.starts_with("docProps/thumbnail.")
}

fn other(session: &mut Session<'_>, place: &str, archive: &Zip<'_>, entry: &Entry) {
    if entry.name.contains("vbaProject") || entry.name.contains("vbaData") {
        return session.mark(Mark::Macros);
    }
    if entry.name.contains("/embeddings/") {
        session.mark(Mark::EmbeddedFile);
    }
    let content = archive.content(session, place, entry);
    let claim = Claim {
        name: "",
        content_type: "",
    };
    session.nested(&inside(place, &entry.name), &content, &claim);
}

/// Where a part points to outside of the document.
fn relations(session: &mut Session<'_>, place: &str, archive: &Zip<'_>, entry: &Entry) {
    let document = part(session, place, archive, entry);
    let mut targets = String::new();
    for token in Xml::of(&document) {
        let Token::Open(tag) = token else { continue };
        if tag.name != "Relationship" || tag.attribute("TargetMode").as_deref() != Some("External")
        {
            continue;
        }
        let kind = tag.attribute("Type").unwrap_or_default();
        // What is fetched without a click.
        if ["attachedTemplate", "frame", "oleObject", "externalLink"]
            .iter()
            .any(|end| kind.ends_with(end))
        {
            session.mark(Mark::RemoteContent);
        }
        targets.push_str(&tag.attribute("Target").unwrap_or_default());
        targets.push('\n');
    }
    session.text(
        &inside(place, &entry.name),
        TextForm::Prose,
        &targets,
        Shown::Hidden,
    );
}

/// A part as characters.
fn part(session: &mut Session<'_>, place: &str, archive: &Zip<'_>, entry: &Entry) -> String {
    let octets = archive.content(session, place, entry);
    decode(&octets, None)
}

/// What an XML part did not let be read.
fn xml_end(session: &mut Session<'_>, place: &str, xml: &Xml<'_>) {
    if let Some(because) = xml.lost() {
        session.lost(place, because);
    }
}
