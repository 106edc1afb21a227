//! Disclaimers and signatures: text that every mail of a clinic carries, whatever it is about.
//!
//! Inside them words of care ("patient", "clinic", "treatment") say nothing about this message and do
//! not count; what ails someone ("diabetes") counts everywhere, and so does every identifier, so that
//! nothing can be hidden by writing it beneath a disclaimer.

use std::ops::Range;

use memchr::memmem;

use crate::lexicon::{Tag, Words};
use crate::names::{Listed, People};

/// Longest paragraph taken for a disclaimer, to either side of its telling phrase.
const DISCLAIMER_MAX: usize = 3_000;
/// RFC 3676 §4.3 asks for four lines; people write more.
const SIGNATURE_MAX: usize = 1_200;
/// Signatures looked at for a name.
const SIGNATURES_READ: usize = 4;
/// Lines under a closing that are its writer's.
const CLOSING_LINES_MAX: usize = 8;

/// The parts of a text that someone did not write for this message.
pub(crate) struct Blocks {
    /// Where words of care do not count.
    quiet: Vec<Range<usize>>,
    signatures: Vec<Range<usize>>,
    /// From here on an earlier mail is quoted.
    quoted_from: usize,
}

impl Blocks {
    pub(crate) fn of(text: &[u8], words: &Words) -> Self {
        let mut signed: Vec<Range<usize>> = signatures(text).collect();
        signed.extend(closings(text, words));
        let signatures = merged(signed);
        let mut ranges = signatures.clone();
        let mut seen = 0;
        for key in words.keys.iter().filter(|key| key.tag == Tag::Disclaimer) {
            if key.range.start >= seen {
                let paragraph = paragraph(text, key.range.start);
                seen = paragraph.end;
                ranges.push(paragraph);
            }
        }
        let quoted = words.keys.iter().find(|key| key.tag == Tag::Forwarded);
        Self {
            quiet: merged(ranges),
            signatures,
            quoted_from: quoted.map_or(usize::MAX, |key| key.range.start),
        }
    }

    pub(crate) fn is_quiet(&self, at: usize) -> bool {
        covers(&self.quiet, at)
    }

    pub(crate) fn is_signature(&self, at: usize) -> bool {
        covers(&self.signatures, at)
    }

    /// Whether a given name alone closes the mail: "Love, Maureen".
    pub(crate) fn is_signed_by(&self, text: &[u8], people: &People) -> bool {
        self.signatures.iter().take(SIGNATURES_READ).any(|block| {
            text[block.clone()]
                .split(|b| !b.is_ascii_alphabetic())
                .take(20)
                .any(|word| {
                    word.first().is_some_and(u8::is_ascii_uppercase)
                        && people.first(word) == Listed::Name
                })
        })
    }

    /// Whether a place is in an earlier mail: behind a mark of quoting, or below a mail program's line.
    pub(crate) fn is_quoted(&self, text: &[u8], at: usize) -> bool {
        let own = line(text, at);
        at >= self.quoted_from || unquoted(own).len() < own.len() && own.contains(&b'>')
    }

    /// Whether a place is in a line that a mail program wrote: the headers of a forwarded mail, or
    /// "On … wrote:" above a quotation. Their dates and addresses are the envelope's, not the patient's.
    pub(crate) fn is_envelope(&self, text: &[u8], at: usize) -> bool {
        is_envelope(text, at)
    }
}

fn covers(ranges: &[Range<usize>], at: usize) -> bool {
    let next = ranges.partition_point(|range| range.start <= at);
    next > 0 && ranges[next - 1].end > at
}

/// The line a place is in.
pub(crate) fn line(text: &[u8], at: usize) -> &[u8] {
    &text[line_around(text, at)]
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
    let start = blanks
        .iter()
        .filter_map(|blank| memmem::rfind(&text[low..at], blank))
        .max();
    let end = blanks
        .iter()
        .filter_map(|blank| memmem::find(&text[at..high], blank))
        .min();
    start.map_or(low, |start| low + start)..end.map_or(high, |end| at + end)
}

fn is_envelope(text: &[u8], at: usize) -> bool {
    let line = line_around(text, at);
    let own = &text[line.clone()];
    if starts_quotation(own) {
        // A long one wraps.
        let next = line_around(text, line.end + 1);
        return ends_quotation(own) || ends_quotation(&text[next]);
    }
    let above = line_around(text, line.start.saturating_sub(1));
    let below = line_around(text, line.end + 1);
    is_header(own)
        && ((above.end < line.start && is_header(&text[above])) || is_header(&text[below]))
}

/// The line around a place, without its end, at most 300 bytes to either side.
fn line_around(text: &[u8], at: usize) -> Range<usize> {
    let at = at.min(text.len());
    let low = at.saturating_sub(300);
    let high = (at + 300).min(text.len());
    let start = memchr::memrchr(b'\n', &text[low..at]).map_or(low, |found| low + found + 1);
    let end = memchr::memchr(b'\n', &text[at..high]).map_or(high, |found| at + found);
    start..end
}

/// Without the marks of quoting: "> > ", "JB> ", spaces, stars.
fn unquoted(line: &[u8]) -> &[u8] {
    let initials = line
        .iter()
        .take(4)
        .take_while(|b| b.is_ascii_uppercase())
        .count();
    let line = if line.get(initials) == Some(&b'>') {
        &line[initials..]
    } else {
        line
    };
    let marks = line.iter().take_while(|b| b"> |*\t".contains(b)).count();
    &line[marks..]
}

fn is_header(line: &[u8]) -> bool {
    const NAMES: [&[u8]; 14] = [
        b"from",
        b"to",
        b"cc",
        b"bcc",
        b"sent",
        b"date",
        b"subject",
        b"sender",
        b"reply-to",
        b"message-id",
        b"de",
        b"para",
        b"enviado",
        b"asunto",
    ];
    let line = unquoted(line);
    let name = line
        .iter()
        .take(12)
        .position(|b| *b == b':')
        .map(|colon| &line[..colon]);
    name.is_some_and(|name| NAMES.iter().any(|known| known.eq_ignore_ascii_case(name)))
}

fn starts_quotation(line: &[u8]) -> bool {
    let line = unquoted(line);
    [&b"On "[..], b"El ", b"Le ", b"Am "]
        .iter()
        .any(|start| line.starts_with(start))
}

fn ends_quotation(line: &[u8]) -> bool {
    [&b"wrote:"[..], b"wrote in message", b"escribio:", b"said:"]
        .iter()
        .any(|end| memmem::find(line, end).is_some())
}

fn signatures(text: &[u8]) -> impl Iterator<Item = Range<usize>> + '_ {
    memmem::find_iter(text, b"\n--").filter_map(|at| {
        let line = &text[at + 3..];
        let ends = line.starts_with(b" \r\n")
            || line.starts_with(b" \n")
            || line.starts_with(b"\r\n")
            || line.starts_with(b"\n");
        ends.then(|| at..(at + SIGNATURE_MAX).min(text.len()))
    })
}

/// From a line that closes a letter ("Best regards,") to the next empty line after its name.
fn closings<'a>(text: &'a [u8], words: &'a Words) -> impl Iterator<Item = Range<usize>> + 'a {
    let keys = words.keys.iter().filter(|key| key.tag == Tag::Closing);
    keys.filter_map(move |key| {
        let line = line_around(text, key.range.start);
        let alone = unquoted(&text[line.clone()]);
        let rest = alone.iter().filter(|b| b.is_ascii_alphanumeric()).count();
        let own = text[key.range.clone()]
            .iter()
            .filter(|b| b.is_ascii_alphanumeric())
            .count();
        // "Thanks, Terri" is one, "Thanks, the results are in" is none.
        let behind = &text[key.range.end..line.end];
        let named = alone.starts_with(&text[key.range.clone()])
            && behind
                .first()
                .is_some_and(|b| matches!(b, b',' | b'!' | b' '))
            && rest - own <= 40
            && behind
                .split(|b| !b.is_ascii_alphabetic() && *b < 0x80)
                .filter(|word| !word.is_empty())
                .all(|word| word[0].is_ascii_uppercase());
        (rest == own || named).then(|| line.start..closing_end(text, line.end))
    })
}

/// At most eight short lines, over one empty line at the beginning.
fn closing_end(text: &[u8], from: usize) -> usize {
    let mut end = from;
    let mut lines = 0;
    while end < text.len() && lines < CLOSING_LINES_MAX {
        let line = line_around(text, end + 1);
        if line.end <= end || line.len() > 120 {
            break;
        }
        let blank = text[line.clone()].iter().all(u8::is_ascii_whitespace);
        if blank && lines > 0 {
            break;
        }
        lines += usize::from(!blank || lines == 0 && end > from);
        end = line.end;
    }
    end
}
