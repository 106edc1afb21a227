//! What a file's name and declared type say, against what it is.
//!
//! Invariant: a claim only ever adds marks; it takes none away, and never chooses the
//! reader of a binary file.

use super::claims::{DECLARED, DISKS, EXPECTED, RUNS, SCRIPTS, SHORTCUTS};
use super::{FileKind, has_field};
use crate::extracted::Mark;
use crate::extractor::Claim;
use crate::text;

/// Turns the rest of a name round, so that `exe.pdf` is read where `fdp.exe` stands.
const OVERRIDES: &[char] = &[
    '\u{202a}', '\u{202b}', '\u{202d}', '\u{202e}', '\u{2066}', '\u{2067}',
];

/// What a file is; text that is called a message and begins like one is one, however few its fields are.
pub(crate) fn claimed(file: &[u8], claim: &Claim<'_>) -> FileKind {
    let kind = FileKind::of(file);
    let declared = claim.content_type.to_ascii_lowercase();
    let called = ["message/rfc822", "message/global", "message/news"]
        .iter()
        .any(|known| declared.starts_with(known))
        || extension(claim.name) == "eml";
    let begins = || text::start(file).is_some_and(|start| has_field(&start));
    match called && kind == FileKind::Text && begins() {
        true => FileKind::Message,
        false => kind,
    }
}

pub(crate) fn marks(kind: FileKind, claim: &Claim<'_>) -> Vec<Mark> {
    let mut marks = Vec::new();
    let extension = extension(claim.name);
    let dangerous = by_name(&extension);
    marks.extend(by_content(kind));
    marks.extend(dangerous);
    if dangerous.is_some() && stem_has_extension(claim.name) {
        marks.push(Mark::DoubleExtension);
    }
    let declared = claim.content_type.split(';').next().unwrap_or_default();
    let declared = declared.trim().to_ascii_lowercase();
    let lies = contradicts(EXPECTED, &extension, kind)
        || contradicts(DECLARED, &declared, kind)
        || claim.name.contains(OVERRIDES)
        || kind == FileKind::Executable && !RUNS.contains(&extension.as_str());
    if lies {
        marks.push(Mark::NameMismatch);
    }
    marks
}

/// The letters after the last dot of a file's name, lower-case.
pub(crate) fn extension(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    match name.trim_end_matches([' ', '.']).rsplit_once('.') {
        Some((_, extension)) => extension.to_ascii_lowercase(),
        None => String::new(),
    }
}

fn by_content(kind: FileKind) -> Option<Mark> {
    Some(match kind {
        FileKind::Executable => Mark::Executable,
        FileKind::ScriptFile => Mark::Script,
        FileKind::Shortcut => Mark::Shortcut,
        FileKind::DiskImage => Mark::DiskImage,
        FileKind::OneNote => Mark::OneNote,
        FileKind::Smime | FileKind::Pgp => Mark::Opaque,
        _ => return None,
    })
}

fn by_name(extension: &str) -> Option<Mark> {
    let lists = [
        (RUNS, Mark::Executable),
        (SCRIPTS, Mark::Script),
        (SHORTCUTS, Mark::Shortcut),
        (DISKS, Mark::DiskImage),
        (&["one", "onepkg"], Mark::OneNote),
        (
            &["docm", "xlsm", "pptm", "dotm", "xlam", "ppam"],
            Mark::Macros,
        ),
    ];
    let list = lists.iter().find(|(list, _)| list.contains(&extension));
    list.map(|(_, mark)| *mark)
}

/// `letter.pdf.exe`: before the last extension stands one that promises a document.
fn stem_has_extension(name: &str) -> bool {
    let Some((stem, _)) = name.trim_end_matches([' ', '.']).rsplit_once('.') else {
        return false;
    };
    let inner = extension(stem);
    EXPECTED.iter().any(|(known, _)| *known == inner)
}

/// Whether the claim names kinds, and the content is none of them. An empty list means any text.
fn contradicts(table: &[(&str, &[FileKind])], claimed: &str, kind: FileKind) -> bool {
    let Some((_, expected)) = table.iter().find(|(known, _)| *known == claimed) else {
        return false;
    };
    let fits = if expected.is_empty() {
        kind.is_textual()
    } else {
        expected.contains(&kind)
    };
    !fits && kind != FileKind::Empty
}
