//! What people type to search, as a tree: words, phrases, nearness, what stands where, and how they are joined.
//!
//! ```text
//! insulin pump                    both words, in any form (pumps, pumping)
//! "insulin pump"                  exactly these words beside each other
//! insulin OR metformin, NOT x     either; without; -x says NOT x
//! fall NEAR/5 stairs              at most five words apart, in any order
//! hosp*  h?sp*l  hospitl~  ~2     beginning, any letters, up to one (two) letters wrong
//! from:smith  subject:(a OR b)    only there: subject, body, from, to, people, file
//! method:portal  has:file         how it travelled, what it has
//! ```
//!
//! Days and record classes bind a whole search and are no part of it. Invariant: every query that is read has
//! something to find, and no more than its limits.

mod parse;
mod pieces;

use std::ops::Range;

use model::{Method, PhiLevel, Stream};

pub use parse::parse;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Query {
    /// All of them.
    And(Vec<Query>),
    /// One of them at least.
    Or(Vec<Query>),
    Not(Box<Query>),
    Words(Words),
    /// The first and the second with so many words between them at most, in either order.
    Near(Words, Words, u32),
    Is(Mark),
}

/// Terms that stand beside each other, in one place of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    pub place: Place,
    pub terms: Vec<Term>,
}

/// Where words stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    Anywhere,
    Subject,
    Body,
    From,
    To,
    /// Sender or recipients.
    People,
    /// Names and texts of files.
    File,
}

/// One word, folded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    pub text: String,
    pub form: Form,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Exact,
    /// The word in any of its forms, by its stem.
    Inflected,
    /// `text` stands for many: `*` for any letters, `?` for one.
    Pattern,
    /// So many letters may be wrong, missing or too many.
    Fuzzy(u8),
}

/// A word about the message itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    pub kind: &'static str,
    pub word: String,
}

/// Why a search cannot be read, and which octets of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueryError {
    pub why: Why,
    pub at: Range<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    Empty,
    TooLong,
    TooManyParts,
    TooDeep,
    /// A quotation mark or bracket without its other half.
    Unclosed,
    /// A bracket closes what nothing opened.
    Unopened,
    /// `AND`, `OR`, `NOT` or `NEAR` without something to join.
    NothingToJoin,
    /// Only what must not be there.
    OnlyNot,
    /// The word before the colon is no place and no mark.
    UnknownPlace,
    /// The word behind the colon is none that it can have.
    UnknownMark,
    /// No letter or digit to look for.
    NoWord,
    /// Too few letters before `*`.
    TooShort,
    /// `NEAR` takes words and phrases of one place, and a number up to its limit.
    NearWhat,
    /// `~` takes one word and a number of one or two.
    FuzzyWhat,
    /// It stands for more words than can be looked up at once.
    TooBroad,
    /// A phrase of too many words.
    TooLongPhrase,
}

impl Why {
    /// The stable word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::TooLong => "too_long",
            Self::TooManyParts => "too_many_parts",
            Self::TooDeep => "too_deep",
            Self::Unclosed => "unclosed",
            Self::Unopened => "unopened",
            Self::NothingToJoin => "nothing_to_join",
            Self::OnlyNot => "only_not",
            Self::UnknownPlace => "unknown_place",
            Self::UnknownMark => "unknown_mark",
            Self::NoWord => "no_word",
            Self::TooShort => "too_short",
            Self::NearWhat => "near_what",
            Self::FuzzyWhat => "fuzzy_what",
            Self::TooBroad => "too_broad",
            Self::TooLongPhrase => "too_long_phrase",
        }
    }
}

impl Why {
    /// What to do about it, for whoever typed.
    pub const fn advice(self) -> &'static str {
        match self {
            Self::Empty => "Give at least one word to look for.",
            Self::TooLong => "Shorten the search to 2,000 octets.",
            Self::TooManyParts => "Ask for at most 64 words and phrases at once.",
            Self::TooDeep => "Use fewer brackets within brackets.",
            Self::Unclosed => "Close every quotation mark and bracket.",
            Self::Unopened => "Take away the bracket that closes nothing.",
            Self::NothingToJoin => {
                "Put a word on both sides of AND, OR and NEAR, and one behind NOT."
            }
            Self::OnlyNot => "Say what must be there, not only what must not.",
            Self::UnknownPlace => {
                "Before a colon use subject, body, from, to, people, file, in, has, method, level, stream or label."
            }
            Self::UnknownMark => "Use a word that this mark can have.",
            Self::NoWord => "Look for letters or digits; a pattern is one word.",
            Self::TooShort => "Give at least two letters before or behind the sign.",
            Self::NearWhat => "NEAR joins two words or phrases of one place, 1 to 50 words apart.",
            Self::FuzzyWhat => "Put ~, ~1 or ~2 behind a single word.",
            Self::TooBroad => "Give more letters: this stands for more than 1,024 words.",
            Self::TooLongPhrase => "Shorten the phrase to 100 words, or to 20 beside NEAR.",
        }
    }
}

impl Place {
    pub const ALL: [(&'static str, Self); 8] = [
        ("subject", Self::Subject),
        ("body", Self::Body),
        ("from", Self::From),
        ("to", Self::To),
        ("cc", Self::To),
        ("people", Self::People),
        ("file", Self::File),
        ("attachment", Self::File),
    ];

    pub fn from_word(word: &str) -> Option<Self> {
        let mut all = Self::ALL.iter();
        all.find(|(known, _)| *known == word)
            .map(|(_, place)| *place)
    }
}

impl Mark {
    /// What can be asked of a message.
    pub const KINDS: [&'static str; 6] = ["in", "has", "method", "level", "stream", "label"];

    fn find(kind: &str, word: &str) -> Result<Self, Why> {
        let mut kinds = Self::KINDS.into_iter();
        let kind = kinds
            .find(|known| *known == kind)
            .ok_or(Why::UnknownPlace)?;
        let known = match kind {
            "in" => matches!(
                word,
                "sent" | "received" | "rejected" | "imported" | "journal"
            ),
            "has" => matches!(word, "file" | "phi"),
            "method" => Method::from_word(word).is_some(),
            "level" => PhiLevel::from_word(word).is_some(),
            "stream" => Stream::from_word(word).is_some(),
            _ => {
                !word.is_empty()
                    && word
                        .bytes()
                        .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
            }
        };
        match known {
            true => Ok(Self {
                kind,
                word: word.to_owned(),
            }),
            false => Err(Why::UnknownMark),
        }
    }
}

#[cfg(test)]
mod tests;
