//! Units: the stretch of a text that says one thing, a sentence or a line of a list.
//!
//! Wrapped prose is one sentence over its lines; a list, a form and a table say one thing a line.
//! Invariant: a unit is at most [`REACH`] bytes to either side of its place, so that text without a
//! full stop costs a bounded step.

use std::ops::Range;

const REACH: usize = 400;
/// A line shorter than this was ended by its writer, not by a mail program.
const FULL_LINE: usize = 52;

/// How the text is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    Prose,
    Lines,
}

pub(super) fn around(text: &[u8], at: usize, layout: Layout) -> Range<usize> {
    let low = at.saturating_sub(REACH);
    let high = (at + REACH).min(text.len());
    let ends = |place: &usize| is_end(text, *place, layout);
    let start = (low..at).rev().find(ends).map_or(low, |place| place + 1);
    let end = (at..high).find(ends).map_or(high, |place| place + 1);
    start..end
}

/// Whether the unit ends with the byte at this place.
fn is_end(text: &[u8], at: usize, layout: Layout) -> bool {
    match text[at] {
        b'\n' => layout == Layout::Lines || ends_line(text, at),
        b'.' | b'?' | b'!' => layout == Layout::Prose && ends_sentence(text, at),
        _ => false,
    }
}

/// A line break that its writer made: beside an empty line, after a short line, before a mark of a list.
fn ends_line(text: &[u8], at: usize) -> bool {
    let low = at.saturating_sub(FULL_LINE);
    let own = memchr::memrchr(b'\n', &text[low..at]).map_or(at - low, |found| at - low - found - 1);
    let next = text[at + 1..].trim_ascii_start_marks();
    own < FULL_LINE
        || (at > 0 && text[at - 1] == b':')
        || next
            .first()
            .is_none_or(|b| matches!(b, b'\n' | b'\r' | b'-' | b'*' | b'|') || b.is_ascii_digit())
}

trait Marks {
    fn trim_ascii_start_marks(&self) -> &[u8];
}

impl Marks for [u8] {
    /// Without the marks of a quotation.
    fn trim_ascii_start_marks(&self) -> &[u8] {
        let marks = self
            .iter()
            .take(8)
            .take_while(|b| b"> ".contains(b))
            .count();
        &self[marks..]
    }
}

/// A full stop before a blank, but not of a title, an initial or an abbreviation.
fn ends_sentence(text: &[u8], at: usize) -> bool {
    const SHORT: &[&[u8]] = &[
        b"mr", b"mrs", b"ms", b"dr", b"dra", b"sr", b"sra", b"srta", b"st", b"jr", b"lic", b"ing",
        b"prof", b"rev", b"sgt", b"lt", b"rep", b"sen", b"dept", b"ext", b"vs", b"no", b"apt",
        b"tel", b"appt", b"pt", b"dx", b"hx", b"rm", b"wt", b"fr", b"av", b"col", b"exp", b"esp",
    ];
    if !text.get(at + 1).is_none_or(u8::is_ascii_whitespace) {
        return false;
    }
    if text[at] != b'.' {
        return true;
    }
    let word = text[..at]
        .iter()
        .rev()
        .take(6)
        .take_while(|b| b.is_ascii_alphabetic())
        .count();
    let word = &text[at - word..at];
    let initial = word.len() == 1 && word[0].is_ascii_uppercase();
    !initial && !SHORT.iter().any(|short| short.eq_ignore_ascii_case(word))
}
