//! The shape of an organisation's record numbers: letters, digits, separators, a check digit.
//!
//! A shape is written in a notation that people can read: `MR-#{6,8}` is two letters, a hyphen and six to eight
//! digits, `@{2}#{7}` any two letters and seven digits, `#{2}-?#{4}` a hyphen that may be missing. It is made
//! from samples by [`learn()`] or by hand. Invariant: a shape holds no digit of any sample.

mod check;
mod learn;
mod odds;

use std::fmt::Write;

use regex_automata::{Anchored, Input, meta::Regex, util::syntax};

pub use check::CheckDigit;
pub use learn::{LearnError, Learned, SAMPLES_MAX, SAMPLES_MIN, learn, samples};
pub use odds::{Looks, Odds};

/// Letters and digits that a number has at least; a shorter one stands in any text.
const SIGNS_MIN: usize = 4;
/// Characters of the longest number.
const CHARACTERS_MAX: usize = 32;
/// Changes between letters, digits and separators.
const RUNS_MAX: usize = 12;
/// What may stand between the parts of a number.
const SEPARATORS: &str = "-./_ ";

/// What a record number looks like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordNumber {
    runs: Vec<Run>,
    check: CheckDigit,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Run {
    /// The same capitals in each number.
    Fixed(String),
    Letters(u8, u8),
    Digits(u8, u8),
    Separator(char, Presence),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Presence {
    Always,
    Sometimes,
}

/// The notation says no shape, or one that fits too much.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShapeError;

impl std::fmt::Display for ShapeError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("not the shape of a record number")
    }
}
impl std::error::Error for ShapeError {}

impl RecordNumber {
    /// Reads the notation.
    pub fn parse(notation: &str, check: CheckDigit) -> Result<Self, ShapeError> {
        let mut runs: Vec<Run> = Vec::new();
        let mut rest = notation;
        while let Some(first) = rest.chars().next() {
            rest = &rest[first.len_utf8()..];
            let run = match first {
                '@' | '#' => {
                    let (inside, after) = braces(rest).ok_or(ShapeError)?;
                    rest = after;
                    let (least, most) = inside;
                    match first {
                        '@' => Run::Letters(least, most),
                        _ => Run::Digits(least, most),
                    }
                }
                'A'..='Z' => {
                    if let Some(Run::Fixed(letters)) = runs.last_mut() {
                        letters.push(first);
                        continue;
                    }
                    Run::Fixed(first.to_string())
                }
                _ if SEPARATORS.contains(first) => match rest.strip_prefix('?') {
                    Some(after) => {
                        rest = after;
                        Run::Separator(first, Presence::Sometimes)
                    }
                    None => Run::Separator(first, Presence::Always),
                },
                _ => return Err(ShapeError),
            };
            runs.push(run);
        }
        Self::of(runs, check)
    }

    fn of(runs: Vec<Run>, check: CheckDigit) -> Result<Self, ShapeError> {
        let shape = Self { runs, check };
        let (signs, most) = shape.extent();
        let digits = shape.runs.iter().any(|run| matches!(run, Run::Digits(..)));
        let edge = |run: Option<&Run>| run.is_some_and(|run| !matches!(run, Run::Separator(..)));
        let sound = digits
            && edge(shape.runs.first())
            && edge(shape.runs.last())
            && signs >= SIGNS_MIN
            && most <= CHARACTERS_MAX
            && shape.runs.len() <= RUNS_MAX;
        if sound { Ok(shape) } else { Err(ShapeError) }
    }

    pub fn notation(&self) -> String {
        let mut out = String::new();
        for run in &self.runs {
            match run {
                Run::Fixed(letters) => out.push_str(letters),
                Run::Letters(least, most) => count(&mut out, '@', *least, *most),
                Run::Digits(least, most) => count(&mut out, '#', *least, *most),
                Run::Separator(sign, presence) => {
                    out.push(*sign);
                    if *presence == Presence::Sometimes {
                        out.push('?');
                    }
                }
            }
        }
        out
    }

    pub const fn check(&self) -> CheckDigit {
        self.check
    }

    /// Letters and digits at least, characters at most.
    fn extent(&self) -> (usize, usize) {
        let mut extent = (0, 0);
        for run in &self.runs {
            let (least, most) = match run {
                Run::Fixed(letters) => (letters.len(), letters.len()),
                Run::Letters(least, most) | Run::Digits(least, most) => {
                    (usize::from(*least), usize::from(*most))
                }
                Run::Separator(..) => (0, 1),
            };
            extent = (extent.0 + least, extent.1 + most);
        }
        extent
    }

    /// As an expression that finds it between other text; letters in any case.
    pub(crate) fn expression(&self) -> String {
        let mut out = "\\b".to_owned();
        for (at, run) in self.runs.iter().enumerate() {
            let last = at + 1 == self.runs.len();
            let _ = match run {
                Run::Fixed(letters) => write!(out, "{letters}"),
                Run::Letters(least, most) => write!(out, "[A-Z]{{{least},{most}}}"),
                // Ten is written X where the check is by eleven.
                Run::Digits(least, most) if last && self.check.has_ten() => {
                    let (least, most) = (least.saturating_sub(1), most.saturating_sub(1));
                    write!(out, "[0-9]{{{least},{most}}}[0-9X]")
                }
                Run::Digits(least, most) => write!(out, "[0-9]{{{least},{most}}}"),
                Run::Separator(sign, presence) => {
                    let mut text = [0; 4];
                    out.push_str(&regex_syntax::escape(sign.encode_utf8(&mut text)));
                    match presence {
                        Presence::Sometimes => write!(out, "?"),
                        Presence::Always => Ok(()),
                    }
                }
            };
        }
        out.push_str("\\b");
        out
    }

    /// Whether what the expression found is one: not a piece of a longer number, and its check digit holds.
    pub(crate) fn holds(&self, text: &[u8], range: &std::ops::Range<usize>) -> bool {
        let digit = |at: Option<usize>| {
            at.and_then(|at| text.get(at))
                .is_some_and(u8::is_ascii_digit)
        };
        let joins = |at: Option<usize>| {
            at.and_then(|at| text.get(at))
                .is_some_and(|b| matches!(b, b'-' | b'.' | b'/' | b','))
        };
        let before = range.start.checked_sub(1);
        let piece = (joins(before) && digit(range.start.checked_sub(2)))
            || (joins(Some(range.end)) && digit(Some(range.end + 1)));
        !piece && self.check.holds(&text[range.clone()])
    }

    /// Whether a text is one from end to end.
    fn fits(&self, regex: &Regex, text: &str) -> bool {
        let whole = regex.find(Input::new(text).anchored(Anchored::Yes));
        whole.is_some_and(|found| found.range() == (0..text.len()))
            && self.check.holds(text.as_bytes())
    }

    fn regex(&self) -> Option<Regex> {
        let syntax = syntax::Config::new()
            .unicode(false)
            .utf8(false)
            .case_insensitive(true);
        Regex::builder()
            .syntax(syntax)
            .build(&self.expression())
            .ok()
    }
}

fn count(out: &mut String, sign: char, least: u8, most: u8) {
    let _ = match least == most {
        true => write!(out, "{sign}{{{least}}}"),
        false => write!(out, "{sign}{{{least},{most}}}"),
    };
}

/// `{n}` or `{n,m}` and what follows.
fn braces(text: &str) -> Option<((u8, u8), &str)> {
    let (inside, rest) = text.strip_prefix('{')?.split_once('}')?;
    let plain = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let (least, most) = inside.split_once(',').unwrap_or((inside, inside));
    if !plain(least) || !plain(most) {
        return None;
    }
    let (least, most): (u8, u8) = (least.parse().ok()?, most.parse().ok()?);
    (least >= 1 && least <= most && usize::from(most) <= CHARACTERS_MAX)
        .then_some(((least, most), rest))
}

#[cfg(test)]
mod tests;
