//! Clinical codes and measurements: health context that is no word.
//!
//! They say what care is about, not whose. A code needs its keyword, since five digits are anything;
//! ICD-10-CM may have its dot instead, and then its category must exist. CPT is not listed here: its
//! owner asks a licence even for that.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::LazyLock;

use crate::candidate::Candidate;
use crate::lexicon::{Key, Tag, Words};
use crate::validate;
use crate::{FindingKind, Label};

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

/// Which rules besides HIPAA's a diagnosis may bring, by its chapter and block.
pub(crate) fn label(code: &[u8]) -> Option<Label> {
    let code: [u8; 3] = code.get(..3)?.try_into().ok()?;
    Some(match &code.map(|b| b.to_ascii_uppercase()) {
        [b'F', b'1', _] => Label::SubstanceUse,
        [b'F', ..] => Label::MentalHealth,
        b"B20" | b"Z21" | [b'A', b'5' | b'6', _] => Label::Hiv,
        [b'O', ..] | b"Z30" | b"Z31" | b"Z32" | b"Z33" | b"Z34" | b"Z3A" => Label::Reproductive,
        b"Z14" | b"Z15" => Label::Genetic,
        b"T74" | b"T76" => Label::Abuse,
        _ => return None,
    })
}

/// Whether an age before its word is a child's: "7-year-old", "11 months old".
pub(crate) fn is_minor(text: &[u8], word: &Range<usize>) -> bool {
    let before = &text[word.start.saturating_sub(5)..word.start];
    let before = before.trim_ascii_end();
    let before = before.strip_suffix(b"-").unwrap_or(before);
    let digits = before
        .iter()
        .rev()
        .take_while(|b| b.is_ascii_digit())
        .count();
    let number = before[before.len() - digits..]
        .iter()
        .fold(0_u32, |n, b| n * 10 + u32::from(b - b'0'));
    let months = text[word.start].eq_ignore_ascii_case(&b'm');
    digits > 0 && digits < 4 && (months || number < 18)
}

/// "age 4", "edad: 7".
pub(crate) fn is_minor_age(behind: &[u8]) -> bool {
    let marks = behind
        .iter()
        .take(3)
        .take_while(|b| b": ".contains(b))
        .count();
    let rest = &behind[marks..];
    let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
    let number = rest[..digits]
        .iter()
        .take(3)
        .fold(0_u32, |n, b| n * 10 + u32::from(b - b'0'));
    marks > 0 && (1..=2).contains(&digits) && (1..18).contains(&number)
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
    const BETWEEN: &[&[u8]] = &[
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
