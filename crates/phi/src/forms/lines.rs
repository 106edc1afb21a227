//! Texts of one field a line: DICOM headers, calendars, cards.

use super::valued;
use crate::FindingKind;
use crate::candidate::Candidate;

/// Attributes of DICOM by their keywords (PS3.6), small and without blanks.
const DICOM: [(&str, FindingKind); 14] = [
    ("patientname", FindingKind::PatientName),
    ("patientid", FindingKind::Mrn),
    ("otherpatientids", FindingKind::Mrn),
    ("patientbirthdate", FindingKind::DateOfBirth),
    ("patientaddress", FindingKind::Street),
    ("patienttelephonenumbers", FindingKind::Phone),
    ("accessionnumber", FindingKind::Accession),
    ("studydate", FindingKind::DateOfCare),
    ("institutionname", FindingKind::Facility),
    ("referringphysicianname", FindingKind::ProviderName),
    ("performingphysicianname", FindingKind::ProviderName),
    ("studyinstanceuid", FindingKind::UniqueId),
    ("seriesinstanceuid", FindingKind::UniqueId),
    ("deviceserialnumber", FindingKind::Device),
];

pub(super) fn dicom(text: &[u8]) -> Vec<Candidate> {
    let mut found = Vec::new();
    for (line, at) in lines(text) {
        let Some(mark) = line.iter().position(|b| matches!(b, b':' | b'\t' | b'=')) else {
            continue;
        };
        let name: String = line[..mark]
            .iter()
            .filter(|b| b.is_ascii_alphabetic())
            .map(|b| char::from(b.to_ascii_lowercase()))
            .collect();
        let Some((_, kind)) = DICOM.iter().find(|(known, _)| name.ends_with(known)) else {
            continue;
        };
        let value = valued(*kind, text, at + mark + 1, at + line.len());
        if *kind == FindingKind::PatientName && value.is_some() {
            found.push(Candidate::keyed(FindingKind::ClinicalRecord, at..at + mark));
        }
        found.extend(value);
    }
    found
}

/// Properties of iCalendar and vCard. The name on a card or at a meeting need not be a patient's.
pub(super) fn properties(text: &[u8]) -> Vec<Candidate> {
    let mut found = Vec::new();
    for (line, at) in lines(text) {
        let Some(colon) = line.iter().position(|b| *b == b':') else {
            continue;
        };
        let head = line[..colon].to_ascii_uppercase();
        let name = head.split(|b| *b == b';').next().unwrap_or_default();
        let name = name.rsplit(|b| *b == b'.').next().unwrap_or_default();
        let kind = match name {
            b"FN" => FindingKind::Name,
            b"TEL" => FindingKind::Phone,
            b"EMAIL" => FindingKind::Email,
            b"ADR" => FindingKind::Street,
            b"BDAY" => FindingKind::DateOfBirth,
            b"DTSTART" => FindingKind::DateOfCare,
            b"ATTENDEE" => {
                found.extend(attendee(text, &head, at));
                continue;
            }
            _ => continue,
        };
        let mut candidate = valued(kind, text, at + colon + 1, at + line.len());
        if let Some(candidate) = &mut candidate {
            // A meeting is care only where care is the subject.
            candidate.loose = kind == FindingKind::DateOfCare;
        }
        found.extend(candidate);
    }
    found
}

fn attendee(text: &[u8], head: &[u8], at: usize) -> Option<Candidate> {
    let from = memchr::memmem::find(head, b"CN=")? + 3;
    let len = head[from..].iter().take_while(|b| **b != b';').count();
    valued(FindingKind::Name, text, at + from, at + from + len)
}

/// Lines with where they begin.
fn lines(text: &[u8]) -> impl Iterator<Item = (&[u8], usize)> {
    let mut at = 0;
    text.split(|b| *b == b'\n').map(move |line| {
        let start = at;
        at += line.len() + 1;
        (line.trim_ascii_end(), start)
    })
}
