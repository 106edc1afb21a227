//! FHIR and C-CDA, in JSON or XML: the value behind a field's name, whatever encloses it.

use memchr::memmem;

use super::valued;
use crate::FindingKind;
use crate::candidate::Candidate;

/// Members of JSON: the text between the next quotation marks is the value.
const MEMBERS: [(&[u8], FindingKind); 7] = [
    (b"\"family\"", FindingKind::PatientName),
    (b"\"birthDate\"", FindingKind::DateOfBirth),
    (b"\"postalCode\"", FindingKind::Place),
    (b"\"line\"", FindingKind::Street),
    (b"\"subscriberId\"", FindingKind::MemberId),
    (b"\"city\"", FindingKind::Place),
    (b"\"reference\"", FindingKind::UniqueId),
];
/// Elements of XML: the value is an attribute named `value` or `extension`, or what stands inside.
const ELEMENTS: [(&[u8], FindingKind); 9] = [
    (b"<family", FindingKind::PatientName),
    (b"<birthDate", FindingKind::DateOfBirth),
    (b"<birthTime", FindingKind::DateOfBirth),
    (b"<streetAddressLine", FindingKind::Street),
    (b"<postalCode", FindingKind::Place),
    (b"<city", FindingKind::Place),
    (b"<telecom", FindingKind::Phone),
    (b"<subscriberId", FindingKind::MemberId),
    (b"<patientRole", FindingKind::ClinicalRecord),
];
/// Resources and elements that are one patient's.
const RECORDS: [&[u8]; 5] = [
    b"\"resourceType\":\"Patient\"",
    b"\"resourceType\": \"Patient\"",
    b"\"reference\":\"Patient/",
    b"\"reference\": \"Patient/",
    b"<Patient ",
];
/// A payload repeats its fields; more of them say no more.
const HITS_MAX: usize = 5_000;

pub(super) fn read(text: &[u8]) -> Vec<Candidate> {
    let mut found = Vec::new();
    for mark in RECORDS {
        let places = memmem::find_iter(text, mark).take(HITS_MAX);
        found.extend(
            places.map(|at| Candidate::keyed(FindingKind::ClinicalRecord, at..at + mark.len())),
        );
    }
    for (name, kind) in MEMBERS {
        for at in memmem::find_iter(text, name).take(HITS_MAX) {
            found.extend(member(text, at + name.len(), kind));
        }
    }
    for (name, kind) in ELEMENTS {
        for at in memmem::find_iter(text, name).take(HITS_MAX) {
            if kind == FindingKind::ClinicalRecord {
                found.push(Candidate::keyed(kind, at..at + name.len()));
            } else {
                found.extend(element(text, at + name.len(), kind));
            }
        }
    }
    found.extend(record_number(text));
    found
}

/// The text in the next quotation marks, over a colon and an opening bracket.
fn member(text: &[u8], from: usize, kind: FindingKind) -> Option<Candidate> {
    let marks = text[from..]
        .iter()
        .take(40)
        .take_while(|b| b" \t\r\n:[".contains(b))
        .count();
    let start = from + marks;
    if text.get(start) != Some(&b'"') {
        return None;
    }
    let len = memchr::memchr(b'"', text.get(start + 1..)?)?;
    let value = &text[start + 1..start + 1 + len];
    // Other references are to resources without a patient.
    let whose = kind != FindingKind::UniqueId || value.starts_with(b"Patient/");
    valued(kind, text, start + 1, start + 1 + len).filter(|_| whose)
}

fn element(text: &[u8], from: usize, kind: FindingKind) -> Option<Candidate> {
    let close = from + memchr::memchr(b'>', text.get(from..(from + 500).min(text.len()))?)?;
    let tag = &text[from..close];
    let quoted = memmem::find(tag, b"value=\"").map(|at| from + at + 7);
    let start = quoted.unwrap_or(close + 1);
    let end_mark = if quoted.is_some() { b'"' } else { b'<' };
    let end = start + memchr::memchr(end_mark, text.get(start..(start + 300).min(text.len()))?)?;
    // "tel:+1-415-…"
    let scheme = if text[start..end].starts_with(b"tel:") {
        4
    } else {
        0
    };
    valued(kind, text, start + scheme, end)
}

/// The identifier of C-CDA's patient: the first `id` behind `patientRole`.
fn record_number(text: &[u8]) -> Option<Candidate> {
    let role = memmem::find(text, b"<patientRole")?;
    let near = &text[role..(role + 1_000).min(text.len())];
    let id = role + memmem::find(near, b"<id")?;
    let start = id + memmem::find(&text[id..(id + 300).min(text.len())], b"extension=\"")? + 11;
    let end = start + memchr::memchr(b'"', text.get(start..)?)?;
    valued(FindingKind::Mrn, text, start, end)
}
