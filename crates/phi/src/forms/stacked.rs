//! Tables whose cells came one a line, as texts of web pages and PDF files give them: first the names of the
//! columns, then the rows.
//!
//! Invariant: nothing is read but where three names of columns or more stand in a row of lines, and a name, a birth
//! or a number of a patient is among them.

use super::{table, valued};
use crate::FindingKind;
use crate::candidate::Candidate;

/// Lines before the names of the columns.
const LINES_BEFORE: usize = 200;
const COLUMNS_MIN: usize = 3;
const COLUMNS_MAX: usize = 20;
/// Octets of a column's name.
const NAME: usize = 30;

pub(super) fn read(text: &[u8]) -> Vec<Candidate> {
    let start = text.as_ptr() as usize;
    let lines: Vec<(usize, &[u8])> = text
        .split(|b| *b == b'\n')
        .map(|line| (line.as_ptr() as usize - start, line.trim_ascii()))
        .filter(|(_, line)| !line.is_empty())
        .collect();
    let Some((first, columns)) = header(&lines) else {
        return Vec::new();
    };
    let rows = lines[first + columns.len()..].chunks_exact(columns.len());
    let cells = rows.flat_map(|row| row.iter().zip(&columns));
    cells
        .filter_map(|((at, cell), kind)| {
            valued((*kind)?, text, *at, (at + cell.len() + 1).min(text.len()))
        })
        .collect()
}

/// The first line of the names, and what each column holds.
fn header(lines: &[(usize, &[u8])]) -> Option<(usize, Vec<Option<FindingKind>>)> {
    let names = |from: usize| -> Vec<Option<FindingKind>> {
        let run = lines[from..].iter().take(COLUMNS_MAX);
        run.map_while(|(_, line)| named(line)).collect()
    };
    (0..lines.len().min(LINES_BEFORE))
        .map(|from| (from, names(from)))
        .find(|(from, columns)| {
            let patients = |kind: &FindingKind| {
                matches!(
                    kind,
                    FindingKind::Mrn
                        | FindingKind::DateOfBirth
                        | FindingKind::MemberId
                        | FindingKind::UsSsn
                )
            };
            columns.len() >= COLUMNS_MIN
                && columns.iter().flatten().any(patients)
                && lines.len() >= from + 2 * columns.len()
        })
}

/// What a line is as the name of a column: `Some(None)` for one that holds nothing of anybody.
fn named(line: &[u8]) -> Option<Option<FindingKind>> {
    const OTHERS: &[&str] = &[
        "name",
        "nombre",
        "diagnosis",
        "dx",
        "procedure",
        "test",
        "result",
        "medication",
        "date",
        "notes",
        "status",
        "age",
        "sex",
        "gender",
        "room",
        "reason",
        "insurance",
        "plan",
        "amount",
        "fecha",
        "sexo",
        "edad",
        "diagnostico",
    ];
    let plain = line.len() <= NAME
        && !line
            .iter()
            .any(|b| b.is_ascii_digit() || b":,.;".contains(b));
    let kind = plain.then(|| table::column(line)).flatten();
    let lower = String::from_utf8_lossy(line).to_ascii_lowercase();
    let other = plain && OTHERS.contains(&lower.as_str());
    (kind.is_some() || other).then_some(kind)
}
