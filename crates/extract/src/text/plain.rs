//! Text files: prose, delimited tables, and the forms of the health trade that are text.
//!
//! Invariant: what is said is the file's own text; nothing is left out because it was not
//! understood.

use mail::readings::undone;

use crate::extracted::{Because, TextForm};
use crate::extractor::Claim;
use crate::kind::{FileKind, extension};
use crate::session::Session;
use crate::text::{decode, properties, table};

/// Says the text of a file that is text, and answers what it turned out to be.
pub(crate) fn read(
    session: &mut Session<'_>,
    place: &str,
    kind: FileKind,
    file: &[u8],
    claim: &Claim<'_>,
) -> FileKind {
    let text = decode(file, charset(claim.content_type));
    let lost = text
        .chars()
        .filter(|c| *c == char::REPLACEMENT_CHARACTER || *c == '\0')
        .count();
    if lost * 20 > text.len() {
        session.lost(place, Because::UnknownCharset);
    }
    let form = match kind {
        FileKind::Hl7 => TextForm::Hl7,
        FileKind::X12 => TextForm::X12,
        FileKind::Fhir => TextForm::Fhir,
        FileKind::Calendar => TextForm::Calendar,
        FileKind::Card => TextForm::Card,
        FileKind::Text => return prose_or_table(session, place, &text, claim),
        _ => TextForm::Prose,
    };
    match kind {
        FileKind::Calendar | FileKind::Card => {
            let said = properties::read(session, place, &text);
            session.say(place, form, &said);
        }
        FileKind::Json | FileKind::Fhir => session.say(place, form, &undone(&text)),
        _ => session.say(place, form, &text),
    }
    kind
}

fn prose_or_table(
    session: &mut Session<'_>,
    place: &str,
    text: &str,
    claim: &Claim<'_>,
) -> FileKind {
    let claimed = match extension(claim.name).as_str() {
        "tsv" | "tab" => Some('\t'),
        "csv" => Some(','),
        _ if claim.content_type.starts_with("text/csv") => Some(','),
        _ => None,
    };
    // Prose has commas too: without a claim only a tab or a bar makes a table.
    let found = table::separator(text);
    let separator = match (claimed, found) {
        (Some(claimed), found) => found.unwrap_or(claimed),
        (None, Some(found @ ('\t' | '|'))) => found,
        (None, Some(found))
            if text
                .lines()
                .all(|l| l.trim().is_empty() || l.contains(found)) =>
        {
            found
        }
        _ => {
            session.say(place, TextForm::Prose, text);
            return FileKind::Text;
        }
    };
    table::read(session, place, text, separator);
    FileKind::Table
}

fn charset(content_type: &str) -> Option<&str> {
    let parameters = content_type.split(';').skip(1);
    let named = parameters.filter_map(|p| p.trim().split_once('='));
    let mut charsets = named.filter(|(name, _)| name.trim().eq_ignore_ascii_case("charset"));
    charsets
        .next()
        .map(|(_, value)| value.trim().trim_matches('"'))
}
