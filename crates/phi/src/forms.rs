//! Texts with fields of their own: what a field's name says its value is.
//!
//! A table's column, a segment of HL7, a loop of X12, an element of FHIR or C-CDA, an attribute of
//! DICOM, a line of a calendar or a card. A clinical payload that names its patient is PHI by itself.
//! These readers know where values stand, not every rule of the format; prose readers go over the same
//! text. Invariant: a malformed text gives fewer findings, never a failure.

use crate::FindingKind;
use crate::candidate::Candidate;
use crate::part::Form;

mod lines;
mod marked;
mod segments;
mod stacked;
mod table;

pub(crate) fn read(text: &[u8], form: Form) -> Vec<Candidate> {
    match form {
        Form::Prose | Form::Hidden => pasted(text),
        Form::Table => table::read(text),
        Form::Hl7 => segments::hl7(text),
        Form::X12 => segments::x12(text),
        Form::Fhir | Form::Ccda => marked::read(text),
        Form::Dicom => lines::dicom(text),
        Form::Calendar | Form::Card => lines::properties(text),
    }
}

/// Payloads that someone pasted into a mail.
fn pasted(text: &[u8]) -> Vec<Candidate> {
    let has = |mark: &[u8]| memchr::memmem::find(text, mark).is_some();
    if has(b"PID|") && has(b"MSH|") {
        segments::hl7(text)
    } else if has(b"NM1*") && (has(b"ISA*") || has(b"ST*")) {
        segments::x12(text)
    } else if has(b"\"resourceType\"") || has(b"<recordTarget") {
        marked::read(text)
    } else {
        stacked::read(text)
    }
}

/// A value of a field, without blanks around it.
fn valued(kind: FindingKind, text: &[u8], start: usize, end: usize) -> Option<Candidate> {
    let value = text.get(start..end)?;
    let leading = value
        .iter()
        .take_while(|b| b.is_ascii_whitespace() || **b == b'"')
        .count();
    let trailing = value[leading..]
        .iter()
        .rev()
        .take_while(|b| b.is_ascii_whitespace() || **b == b'"')
        .count();
    let range = start + leading..end - trailing;
    fits(kind, text.get(range.clone())?).then(|| Candidate::keyed(kind, range))
}

/// Whether a value can be of its kind at all.
fn fits(kind: FindingKind, value: &[u8]) -> bool {
    use FindingKind as K;
    let digits = value.iter().filter(|b| b.is_ascii_digit()).count();
    let letters = value
        .iter()
        .filter(|b| b.is_ascii_alphabetic() || **b >= 0x80)
        .count();
    let known = !value.is_empty() && value.len() <= 200;
    known
        && match kind {
            K::UsSsn => (7..=11).contains(&digits) && letters == 0,
            K::DateOfBirth | K::Date | K::DateOfCare => (3..=14).contains(&digits),
            K::Phone | K::Fax => digits >= 7 && letters <= 5,
            K::Name | K::PatientName | K::ProviderName => letters >= 2 && digits == 0,
            K::Email => value.contains(&b'@'),
            K::Place => letters >= 2 || digits >= 5,
            K::Street => digits >= 1 && letters >= 2,
            K::Mrn
            | K::MemberId
            | K::PatientId
            | K::Claim
            | K::Accession
            | K::Account
            | K::UniqueId
            | K::Device => digits >= 2,
            _ => true,
        }
}
