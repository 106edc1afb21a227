//! Shapes: what identifiers look like, all in one pass of one automaton.
//!
//! A shape is a candidate, not a finding: `validate` and the words around it decide. Patterns are
//! ASCII only (ten times quicker than Unicode classes, phi.md §7) and hold a digit, so text without
//! digits is skipped whole. Invariant: a candidate is bounded in length, so a
//! rejected one costs a bounded step.

use std::ops::Range;

use regex_automata::{Input, meta::Regex, util::syntax};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Mbi,
    Ssn,
    Ip,
    Phone,
    ForeignPhone,
    LocalPhone,
    IsoDate,
    NumericDate,
    DayMonth,
    MonthYear,
    MonthDay,
    Age,
    Card,
    Digits,
    Hicn,
    Ip6,
    Vin,
    Dea,
    Iban,
    Udi,
    Uid,
    Ndc,
    Diagnosis,
    BirthYear,
}

pub(crate) struct Shapes {
    regex: Regex,
    /// The shape of each pattern.
    order: Vec<Shape>,
}

/// Months in English and Spanish, long and short.
const MONTH: &str = "(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?\
    |sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?|enero|febrero|marzo|abril|mayo|junio|julio\
    |agosto|septiembre|octubre|noviembre|diciembre|setiembre|ene|abr|ago|dic)\\b";

/// At one place the first pattern that matches wins, so the narrower stand first.
fn patterns() -> Vec<(Shape, String)> {
    let mut patterns = codes();
    patterns.extend(numbers());
    patterns.extend(days());
    patterns.push((Shape::BirthYear, "\\b19[0-3][0-9]\\b".to_owned()));
    patterns
}

/// Codes that begin with a letter, or with more digits than a telephone has.
fn codes() -> Vec<(Shape, String)> {
    let fixed = |shape, pattern: &str| (shape, pattern.to_owned());
    vec![
        fixed(
            Shape::Udi,
            "\\(01\\)[0-9]{14}(?:\\((?:11|17|10|21)\\)[0-9a-z-]{1,20}){0,4}",
        ),
        fixed(Shape::Uid, "\\b[0-2](?:\\.(?:0|[1-9][0-9]{0,38})){5,20}\\b"),
        fixed(
            Shape::Hicn,
            "\\b[0-9]{3}-?[0-9]{2}-?[0-9]{4}-?(?:[a-e][0-9]?|f[1-8]|m|t|w[0-9]?)\\b",
        ),
        fixed(
            Shape::Iban,
            "\\b[a-z]{2}[0-9]{2}(?: ?[0-9a-z]{4}){2,7}(?: ?[0-9a-z]{1,3})?\\b",
        ),
        fixed(Shape::Ip6, "\\b[0-9a-f]{1,4}:(?::?[0-9a-f]{1,4}:?){1,7}"),
        fixed(Shape::Dea, "\\b[a-hj-mpr-ux][a-z9][0-9]{7}\\b"),
        fixed(
            Shape::Diagnosis,
            "\\b[a-tv-z][0-9][0-9ab](?:\\.[0-9a-z]{1,4})?\\b",
        ),
        fixed(Shape::Vin, "\\b[0-9a-hj-npr-z]{17}\\b"),
        fixed(Shape::Ndc, "\\b[0-9]{4,5}-[0-9]{3,4}-[0-9]{1,2}\\b"),
    ]
}

fn numbers() -> Vec<(Shape, String)> {
    let letter = "[ac-hjkmnp-rt-y]";
    let either = "[0-9ac-hjkmnp-rt-y]";
    // A line wrap may have parted a number.
    let gap = "(?:[-.][ ]?|[ ]|-?\\r?\\n)";
    // C A AN N - A AN N - A A N N, letters without S L O I B Z (CMS, "Understanding the MBI").
    let mbi =
        format!("\\b[1-9]{letter}{either}[0-9]-?{letter}{either}[0-9]-?{letter}{{2}}[0-9]{{2}}\\b");
    let area = format!("(?:\\([0-9]{{3}}\\)[-. ]{{0,2}}|\\b[0-9]{{3}}{gap})");
    let phone = format!("(?:\\+1[-. ]?|\\b1[-. ])?{area}[0-9]{{3}}{gap}[0-9]{{4}}\\b");
    let fixed = |shape, pattern: &str| (shape, pattern.to_owned());
    vec![
        (Shape::Mbi, mbi),
        fixed(Shape::Ip, "\\b[0-9]{1,3}(?:\\.[0-9]{1,3}){3}\\b"),
        (
            Shape::Ssn,
            format!("\\b[0-9]{{3}}{gap}[0-9]{{2}}{gap}[0-9]{{4}}\\b"),
        ),
        (Shape::Phone, phone),
        fixed(
            Shape::ForeignPhone,
            "\\+[1-9](?:[-. ()]{0,2}[0-9]){7,14}\\b",
        ),
        fixed(
            Shape::Card,
            "\\b[0-9]{4}[- ][0-9]{4}[- ][0-9]{4}[- ][0-9]{1,7}\\b",
        ),
        fixed(Shape::Card, "\\b3[47][0-9]{2}[- ][0-9]{6}[- ][0-9]{5}\\b"),
        fixed(Shape::LocalPhone, "\\b[0-9]{3}-[0-9]{4}\\b"),
        fixed(Shape::Digits, "\\b[0-9]{9,19}\\b"),
        fixed(
            Shape::Age,
            "\\b(?:9[0-9]|1[01][0-9])[- ]?(?:years?[- ]old|yrs?[- ]old|y/?o\\b|anos\\b|years? of age)",
        ),
    ]
}

fn days() -> Vec<(Shape, String)> {
    let day = "[0-3]?[0-9](?:st|nd|rd|th)?";
    let year = "(?:[12][0-9]{3}|'?[0-9]{2})";
    // After a month and a day, two digits are more likely the next day than a year.
    let long_year = "(?:[12][0-9]{3}|'[0-9]{2})";
    let numeric = "\\b[0-3]?[0-9][-/.][0-3]?[0-9][-/.](?:[12][0-9]{3}|[0-9]{2})\\b";
    let day_month =
        format!("\\b{day}[-/ ](?:(?:of|de) )?{MONTH}\\.?(?:[-/ ,]{{1,2}}(?:del? |of )?{year}\\b)?");
    let month_day = format!("\\b{MONTH}\\.? {day}(?:,? (?:of )?{long_year}\\b)?");
    vec![
        (
            Shape::IsoDate,
            "\\b(?:19|20)[0-9]{2}[-/.][01]?[0-9][-/.][0-3]?[0-9]".to_owned(),
        ),
        (Shape::NumericDate, numeric.to_owned()),
        (Shape::DayMonth, day_month),
        (
            Shape::MonthYear,
            format!("\\b{MONTH}\\.?,? (?:of |del? )?[12][0-9]{{3}}\\b"),
        ),
        (Shape::MonthDay, month_day),
    ]
}

impl Shapes {
    pub(crate) fn new() -> Self {
        let (order, patterns): (Vec<Shape>, Vec<String>) = patterns().into_iter().unzip();
        let regex = Regex::builder()
            .syntax(
                syntax::Config::new()
                    .unicode(false)
                    .utf8(false)
                    .case_insensitive(true),
            )
            .build_many(&patterns)
            .expect("constant patterns compile, as every test that scans shows");
        Self { regex, order }
    }

    /// Calls `take` with each candidate, in order; it answers whether the candidate was used up.
    pub(crate) fn visit(&self, text: &[u8], mut take: impl FnMut(Shape, Range<usize>) -> bool) {
        if !text.iter().any(u8::is_ascii_digit) {
            return;
        }
        let mut at = 0;
        while let Some(found) = self.regex.find(Input::new(text).span(at..text.len())) {
            let range = found.range();
            let used = take(self.order[found.pattern().as_usize()], range.clone());
            at = if used {
                range.end
            } else {
                past_first_run(text, &range)
            };
        }
    }
}

/// After a rejected candidate another may begin inside it, at its second run of letters or digits.
fn past_first_run(text: &[u8], range: &Range<usize>) -> usize {
    let run = text[range.clone()]
        .iter()
        .take_while(|b| b.is_ascii_alphanumeric())
        .count();
    range.start + run.max(1)
}
