//! Who signs a letter without a word of closing, and who sat in a meeting: people of the house, not those it is
//! about.
//!
//! Invariant: a name that words make a patient's stays one.

use std::collections::BTreeSet;
use std::ops::Range;

use super::Reader;
use super::cues::{Cue, words};
use super::role::Role;

/// Lines of a closing and octets of one.
const LINES: usize = 4;
const LINE: usize = 60;
/// Words in the first line of a closing.
const WORDS: usize = 5;
/// Octets that a letter has before its closing.
const LETTER: usize = 60;
/// Names of a meeting that are remembered.
const ATTENDING: usize = 60;

impl Reader<'_> {
    /// Makes those who sign or attend people of the house.
    pub(super) fn house(&mut self) {
        let text = self.given.text;
        let closing = closing(text).unwrap_or(0..0);
        self.attending = attending(text).into_iter().map(<[u8]>::to_vec).collect();
        let mut signed = false;
        let mut before: Option<(usize, Role)> = None;
        for (name, role) in &mut self.people {
            // "Congratulations to Hollis Barrera and Nadine Quist".
            let joined = before.is_some_and(|(end, led)| {
                led == Role::Office
                    && [&b" and "[..], b" y ", b", "]
                        .contains(&&text[end.min(name.start)..name.start])
            });
            let signs = closing.contains(&name.start);
            let last = words(&text[name.clone()]).next_back();
            let attends = last.is_some_and(|word| self.attending.contains(word));
            if matches!(
                role,
                Role::Person {
                    anchored: false,
                    ..
                }
            ) && (signs || attends || joined)
            {
                *role = Role::Office;
            }
            signed |= signs;
            before = Some((name.end, *role));
        }
        let mut first = words(
            text[closing.clone()]
                .split(|b| *b == b'\n')
                .next()
                .unwrap_or_default(),
        );
        // "Ignatius": one word that is no office's.
        let alone = first
            .next()
            .filter(|_| first.next().is_none())
            .is_some_and(|word| {
                word.len() > 2
                    && !self.given.people.is_ordinary(word)
                    && self.given.cues.of(word) == Cue::default()
            });
        self.bearing.signed |= signed || alone;
        self.closing = closing;
    }
}

/// The last paragraph, where it is a name and what somebody is, and what stands before is a letter.
fn closing(text: &[u8]) -> Option<Range<usize>> {
    let end = text.trim_ascii_end().len();
    let start = memchr::memmem::rfind(&text[..end], b"\n\n")? + 2;
    let before = text[..start].trim_ascii_end();
    let ends = before.last().is_some_and(|b| b".?!".contains(b));
    let block = &text[start..end];
    let mut lines = block.split(|b| *b == b'\n');
    let first = lines.next()?;
    let capital = |word: &[u8]| word[0].is_ascii_uppercase() || word.len() < 4;
    let named = !first.is_empty()
        && first.len() <= LINE
        && !first
            .iter()
            .any(|b| b.is_ascii_digit() || b":.?!".contains(b))
        && words(first).count() <= WORDS
        && words(first).all(capital);
    let short = lines.clone().count() < LINES && lines.all(|line| line.len() <= LINE);
    (before.len() >= LETTER && ends && named && short).then_some(start..end)
}

/// Words that a line of those present lists.
fn attending(text: &[u8]) -> BTreeSet<&[u8]> {
    const PRESENT: &[&[u8]] = &[
        b"present:",
        b"members present:",
        b"attendees:",
        b"in attendance:",
        b"attending:",
        b"absent:",
        b"excused:",
        b"presentes:",
        b"asistentes:",
    ];
    let lines = text.split(|b| *b == b'\n').filter(|line| {
        PRESENT.iter().any(|head| {
            line.get(..head.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(head))
        })
    });
    lines
        .flat_map(|line| words(line).skip(1))
        .filter(|word| word.len() > 2 && word[0].is_ascii_uppercase())
        .take(ATTENDING)
        .collect()
}
