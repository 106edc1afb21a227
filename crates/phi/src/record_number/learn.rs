//! Learn: from samples of record numbers to the shape they share.
//!
//! Pure: the samples are read and forgotten. Digits are never taken into the shape, however many samples share
//! them, since the newest numbers of a clinic all begin alike; letters and separators are.

use std::collections::BTreeMap;

use super::check::CheckDigit;
use super::odds::Odds;
use super::{CHARACTERS_MAX, Presence, RecordNumber, Run, SEPARATORS};

pub const SAMPLES_MIN: usize = 5;
pub const SAMPLES_MAX: usize = 200;

/// What samples have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Learned {
    pub shape: RecordNumber,
    /// Different numbers that were given.
    pub samples: usize,
    /// Those that the shape does not fit, counted from 1 in the order they were given.
    pub strangers: Vec<usize>,
    pub odds: Odds,
}

/// Why nothing was learned; always a matter of the samples.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LearnError {
    /// Fewer different numbers than [`SAMPLES_MIN`].
    TooFew,
    TooMany,
    /// No number: too long, without a digit, or with a sign that numbers do not have; counted from 1.
    NoNumber(usize),
    /// More than one in ten is of another shape than the others.
    Contradict,
    /// What they share, any text has too: too few signs.
    TooShort,
}

impl LearnError {
    pub const fn word(&self) -> &'static str {
        match self {
            Self::TooFew => "samples_too_few",
            Self::TooMany => "samples_too_many",
            Self::NoNumber(_) => "sample_no_number",
            Self::Contradict => "samples_contradict",
            Self::TooShort => "samples_too_short",
        }
    }
}

/// The numbers of a text that was pasted or of a file: a line, a comma, a semicolon or a tab ends one. A first
/// line without a digit is a heading.
pub fn samples(text: &str) -> Vec<&str> {
    let ends = |c: char| matches!(c, '\n' | '\r' | ',' | ';' | '\t');
    let quoted = |c: char| c == '"' || c.is_whitespace() || c == '\u{feff}';
    let mut numbers: Vec<&str> = text
        .split(ends)
        .map(|one| one.trim_matches(quoted))
        .filter(|one| !one.is_empty())
        .take(SAMPLES_MAX + 2)
        .collect();
    let heading = |one: &&str| !one.bytes().any(|b| b.is_ascii_digit());
    if numbers.first().is_some_and(heading) {
        numbers.remove(0);
    }
    numbers
}

/// The shape that at least nine of ten samples share, with their check digit if they have one.
///
/// # Errors
/// What is wrong with the samples.
pub fn learn(given: &[&str]) -> Result<Learned, LearnError> {
    if given.len() > SAMPLES_MAX {
        return Err(LearnError::TooMany);
    }
    let given: Vec<String> = given
        .iter()
        .map(|one| one.trim().to_ascii_uppercase())
        .collect();
    if let Some(at) = given.iter().position(|one| !is_number(one)) {
        return Err(LearnError::NoNumber(at + 1));
    }
    let mut different: Vec<&str> = given.iter().map(String::as_str).collect();
    different.sort_unstable();
    different.dedup();
    if different.len() < SAMPLES_MIN {
        return Err(LearnError::TooFew);
    }
    let shape = match plain(&different) {
        Ok(shape) => shape,
        // Of numbers with a check by eleven one in eleven ends with an X.
        Err(error) => with_ten(&different).ok_or(error)?,
    };
    let regex = shape.regex().ok_or(LearnError::TooShort)?;
    let strange = |(_, one): &(usize, &String)| !shape.fits(&regex, one);
    let strangers = given.iter().enumerate().filter(strange);
    Ok(Learned {
        samples: different.len(),
        strangers: strangers.map(|(at, _)| at + 1).collect(),
        odds: shape.odds(),
        shape,
    })
}

fn is_number(one: &str) -> bool {
    let known = |b: u8| b.is_ascii_alphanumeric() || SEPARATORS.as_bytes().contains(&b);
    let edge = |b: Option<u8>| b.is_some_and(|b| b.is_ascii_alphanumeric());
    one.len() <= CHARACTERS_MAX
        && one.bytes().all(known)
        && one.bytes().any(|b| b.is_ascii_digit())
        && edge(one.bytes().next())
        && edge(one.bytes().next_back())
}

/// A sample's pieces: letters, digits, or one separator.
fn pieces(one: &str) -> Vec<&str> {
    let class = |b: u8| (b.is_ascii_digit(), b.is_ascii_alphabetic());
    let mut pieces = Vec::new();
    let mut start = 0;
    for at in 1..=one.len() {
        let bytes = one.as_bytes();
        let same = bytes
            .get(at)
            .is_some_and(|b| class(*b) == class(bytes[at - 1]));
        let sign = class(bytes[at - 1]) == (false, false);
        if !same || sign {
            pieces.push(&one[start..at]);
            start = at;
        }
    }
    pieces
}

/// Which kinds follow each other: `A` letters, `9` digits, a separator itself.
fn signature(one: &str) -> String {
    let kind = |piece: &&str| match piece.as_bytes()[0] {
        b'0'..=b'9' => '9',
        b'A'..=b'Z' => 'A',
        other => char::from(other),
    };
    pieces(one).iter().map(kind).collect()
}

/// The same without separators.
fn bare(signature: &str) -> String {
    let mut out = String::new();
    for kind in signature
        .chars()
        .filter(|kind| kind.is_ascii_alphanumeric())
    {
        if !out.ends_with(kind) {
            out.push(kind);
        }
    }
    out
}

fn most_common(words: impl Iterator<Item = String>) -> Option<String> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    words.for_each(|word| *counts.entry(word).or_default() += 1);
    counts
        .into_iter()
        .max_by_key(|(_, count)| *count)
        .map(|(word, _)| word)
}

fn plain(samples: &[&str]) -> Result<RecordNumber, LearnError> {
    let unchecked = shape(samples, CheckDigit::None)?;
    let fits = fitting(&unchecked, samples)?;
    let schemes = CheckDigit::ALL
        .iter()
        .copied()
        .filter(|one| *one != CheckDigit::None);
    let mut holding = schemes.filter(|scheme| {
        let holds = fits
            .iter()
            .filter(|one| scheme.holds(one.as_bytes()))
            .count();
        is_most(holds, fits.len())
    });
    match holding.next() {
        // A slip of the pen has no part in how long the numbers are.
        Some(check) => {
            let sound = |one: &&str| check.holds(one.as_bytes());
            let sound: Vec<&str> = fits.into_iter().filter(sound).collect();
            shape(&sound, check)
        }
        None => Ok(unchecked),
    }
}

/// As if an X at the end of digits were a digit; only where the check by eleven then holds.
fn with_ten(samples: &[&str]) -> Option<RecordNumber> {
    let ten = |one: &&str| {
        let before = one
            .strip_suffix('X')
            .and_then(|rest| rest.bytes().next_back());
        before.is_some_and(|b| b.is_ascii_digit())
    };
    if !samples.iter().any(ten) {
        return None;
    }
    let as_digits: Vec<String> = samples
        .iter()
        .map(|one| match ten(one) {
            true => format!("{}0", &one[..one.len() - 1]),
            false => (*one).to_owned(),
        })
        .collect();
    let as_digits: Vec<&str> = as_digits.iter().map(String::as_str).collect();
    let runs = shape(&as_digits, CheckDigit::None).ok()?.runs;
    [CheckDigit::Mod11, CheckDigit::Mod11Rising]
        .into_iter()
        .filter_map(|check| RecordNumber::of(runs.clone(), check).ok())
        .find(|shape| fitting(shape, samples).is_ok())
}

/// # Errors
/// `Contradict` where they are fewer than nine of ten.
fn fitting<'a>(shape: &RecordNumber, samples: &[&'a str]) -> Result<Vec<&'a str>, LearnError> {
    let regex = shape.regex().ok_or(LearnError::TooShort)?;
    let fits: Vec<&str> = samples
        .iter()
        .copied()
        .filter(|one| shape.fits(&regex, one))
        .collect();
    match is_most(fits.len(), samples.len()) {
        true => Ok(fits),
        false => Err(LearnError::Contradict),
    }
}

const fn is_most(part: usize, of: usize) -> bool {
    part >= SAMPLES_MIN && part * 10 >= of * 9
}

/// What the samples of the most common make-up have in common; those without its separators are of it too.
fn shape(samples: &[&str], check: CheckDigit) -> Result<RecordNumber, LearnError> {
    let signatures = || samples.iter().map(|one| signature(one));
    let common = most_common(signatures().map(|one| bare(&one))).ok_or(LearnError::TooFew)?;
    let of_common = signatures().filter(|one| bare(one) == common);
    let parted = |one: &String| one.chars().any(|c| !c.is_ascii_alphanumeric());
    let template = most_common(of_common.clone().filter(parted)).unwrap_or_else(|| common.clone());
    // One with separators among many without is a stranger, not the pattern.
    let (with, without) = of_common.fold((0, 0), |(with, without), one| match one {
        one if one == template => (with + 1, without),
        one if !parted(&one) => (with, without + 1),
        _ => (with, without),
    });
    let (template, presence) = match (with, without) {
        (with, without) if with * 10 < without => (common, Presence::Always),
        (_, 0) => (template, Presence::Always),
        (with, without) if without * 10 < with => (template, Presence::Always),
        _ => (template, Presence::Sometimes),
    };
    let alike: Vec<Vec<&str>> = samples
        .iter()
        .filter(|one| signature(one) == template)
        .map(|one| pieces(one))
        .collect();
    let runs = template
        .chars()
        .enumerate()
        .map(|(at, kind)| run(kind, at, &alike, presence));
    RecordNumber::of(runs.collect(), check).map_err(|_| LearnError::TooShort)
}

fn run(kind: char, at: usize, alike: &[Vec<&str>], presence: Presence) -> Run {
    let of = || alike.iter().filter_map(|pieces| pieces.get(at).copied());
    let lengths = || of().map(|piece| u8::try_from(piece.len()).unwrap_or(u8::MAX));
    let (least, most) = (lengths().min().unwrap_or(1), lengths().max().unwrap_or(1));
    match kind {
        '9' => Run::Digits(least, most),
        'A' => {
            let first = of().next().unwrap_or_default();
            match of().all(|piece| piece == first) {
                true => Run::Fixed(first.to_owned()),
                false => Run::Letters(least, most),
            }
        }
        sign => Run::Separator(sign, presence),
    }
}
