//! Tables: the first line names the columns, tabs part the cells. One name speaks for its column.

use super::valued;
use crate::FindingKind;
use crate::candidate::Candidate;

/// Words of a column's name and what its cells then are; the first that all stand in it wins.
const COLUMNS: &[(&[&str], FindingKind)] = &[
    (&["ssn"], FindingKind::UsSsn),
    (&["social", "security"], FindingKind::UsSsn),
    (&["dob"], FindingKind::DateOfBirth),
    (&["birth"], FindingKind::DateOfBirth),
    (&["nacimiento"], FindingKind::DateOfBirth),
    (&["mrn"], FindingKind::Mrn),
    (&["medical", "record"], FindingKind::Mrn),
    (&["chart"], FindingKind::Mrn),
    (&["expediente"], FindingKind::Mrn),
    (&["mbi"], FindingKind::Mbi),
    (&["member", "id"], FindingKind::MemberId),
    (&["member", "number"], FindingKind::MemberId),
    (&["subscriber", "id"], FindingKind::MemberId),
    (&["policy"], FindingKind::MemberId),
    (&["insurance", "id"], FindingKind::MemberId),
    (&["patient", "id"], FindingKind::PatientId),
    (&["claim"], FindingKind::Claim),
    (&["accession"], FindingKind::Accession),
    (&["account"], FindingKind::Account),
    (&["fax"], FindingKind::Fax),
    (&["phone"], FindingKind::Phone),
    (&["mobile"], FindingKind::Phone),
    (&["telefono"], FindingKind::Phone),
    (&["email"], FindingKind::Email),
    (&["mail"], FindingKind::Email),
    (&["provider"], FindingKind::ProviderName),
    (&["physician"], FindingKind::ProviderName),
    (&["doctor"], FindingKind::ProviderName),
    (&["patient"], FindingKind::PatientName),
    (&["paciente"], FindingKind::PatientName),
    (&["first", "name"], FindingKind::Name),
    (&["last", "name"], FindingKind::Name),
    (&["street"], FindingKind::Street),
    (&["address"], FindingKind::Street),
    (&["zip"], FindingKind::Place),
    (&["city"], FindingKind::Place),
    (&["admit"], FindingKind::DateOfCare),
    (&["discharge"], FindingKind::DateOfCare),
    (&["visit", "date"], FindingKind::DateOfCare),
];
/// Columns looked at in one table.
const COLUMNS_MAX: usize = 500;

pub(super) fn read(text: &[u8]) -> Vec<Candidate> {
    let mut lines = text.split(|b| *b == b'\n');
    let Some(header) = lines.next() else {
        return Vec::new();
    };
    let kinds: Vec<Option<FindingKind>> = header
        .split(|b| *b == b'\t')
        .take(COLUMNS_MAX)
        .map(column)
        .collect();
    let mut found = Vec::new();
    if kinds.iter().all(Option::is_none) {
        return found;
    }
    let mut at = header.len() + 1;
    for line in lines {
        let mut cell_at = at;
        for (cell, kind) in line.split(|b| *b == b'\t').zip(&kinds) {
            if let Some(kind) = kind {
                found.extend(valued(*kind, text, cell_at, cell_at + cell.len()));
            }
            cell_at += cell.len() + 1;
        }
        at += line.len() + 1;
    }
    found
}

/// What the cells under a name are: "PatientDOB", "patient_dob" and "Patient DOB" are one.
pub(super) fn column(name: &[u8]) -> Option<FindingKind> {
    let name = name.get(..100).unwrap_or(name).to_ascii_lowercase();
    let name = String::from_utf8_lossy(&name).into_owned();
    COLUMNS
        .iter()
        .find(|(words, _)| words.iter().all(|word| name.contains(word)))
        .map(|(_, kind)| *kind)
}
