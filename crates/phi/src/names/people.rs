//! The lists of given and family names.

use std::collections::HashMap;

/// How far a listed word is a sign of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Listed {
    No,
    /// Also a word, a month or a place.
    Word,
    Name,
}

pub(crate) struct People {
    first: HashMap<&'static [u8], Listed>,
    last: HashMap<&'static [u8], Listed>,
    stop: HashMap<&'static [u8], Listed>,
    ordinary: HashMap<&'static [u8], Listed>,
}

impl People {
    pub(crate) fn new() -> Self {
        Self {
            first: read(include_str!("first.txt")),
            last: read(include_str!("last.txt")),
            stop: read(include_str!("stop.txt")),
            ordinary: read(include_str!("ordinary.txt")),
        }
    }

    /// A double name counts by its better half.
    pub(crate) fn first(&self, word: &[u8]) -> Listed {
        let whole = find(&self.first, word);
        if whole != Listed::No || !word.contains(&b'-') {
            return whole;
        }
        let mut halves = word.split(|b| *b == b'-');
        let known = halves.any(|half| find(&self.first, half) == Listed::Name);
        if known { Listed::Name } else { Listed::No }
    }

    /// A double name counts by its better half.
    pub(crate) fn last(&self, word: &[u8]) -> Listed {
        let whole = find(&self.last, word);
        if whole != Listed::No {
            return whole;
        }
        let bare: Vec<u8> = word.iter().copied().filter(|b| *b != b'\'').collect();
        if bare.len() < word.len() && find(&self.last, &bare) != Listed::No {
            return Listed::Name;
        }
        let mut halves = word.split(|b| *b == b'-');
        let known =
            word.contains(&b'-') && halves.any(|half| find(&self.last, half) == Listed::Name);
        if known { Listed::Name } else { Listed::No }
    }

    /// Words that are no one's name when written with a capital.
    pub(crate) fn is_stopped(&self, word: &[u8]) -> bool {
        find(&self.stop, word) != Listed::No
    }

    /// Words that are no one's name when they stand alone.
    pub(crate) fn is_ordinary(&self, word: &[u8]) -> bool {
        self.is_stopped(word) || find(&self.ordinary, word) != Listed::No
    }
}

fn find(list: &HashMap<&'static [u8], Listed>, word: &[u8]) -> Listed {
    let mut lower = [0; 24];
    let Some(lower) = lower.get_mut(..word.len()) else {
        return Listed::No;
    };
    lower.copy_from_slice(word);
    lower.make_ascii_lowercase();
    list.get(&*lower).copied().unwrap_or(Listed::No)
}

fn read(file: &'static str) -> HashMap<&'static [u8], Listed> {
    let mut list = HashMap::new();
    let mut listed = Listed::Name;
    for line in file.lines().filter(|line| !line.starts_with('#')) {
        if let Some(section) = line.strip_prefix('[') {
            listed = if section.starts_with("word") {
                Listed::Word
            } else {
                Listed::Name
            };
            continue;
        }
        for word in line.split_whitespace() {
            list.insert(word.as_bytes(), listed);
        }
    }
    list
}
