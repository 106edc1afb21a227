//! The words of an archive: kept sealed in pieces, opened in memory, so that beginnings, patterns, stems and
//! slips of the pen become whole words before anything is looked up.
//!
//! Invariant: a word is said once, with all places in which it stands; what is not here stands nowhere.

use std::collections::BTreeMap;
use std::ops::Bound;

use model::limits::{ARCHIVE_LEXICON_OCTETS_MAX, SEARCH_EXPANSIONS_MAX};
use rust_stemmers::{Algorithm, Stemmer};

use super::query::{Form, Term};

/// New words before they are sorted in.
const RECENT_MAX: usize = 4_096;

/// Letters that all forms of a word begin with: stemmers change ends alone.
const SHARED_LETTERS: usize = 2;

/// In which places a word stands, a bit each.
pub(crate) type Places = u8;

#[derive(Default)]
pub(crate) struct Lexicon {
    /// All sorted words behind each other, and where each ends.
    letters: String,
    ends: Vec<(u32, Places)>,
    recent: BTreeMap<Box<str>, Places>,
}

/// A term stands for more words than a search may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooMany;

impl Lexicon {
    /// New words would be more than an archive can have.
    pub(crate) fn is_full(&self) -> bool {
        self.letters.len() > ARCHIVE_LEXICON_OCTETS_MAX
    }

    pub(crate) fn places(&self, word: &str) -> Places {
        let sorted = self.at(word).map_or(0, |at| self.ends[at].1);
        sorted | self.recent.get(word).copied().unwrap_or(0)
    }

    pub(crate) fn add(&mut self, word: &str, places: Places) {
        match self.recent.get_mut(word) {
            Some(known) => *known |= places,
            None => _ = self.recent.insert(word.into(), places),
        }
        if self.recent.len() > RECENT_MAX + self.ends.len() / 8 {
            self.sort_in();
        }
    }

    /// Every word with its places, sorted.
    pub(crate) fn all(&mut self) -> impl Iterator<Item = (&str, Places)> {
        self.sort_in();
        (0..self.ends.len()).map(|at| (self.word(at), self.ends[at].1))
    }

    fn sort_in(&mut self) {
        let recent = std::mem::take(&mut self.recent);
        let old = std::mem::take(self);
        let mut news = recent.iter().peekable();
        for at in 0..old.ends.len() {
            let (word, mut places) = (old.word(at), old.ends[at].1);
            while let Some((new, its)) = news.next_if(|(new, _)| &***new < word) {
                self.push(new, *its);
            }
            if let Some((_, its)) = news.next_if(|(new, _)| &***new == word) {
                places |= its;
            }
            self.push(word, places);
        }
        for (new, its) in news {
            self.push(new, *its);
        }
    }

    fn push(&mut self, word: &str, places: Places) {
        self.letters.push_str(word);
        let end = u32::try_from(self.letters.len()).unwrap_or(u32::MAX);
        self.ends.push((end, places));
    }

    fn word(&self, at: usize) -> &str {
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before].0);
        self.letters
            .get(start as usize..self.ends[at].0 as usize)
            .unwrap_or_default()
    }

    fn at(&self, word: &str) -> Option<usize> {
        let found = self.first_from(word);
        (found < self.ends.len() && self.word(found) == word).then_some(found)
    }

    /// The first word that is not before `word`.
    fn first_from(&self, word: &str) -> usize {
        let (mut low, mut high) = (0, self.ends.len());
        while low < high {
            let middle = low + (high - low) / 2;
            match self.word(middle) < word {
                true => low = middle + 1,
                false => high = middle,
            }
        }
        low
    }

    /// The words that a term stands for, with their places; sorted.
    pub(crate) fn expand(&self, term: &Term) -> Result<Vec<(String, Places)>, TooMany> {
        let mut found = Found::default();
        match term.form {
            Form::Exact => found.add(&term.text, self.places(&term.text))?,
            Form::Inflected => {
                let stems = Stems::new();
                let wanted = stems.of(&term.text);
                let first = term.text.char_indices().nth(SHARED_LETTERS);
                let first = first.map_or(term.text.len(), |(end, _)| end);
                self.beginning(&term.text[..first], |word, places| {
                    match stems.of(word).meets(&wanted) {
                        true => found.add(word, places),
                        false => Ok(()),
                    }
                })?;
                found.add(&term.text, self.places(&term.text))?;
            }
            Form::Pattern => {
                let pattern: Vec<char> = term.text.chars().collect();
                let fixed = term.text.find(['*', '?']).unwrap_or(term.text.len());
                self.beginning(&term.text[..fixed], |word, places| {
                    match fits(&pattern, word) {
                        true => found.add(word, places),
                        false => Ok(()),
                    }
                })?;
            }
            Form::Fuzzy(letters) => self.beginning("", |word, places| {
                match is_near(&term.text, word, usize::from(letters)) {
                    true => found.add(word, places),
                    false => Ok(()),
                }
            })?,
        }
        Ok(found.0.into_iter().collect())
    }

    fn beginning(
        &self,
        start: &str,
        mut each: impl FnMut(&str, Places) -> Result<(), TooMany>,
    ) -> Result<(), TooMany> {
        for at in self.first_from(start)..self.ends.len() {
            let word = self.word(at);
            if !word.starts_with(start) {
                break;
            }
            each(word, self.ends[at].1)?;
        }
        let recent = self
            .recent
            .range::<str, _>((Bound::Included(start), Bound::Unbounded));
        for (word, places) in recent.take_while(|(word, _)| word.starts_with(start)) {
            each(word, *places)?;
        }
        Ok(())
    }
}

#[derive(Default)]
struct Found(BTreeMap<String, Places>);

impl Found {
    fn add(&mut self, word: &str, places: Places) -> Result<(), TooMany> {
        if places == 0 {
            return Ok(());
        }
        *self.0.entry(word.to_owned()).or_default() |= places;
        match self.0.len() > SEARCH_EXPANSIONS_MAX {
            true => Err(TooMany),
            false => Ok(()),
        }
    }
}

/// The stems of a word in the languages of the product.
struct Stems {
    english: Stemmer,
    spanish: Stemmer,
}

#[derive(PartialEq, Eq)]
struct Stem {
    english: String,
    spanish: String,
}

impl Stems {
    fn new() -> Self {
        Self {
            english: Stemmer::create(Algorithm::English),
            spanish: Stemmer::create(Algorithm::Spanish),
        }
    }

    fn of(&self, word: &str) -> Stem {
        Stem {
            english: self.english.stem(word).into_owned(),
            spanish: self.spanish.stem(word).into_owned(),
        }
    }
}

impl Stem {
    fn meets(&self, other: &Self) -> bool {
        self.english == other.english || self.spanish == other.spanish
    }
}

/// `*` for any letters, `?` for one. Goes back to the last star only, so it takes no longer than pattern × word.
fn fits(pattern: &[char], word: &str) -> bool {
    let word: Vec<char> = word.chars().collect();
    let (mut p, mut w) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while w < word.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, w));
                p += 1;
            }
            Some(letter) if *letter == '?' || *letter == word[w] => {
                p += 1;
                w += 1;
            }
            _ => match star {
                Some((at, from)) => {
                    star = Some((at, from + 1));
                    p = at + 1;
                    w = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|letter| *letter == '*')
}

/// Whether so many letters are wrong at most: put in, left out, changed, or two beside each other swapped.
fn is_near(a: &str, b: &str, letters: usize) -> bool {
    a.len().abs_diff(b.len()) <= letters * 4 && strsim::osa_distance(a, b) <= letters
}

#[cfg(test)]
mod tests;
