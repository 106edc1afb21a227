//! The words: health terms and the keywords that stand next to identifiers, found in one pass.
//!
//! Data files beside this one hold the words; this holds how they match. Not a dictionary of
//! diagnoses: a short list of everyday words marks clinical messages better than 155,000 official
//! terms do (phi.md §0.5). Invariant: a hit begins and ends at word boundaries of the text.

use std::ops::Range;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

mod entries;

pub(crate) use entries::Tag;
use entries::{Case, Entry, Role};

pub(crate) struct Lexicon {
    automaton: AhoCorasick,
    entries: Vec<Entry>,
    stop: Vec<&'static str>,
}

/// A word of health.
pub(crate) struct Term {
    pub range: Range<usize>,
    /// Says that care is the subject rather than what ails someone.
    pub setting: bool,
    /// Found by its ending, so its own letters are its name.
    pub by_suffix: bool,
    /// Names the entry: equal terms have equal entries.
    pub entry: usize,
}

/// A keyword that identifiers stand next to.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    pub range: Range<usize>,
    pub tag: Tag,
    /// Names the entry: equal keywords have equal entries.
    pub entry: u32,
}

/// All words of one text.
#[derive(Default)]
pub(crate) struct Words {
    /// By start; none lies inside another.
    pub terms: Vec<Term>,
    /// By start.
    pub keys: Vec<Key>,
    /// What happens in care and what hurts, by start: words that say nothing of health alone, and are
    /// weighed beside a person only.
    pub slight: Vec<(Range<usize>, usize)>,
}

impl Lexicon {
    pub(crate) fn new() -> Self {
        let (entries, stop) = entries::read();
        let automaton = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::Standard)
            .kind(Some(AhoCorasickKind::DFA))
            .build(entries.iter().map(|entry| entry.text))
            .expect("a few hundred short constant words fit any automaton");
        Self {
            automaton,
            entries,
            stop,
        }
    }

    /// The listed form of a term, for its token.
    pub(crate) fn text(&self, entry: usize) -> &'static str {
        self.entries[entry].text
    }

    pub(crate) fn read(&self, text: &[u8]) -> Words {
        let mut hits: Vec<(Range<usize>, usize)> = Vec::new();
        let mut keys = Vec::new();
        let mut slight = Vec::new();
        for found in self.automaton.find_overlapping_iter(text) {
            let index = found.pattern().as_usize();
            let entry = &self.entries[index];
            let Some(range) = entry.fit(text, found.range()) else {
                continue;
            };
            match entry.role {
                Role::Key(tag) => {
                    let entry = u32::try_from(index).unwrap_or(u32::MAX);
                    keys.push(Key { range, tag, entry });
                }
                Role::Slight => slight.push((range, index)),
                Role::Body if !is_possessed(&text[..range.start]) => {}
                Role::Body => slight.push((range, index)),
                Role::Suffix if self.is_stopped(&text[range.clone()]) => {}
                _ => hits.push((range, index)),
            }
        }
        keys.sort_by_key(|key| (key.range.start, std::cmp::Reverse(key.range.end)));
        hits.sort_by_key(|(range, index)| (range.start, std::cmp::Reverse(range.end), *index));
        slight.sort_by_key(|(range, _)| range.start);
        Words {
            terms: self.outermost(hits),
            keys,
            slight,
        }
    }

    /// The longest hit wins over what lies inside it; neutral phrases win and then say nothing.
    fn outermost(&self, hits: Vec<(Range<usize>, usize)>) -> Vec<Term> {
        let mut covered = 0;
        let mut terms = Vec::new();
        for (range, index) in hits {
            if range.end <= covered {
                continue;
            }
            covered = range.end;
            let role = self.entries[index].role;
            if role != Role::Neutral {
                let (setting, by_suffix) = (role == Role::Setting, role == Role::Suffix);
                terms.push(Term {
                    range,
                    setting,
                    by_suffix,
                    entry: index,
                });
            }
        }
        terms
    }

    fn is_stopped(&self, word: &[u8]) -> bool {
        self.stop
            .iter()
            .any(|stop| stop.as_bytes().eq_ignore_ascii_case(word))
    }
}

impl Words {
    /// The keys that begin in a range.
    pub(crate) fn keys_from(&self, range: Range<usize>) -> &[Key] {
        let first = self
            .keys
            .partition_point(|key| key.range.start < range.start);
        let rest = &self.keys[first..];
        &rest[..rest.partition_point(|key| key.range.start < range.end)]
    }

    /// Whether a keyword ends at most `before` bytes ahead of the place or begins at most `after`
    /// bytes behind it.
    pub(crate) fn near(&self, tag: Tag, place: &Range<usize>, before: usize, after: usize) -> bool {
        // No keyword is longer than 64 bytes; its end, not its start, has to be near.
        let from = place.start.saturating_sub(before + 64);
        self.keys_from(from..place.end.saturating_add(after))
            .iter()
            .any(|key| {
                key.tag == tag
                    && (key.range.start >= place.end
                        || (key.range.end <= place.start && place.start - key.range.end <= before))
            })
    }
}

impl Entry {
    /// The whole word or phrase around a match, or nothing when it is only part of a word.
    fn fit(&self, text: &[u8], found: Range<usize>) -> Option<Range<usize>> {
        let mut range = found;
        let letter = |at: usize| text.get(at).is_some_and(u8::is_ascii_alphanumeric);
        let before = |at: usize| at > 0 && letter(at - 1);
        if self.text.ends_with(|c: char| c.is_ascii_alphanumeric()) && letter(range.end) {
            range.end = self.plural(text, range.end)?;
        }
        match self.role {
            Role::Suffix => {
                let stem = text[..range.start]
                    .iter()
                    .rev()
                    .take(30)
                    .take_while(|b| b.is_ascii_alphabetic())
                    .count();
                (3..30)
                    .contains(&stem)
                    .then(|| range.start - stem..range.end)
                    .filter(|range| !before(range.start))
            }
            Role::Unit => {
                let blanks = text[..range.start]
                    .iter()
                    .rev()
                    .take(2)
                    .take_while(|b| **b == b' ')
                    .count();
                let at = range.start - blanks;
                (blanks <= 1 && at > 0 && text[at - 1].is_ascii_digit()).then_some(range)
            }
            // "50yo".
            Role::Key(Tag::Age) if text[..range.start].last().is_some_and(u8::is_ascii_digit) => {
                Some(range)
            }
            _ if before(range.start) => None,
            _ => self
                .case
                .agrees(self.text, &text[range.start..range.start + self.text.len()])
                .then_some(range),
        }
    }

    /// The end of a plural of health words; keywords and abbreviations stand as they are.
    fn plural(&self, text: &[u8], end: usize) -> Option<usize> {
        let takes = matches!(
            self.role,
            Role::Clinical | Role::Setting | Role::Suffix | Role::Slight | Role::Body
        ) && self.case == Case::Any;
        let letters = text[end..]
            .iter()
            .take(3)
            .take_while(|b| b.is_ascii_alphanumeric())
            .count();
        let rest = text.get(end..end + letters)?;
        let is_plural = rest.eq_ignore_ascii_case(b"s") || rest.eq_ignore_ascii_case(b"es");
        (takes && is_plural).then_some(end + letters)
    }
}

/// Whether the word before a part of the body makes it somebody's.
fn is_possessed(before: &[u8]) -> bool {
    const OWNERS: &[&[u8]] = &[
        b"my", b"his", b"her", b"your", b"left", b"right", b"lower", b"upper", b"both", b"mi",
        b"mis", b"su", b"sus", b"s",
    ];
    let Some(before) = before.strip_suffix(b" ") else {
        return false;
    };
    let letters = before
        .iter()
        .rev()
        .take(8)
        .take_while(|b| b.is_ascii_alphabetic())
        .count();
    let word = &before[before.len() - letters..];
    OWNERS.iter().any(|owner| owner.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests;
