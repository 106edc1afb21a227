//! Clinical codes and measurements: health context that is no word.
//!
//! They say what care is about, not whose. A code needs its keyword, since five digits are anything;
//! ICD-10-CM may have its dot instead, and then its category must exist. CPT is not listed here: its
//! owner asks a licence even for that.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::LazyLock;

use crate::FindingKind;
use crate::candidate::Candidate;
use crate::lexicon::{Key, Tag, Words};
use crate::validate;

static CATEGORIES: LazyLock<HashSet<[u8; 3]>> = LazyLock::new(|| {
    include_str!("codes/icd10.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .flat_map(str::split_whitespace)
        .filter_map(|code| code.as_bytes().try_into().ok())
        .collect()
});

/// Whether three characters are a category of ICD-10-CM.
pub(crate) fn is_category(code: &[u8]) -> bool {
    <[u8; 3]>::try_from(code)
        .is_ok_and(|code| CATEGORIES.contains(&code.map(|b| b.to_ascii_uppercase())))
}

pub(crate) fn read(text: &[u8], words: &Words) -> Vec<Candidate> {
    let mut found = Vec::new();
    for key in &words.keys {
        let range = match key.tag {
            Tag::CodeOfProcedure => procedure(text, key),
            Tag::CodeOfLab => lab(text, key),
            Tag::CodeOfDrug => drug(text, key),
            Tag::Analyte | Tag::Vital => measurement(text, key),
            _ => None,
        };
        let kind = match key.tag {
            Tag::CodeOfProcedure => FindingKind::ProcedureCode,
            Tag::CodeOfLab => FindingKind::LabCode,
            Tag::CodeOfDrug => FindingKind::DrugCode,
            Tag::Vital => FindingKind::VitalSign,
            _ => FindingKind::LabValue,
        };
        found.extend(range.map(|range| Candidate::keyed(kind, range)));
    }
    found
}

/// The next run of letters, digits and dashes over blanks, colons and the like.
fn next(text: &[u8], from: usize) -> Range<usize> {
    let marks = text[from..]
        .iter()
        .take(6)
        .take_while(|b| b" :#=s(\t".contains(b))
        .count();
    let start = from + marks;
    let len = text[start..]
        .iter()
        .take(20)
        .take_while(|b| b.is_ascii_alphanumeric() || **b == b'-')
        .count();
    start..start + len
}

/// CPT: five digits, or four and F, T or U. HCPCS level II: A to V and four digits.
fn procedure(text: &[u8], key: &Key) -> Option<Range<usize>> {
    let range = next(text, key.range.end);
    let code = text.get(range.start..range.end)?;
    let code = code.split(|b| *b == b'-').next()?;
    let digits = code.iter().filter(|b| b.is_ascii_digit()).count();
    let holds = code.len() == 5
        && (digits == 5
            || (digits == 4 && (code[0].is_ascii_alphabetic() || b"FTUftu".contains(&code[4]))));
    holds.then(|| range.start..range.start + 5)
}

fn lab(text: &[u8], key: &Key) -> Option<Range<usize>> {
    let range = next(text, key.range.end);
    let code = text.get(range.clone())?;
    let dashed = code.len() >= 3 && code[code.len() - 2] == b'-';
    (dashed && validate::is_loinc(&validate::digits(code))).then_some(range)
}

fn drug(text: &[u8], key: &Key) -> Option<Range<usize>> {
    let range = next(text, key.range.end);
    let code = text.get(range.clone())?;
    let digits = validate::digits(code).len();
    (digits >= 4 && code.iter().all(|b| b.is_ascii_digit() || *b == b'-')).then_some(range)
}

/// "A1c 9.2 %", "BP: 128/76", "LDL was 160": a number close behind, over at most one short word.
fn measurement(text: &[u8], key: &Key) -> Option<Range<usize>> {
    const BETWEEN: [&[u8]; 8] = [
        b"was", b"is", b"of", b"at", b"level", b"result", b"de", b"es",
    ];
    let mut at = key.range.end;
    for _ in 0..3 {
        while text.get(at).is_some_and(|b| b" :=<>\t".contains(b)) {
            at += 1;
        }
        let run = text[at..]
            .iter()
            .take(8)
            .take_while(|b| b.is_ascii_alphabetic())
            .count();
        let word = text[at..at + run].to_ascii_lowercase();
        if run == 0 || !BETWEEN.contains(&word.as_slice()) {
            break;
        }
        at += run;
    }
    let number = text[at..]
        .iter()
        .take(8)
        .take_while(|b| b.is_ascii_digit() || **b == b'.' || **b == b'/')
        .count();
    let trailing = text[at..at + number]
        .iter()
        .rev()
        .take_while(|b| !b.is_ascii_digit())
        .count();
    let end = at + number - trailing;
    let digits = text[at..end].iter().filter(|b| b.is_ascii_digit()).count();
    let short = (1..=6).contains(&digits) && end - at <= 7;
    let unit = !text.get(end).is_some_and(u8::is_ascii_digit);
    (short && unit && at < key.range.end + 24).then_some(key.range.start..end)
}
