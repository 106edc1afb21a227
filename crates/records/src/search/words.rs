//! Words of a text: folded so that case, accents and widths make no difference, in order.
//!
//! A word is a run of letters and digits; an apostrophe inside of it counts for nothing (`O'Brien` is
//! `obrien`). Scripts that part no words give pairs of letters. Invariant: a text gives the same words in
//! pieces of any size that end between words.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Letters of a word that count: what is longer is no word anybody types.
pub const WORD_LETTERS_MAX: usize = 64;

/// Calls `each` with the words of `text`, in order.
pub fn words(text: &str, mut each: impl FnMut(&str)) {
    let mut word = String::new();
    for run in runs(text) {
        word.clear();
        fold(run, &mut word);
        split(&word, &mut each);
    }
}

/// Calls `each` with every run of a text and where it stands, and the words that it gives, until `each` says no.
pub(crate) fn runs_of(text: &str, mut each: impl FnMut(std::ops::Range<usize>, &[String]) -> bool) {
    let (mut word, mut at) = (String::new(), 0);
    for run in runs(text) {
        // Runs come in order: each is looked for behind the one before.
        let start = at + text[at..].find(run).unwrap_or(0);
        at = start + run.len();
        word.clear();
        fold(run, &mut word);
        let mut words = Vec::new();
        split(&word, &mut |word: &str| words.push(word.to_owned()));
        if !each(start..at, &words) {
            return;
        }
    }
}

/// The words of a text as a list.
pub fn list(text: &str) -> Vec<String> {
    let mut list = Vec::new();
    words(text, |word| list.push(word.to_owned()));
    list
}

/// Runs of letters, digits, marks and of apostrophes between letters.
fn runs(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let start = rest.find(char::is_alphanumeric)?;
        rest = &rest[start..];
        let mut end = rest.len();
        let mut letters = rest.char_indices().peekable();
        while let Some((at, letter)) = letters.next() {
            let joins = is_apostrophe(letter)
                && letters.peek().is_some_and(|(_, next)| next.is_alphabetic());
            if !letter.is_alphanumeric() && !is_silent(letter) && !joins {
                end = at;
                break;
            }
        }
        let (run, after) = rest.split_at(end);
        rest = after;
        Some(run)
    })
}

fn is_apostrophe(letter: char) -> bool {
    matches!(letter, '\'' | '\u{2019}' | '\u{2bc}')
}

/// What is written inside of words and not read: marks over letters, soft hyphens, joiners.
fn is_silent(letter: char) -> bool {
    is_combining_mark(letter)
        || matches!(
            letter,
            '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}'
        )
}

fn fold(run: &str, into: &mut String) {
    if run.is_ascii() {
        into.extend(
            run.chars()
                .filter(|c| *c != '\'')
                .map(|c| c.to_ascii_lowercase()),
        );
        return;
    }
    let letters = run.nfkd().filter(|c| !is_silent(*c) && !is_apostrophe(*c));
    let lower = letters.flat_map(char::to_lowercase);
    // What lower case brings with it (`İ`) is a mark again; some widths open to signs.
    into.extend(lower.filter(|c| c.is_alphanumeric()));
}

/// Gives a folded run as words: whole, or in pairs where its script parts no words.
fn split(run: &str, each: &mut impl FnMut(&str)) {
    if run.is_ascii() {
        return one(run, each);
    }
    let mut rest = run;
    while let Some(first) = rest.chars().next() {
        let unparted = is_unparted(first);
        let end = rest.find(|c| is_unparted(c) != unparted);
        let (part, after) = rest.split_at(end.unwrap_or(rest.len()));
        rest = after;
        match unparted {
            true => in_pairs(part, each),
            false => one(part, each),
        }
    }
}

fn in_pairs(part: &str, each: &mut impl FnMut(&str)) {
    let ends: Vec<usize> = part
        .char_indices()
        .map(|(at, c)| at + c.len_utf8())
        .collect();
    if ends.len() == 1 {
        return each(part);
    }
    let starts = std::iter::once(0).chain(ends.iter().copied());
    for (start, end) in starts.zip(&ends[1..]) {
        each(&part[start..*end]);
    }
}

fn one(word: &str, each: &mut impl FnMut(&str)) {
    if word.is_empty() {
        return;
    }
    let end = word.char_indices().nth(WORD_LETTERS_MAX);
    each(end.map_or(word, |(end, _)| &word[..end]));
}

/// Han, Hiragana, Katakana and Thai letters stand beside each other without gaps (UAX #29 §4).
fn is_unparted(letter: char) -> bool {
    matches!(
        u32::from(letter),
        0x0e00..=0x0e7f | 0x3005..=0x3007 | 0x3040..=0x30ff | 0x3400..=0x4dbf | 0x4e00..=0x9fff | 0xf900..=0xfaff
            | 0x20000..=0x3ffff
    )
}

/// Whether a word is only one letter of a script that parts no words: it stands inside of pairs.
pub(crate) fn is_half_a_pair(word: &str) -> bool {
    let mut letters = word.chars();
    letters.next().is_some_and(is_unparted) && letters.next().is_none()
}

#[cfg(test)]
mod tests;
