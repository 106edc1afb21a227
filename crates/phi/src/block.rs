//! Disclaimers and signatures: text that every mail of a clinic carries, whatever it is about.
//!
//! Inside them words of care ("patient", "clinic", "treatment") say nothing about this message and do
//! not count; what ails someone ("diabetes") counts everywhere, and so does every identifier, so that
//! nothing can be hidden by writing it beneath a disclaimer.

use std::ops::Range;

use memchr::memmem;

use crate::lexicon::{Tag, Words};

/// Longest paragraph taken for a disclaimer, to either side of its telling phrase.
const DISCLAIMER_MAX: usize = 3_000;
/// RFC 3676 §4.3 asks for four lines; people write more.
const SIGNATURE_MAX: usize = 1_200;

/// Where words of care do not count.
pub(crate) struct Quiet(Vec<Range<usize>>);

impl Quiet {
    pub(crate) fn of(text: &[u8], words: &Words) -> Self {
        let mut ranges: Vec<Range<usize>> = signatures(text).collect();
        let mut seen = 0;
        for key in words.keys.iter().filter(|key| key.tag == Tag::Disclaimer) {
            if key.range.start >= seen {
                let paragraph = paragraph(text, key.range.start);
                seen = paragraph.end;
                ranges.push(paragraph);
            }
        }
        Self(merged(ranges))
    }

    pub(crate) fn covers(&self, at: usize) -> bool {
        let next = self.0.partition_point(|range| range.start <= at);
        next > 0 && self.0[next - 1].end > at
    }
}

/// Sorted and disjoint, so that a hostile mail of nothing but disclaimers costs a search, not a walk.
fn merged(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_by_key(|range| range.start);
    let mut merged: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match merged.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => merged.push(range),
        }
    }
    merged
}

fn paragraph(text: &[u8], at: usize) -> Range<usize> {
    let low = at.saturating_sub(DISCLAIMER_MAX);
    let high = (at + DISCLAIMER_MAX).min(text.len());
    let blanks: [&[u8]; 2] = [b"\n\n", b"\n\r\n"];
    let start = blanks.iter().filter_map(|blank| memmem::rfind(&text[low..at], blank)).max();
    let end = blanks.iter().filter_map(|blank| memmem::find(&text[at..high], blank)).min();
    start.map_or(low, |start| low + start)..end.map_or(high, |end| at + end)
}

fn signatures(text: &[u8]) -> impl Iterator<Item = Range<usize>> + '_ {
    memmem::find_iter(text, b"\n--").filter_map(|at| {
        let line = &text[at + 3..];
        let ends = line.starts_with(b" \r\n") || line.starts_with(b" \n") || line.starts_with(b"\r\n") || line.starts_with(b"\n");
        ends.then(|| at..(at + SIGNATURE_MAX).min(text.len()))
    })
}
