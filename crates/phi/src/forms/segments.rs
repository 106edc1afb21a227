//! HL7 version 2 and X12: segments of numbered fields.

use std::ops::Range;

use super::valued;
use crate::FindingKind;
use crate::candidate::Candidate;

/// Fields of PID and the segments beside it (HL7 version 2.5.1, chapters 3 and 6).
const HL7: [(&[u8], usize, FindingKind); 15] = [
    (b"PID", 2, FindingKind::Mrn),
    (b"PID", 3, FindingKind::Mrn),
    (b"PID", 4, FindingKind::PatientId),
    (b"PID", 5, FindingKind::PatientName),
    (b"PID", 7, FindingKind::DateOfBirth),
    (b"PID", 11, FindingKind::Street),
    (b"PID", 13, FindingKind::Phone),
    (b"PID", 14, FindingKind::Phone),
    (b"PID", 18, FindingKind::Account),
    (b"PID", 19, FindingKind::UsSsn),
    (b"NK1", 2, FindingKind::Name),
    (b"NK1", 5, FindingKind::Phone),
    (b"IN1", 36, FindingKind::MemberId),
    (b"GT1", 3, FindingKind::Name),
    (b"PV1", 19, FindingKind::PatientId),
];

pub(super) fn hl7(text: &[u8]) -> Vec<Candidate> {
    let mut found = Vec::new();
    for segment in pieces(text, 0..text.len(), b"\r\n") {
        let fields: Vec<Range<usize>> = pieces(text, segment.clone(), b"|").collect();
        let Some(name) = fields.first().map(|field| &text[field.clone()]) else {
            continue;
        };
        let name = name.trim_ascii();
        if name == b"PID" && fields.len() > 5 {
            let whole = fields[0].clone();
            found.push(Candidate::keyed(FindingKind::ClinicalRecord, whole));
        }
        for (_, number, kind) in HL7.iter().filter(|(segment, ..)| *segment == name) {
            if let Some(field) = fields.get(*number) {
                // The first repetition, and of an identifier its first component.
                let first = pieces(text, field.clone(), b"~")
                    .next()
                    .unwrap_or(field.clone());
                let whole = matches!(
                    kind,
                    FindingKind::PatientName | FindingKind::Name | FindingKind::Street
                );
                let value = if whole {
                    first
                } else {
                    pieces(text, first.clone(), b"^").next().unwrap_or(first)
                };
                found.extend(valued(*kind, text, value.start, value.end));
            }
        }
    }
    found
}

/// The subscriber and the patient of a claim, a remittance or an enquiry (X12 837, 835, 270, 271, 276).
pub(super) fn x12(text: &[u8]) -> Vec<Candidate> {
    let mut found = Vec::new();
    let mut person = false;
    for segment in pieces(text, 0..text.len(), b"~") {
        let trimmed = segment.start
            + text[segment.clone()]
                .iter()
                .take_while(|b| b.is_ascii_whitespace())
                .count();
        let fields: Vec<Range<usize>> = pieces(text, trimmed..segment.end, b"*").collect();
        let value = |at: usize| {
            fields
                .get(at)
                .map(|field| &text[field.clone()])
                .unwrap_or_default()
        };
        let mut take = |kind: FindingKind, at: usize| {
            if let Some(field) = fields.get(at) {
                found.extend(valued(kind, text, field.start, field.end));
            }
        };
        match value(0) {
            b"NM1" => {
                person = matches!(value(1), b"IL" | b"QC" | b"74");
                if person {
                    take(FindingKind::PatientName, 3);
                    take(FindingKind::MemberId, 9);
                    let name = fields[0].clone();
                    found.push(Candidate::keyed(FindingKind::ClinicalRecord, name));
                }
            }
            b"DMG" if person => take(FindingKind::DateOfBirth, 2),
            b"N3" if person => take(FindingKind::Street, 1),
            b"N4" if person => take(FindingKind::Place, 1),
            b"REF" if value(1) == b"SY" => take(FindingKind::UsSsn, 2),
            b"REF" if value(1) == b"EA" => take(FindingKind::Mrn, 2),
            b"CLM" | b"CLP" => take(FindingKind::Claim, 1),
            _ => {}
        }
    }
    found
}

/// The places between marks, empty ones too.
fn pieces<'t>(
    text: &'t [u8],
    range: Range<usize>,
    marks: &'t [u8],
) -> impl Iterator<Item = Range<usize>> + 't {
    let mut start = range.start;
    text[range]
        .split(move |b| marks.contains(b))
        .map(move |piece| {
            let place = start..start + piece.len();
            start += piece.len() + 1;
            place
        })
}
