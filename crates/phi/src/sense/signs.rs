//! Signs in one text: its words, their neighbours, their kinds in order, who stands beside health.
//!
//! A sign is a number made of its family and what it is about; nothing leads back from it to the word
//! except the list of words. What a finding covers is a sign by its kind alone: a name, a day and a number
//! of a person are never weighed as such.

use std::ops::Range;

use crate::bearing::{Cue, Cues, number};
use crate::candidate::Candidate;
use crate::lexicon::Term;

use super::Words;

/// What of a text is looked at.
#[derive(Clone)]
pub(crate) struct Text<'a> {
    pub octets: &'a [u8],
    /// The piece that is read.
    pub piece: Range<usize>,
    pub words: &'a Words,
    pub terms: &'a [&'a Term],
    pub found: &'a [Candidate],
    pub cues: &'a Cues,
    pub is_subject: bool,
}

/// Which signs of a piece were met; a sign counts once.
pub(crate) struct Seen {
    bits: Vec<u64>,
    touched: Vec<u32>,
}

const SEEN_BITS: u64 = 1 << 18;

impl Seen {
    pub(crate) fn new() -> Self {
        Self {
            bits: vec![0; usize::try_from(SEEN_BITS / 64).unwrap_or(0)],
            touched: Vec::new(),
        }
    }

    fn is_new(&mut self, sign: u64) -> bool {
        let bit = sign % SEEN_BITS;
        let (word, mask) = (usize::try_from(bit / 64).unwrap_or(0), 1 << (bit % 64));
        let new = self.bits[word] & mask == 0;
        if new {
            self.bits[word] |= mask;
            self.touched.push(u32::try_from(word).unwrap_or(0));
        }
        new
    }

    fn clear(&mut self) {
        for word in self.touched.drain(..) {
            self.bits[word as usize] = 0;
        }
    }
}

/// What a word is in its sentence, whichever word it is.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Class(u64);

impl Class {
    const EDGE: Self = Self(1);
    const HEALTH: Self = Self(2);
    const SETTING: Self = Self(3);
    const SLIGHT: Self = Self(4);
    const NUMBER: Self = Self(5);
    const MARK: Self = Self(6);
    const CAPITAL: Self = Self(7);
    const LONG: Self = Self(8);
    const fn kind(kind: crate::FindingKind) -> Self {
        Self(64 + kind as u64)
    }
}

/// Families of signs.
mod family {
    pub(super) const WORD: u64 = 1;
    pub(super) const BEGINNING: u64 = 2;
    pub(super) const ENDING: u64 = 3;
    pub(super) const PAIR: u64 = 4;
    pub(super) const CLASSES: u64 = 5;
    pub(super) const THREE: u64 = 6;
    pub(super) const SENTENCE: u64 = 7;
    pub(super) const SENTENCES: u64 = 8;
    /// Added to a family for a subject.
    pub(super) const SUBJECT: u64 = 32;
}

/// Letters from which on a word's beginning and ending are signs, too.
const LONG_WORD: usize = 6;
/// Letters of a word of grammar, which says what it is by itself.
const SHORT_WORD: usize = 4;

/// One word, number or mark.
struct Token {
    range: Range<usize>,
    word: u64,
    class: Class,
    cue: Cue,
}

/// Gives each sign of a piece once.
pub(crate) fn read(text: &Text<'_>, seen: &mut Seen, give: &mut dyn FnMut(u64)) {
    let mut signs = Signs {
        family: if text.is_subject { family::SUBJECT } else { 0 },
        seen,
        give,
        last: (Class::EDGE, Class::EDGE),
        word: Class::EDGE.0,
        in_sentence: 0,
        with_health: 0,
    };
    let mut tokens = Tokens::new(text);
    while let Some(token) = tokens.next() {
        signs.token(text, &token, tokens.ended);
    }
    signs.sentence();
    signs.seen.clear();
}

struct Signs<'a> {
    family: u64,
    seen: &'a mut Seen,
    give: &'a mut dyn FnMut(u64),
    last: (Class, Class),
    word: u64,
    /// Roles met in the sentence, as bits.
    in_sentence: u32,
    with_health: u64,
}

impl Signs<'_> {
    fn sign(&mut self, family: u64, one: u64, other: u64) {
        let sign = mixed(self.family + family, one, other);
        if self.seen.is_new(sign) {
            (self.give)(sign);
        }
    }

    fn token(&mut self, text: &Text<'_>, token: &Token, ended: bool) {
        if ended {
            self.sentence();
            self.last = (self.last.1, Class::EDGE);
        }
        self.sign(family::WORD, token.word, 0);
        self.sign(family::PAIR, self.word, token.word);
        self.sign(family::CLASSES, self.last.1.0, token.class.0);
        let two = mixed(0, self.last.0.0, self.last.1.0);
        self.sign(family::THREE, two, token.class.0);
        let letters = &text.octets[token.range.clone()];
        if letters.len() > LONG_WORD && token.class.0 < 64 && letters[0].is_ascii_alphabetic() {
            self.sign(family::BEGINNING, number(&letters[..LONG_WORD - 1]), 0);
            self.sign(family::ENDING, number(&letters[letters.len() - 4..]), 0);
        }
        self.word = token.word;
        self.last = (self.last.1, token.class);
        self.in_sentence |= role(token);
    }

    /// What stands together in a sentence.
    fn sentence(&mut self) {
        let met = std::mem::take(&mut self.in_sentence);
        let health = met & 0b111;
        if health != 0 && met & !0b111 != 0 {
            self.with_health += 1;
            self.sign(family::SENTENCES, self.with_health.min(4), 0);
        }
        let mut first = met;
        while first != 0 {
            let one = first.trailing_zeros();
            first &= first - 1;
            let mut second = first;
            while second != 0 {
                self.sign(family::SENTENCE, one.into(), second.trailing_zeros().into());
                second &= second - 1;
            }
        }
    }
}

/// What a word adds to its sentence.
fn role(token: &Token) -> u32 {
    use crate::FindingKind as K;
    let cues = [
        Cue::FIRST,
        Cue::SECOND,
        Cue::THIRD,
        Cue::KIN,
        Cue::PATIENT,
        Cue::MANY,
        Cue::OFFICE,
        Cue::STAFF,
    ];
    let class = |kinds: &[K]| kinds.iter().any(|kind| token.class == Class::kind(*kind));
    let mut met = u32::from(token.class == Class::HEALTH)
        | u32::from(token.class == Class::SETTING) << 1
        | u32::from(token.class == Class::SLIGHT) << 2
        | u32::from(class(&[K::Name, K::PatientName])) << 3
        | u32::from(class(&[K::ProviderName, K::Facility])) << 4
        | u32::from(class(&[K::Date, K::RelativeDate, K::DateOfCare])) << 5
        | u32::from(class(&[K::Age, K::DateOfBirth])) << 6
        | u32::from(token.class == Class::NUMBER) << 7;
    for (at, cue) in cues.into_iter().enumerate() {
        met |= u32::from(token.cue.is(cue)) << (at + 8);
    }
    met
}

/// The tokens of a piece in order.
struct Tokens<'t, 'a> {
    text: &'t Text<'a>,
    at: usize,
    found: usize,
    term: usize,
    slight: usize,
    /// Whether a sentence ended before the token given last.
    ended: bool,
}

impl<'t, 'a> Tokens<'t, 'a> {
    fn new(text: &'t Text<'a>) -> Self {
        let from = text.piece.start;
        Self {
            text,
            at: from,
            found: text.found.partition_point(|found| found.range.end <= from),
            term: text.terms.partition_point(|term| term.range.end <= from),
            slight: text
                .words
                .slight
                .partition_point(|(range, _)| range.start < from),
            ended: true,
        }
    }

    fn next(&mut self) -> Option<Token> {
        self.ended = self.at == self.text.piece.start;
        let octets = self.text.octets;
        while self.at < self.text.piece.end {
            let start = self.at;
            if let Some(token) = self.finding(start) {
                return Some(token);
            }
            let octet = octets[start];
            let next = octets.get(start + 1).copied().unwrap_or(b' ');
            self.at += 1;
            match octet {
                b'A'..=b'Z' | b'a'..=b'z' | 0x80.. => return Some(self.word(start)),
                b'0'..=b'9' => return Some(self.number(start)),
                b'\n' if next == b'\n' => self.ended = true,
                b'\n' if b"-*|>".contains(&next) => self.ended = true,
                b'.' if next.is_ascii_whitespace() => self.ended = true,
                b'?' | b'!' | b':' | b'|' | b'>' | b'#' | b'$' | b'%' => {
                    self.ended |= b"?!".contains(&octet);
                    return Some(self.mark(start));
                }
                _ => {}
            }
        }
        None
    }

    /// What a finding covers, as one token.
    fn finding(&mut self, at: usize) -> Option<Token> {
        let found = loop {
            let found = self.text.found.get(self.found)?;
            if found.range.end > at {
                break found;
            }
            self.found += 1;
        };
        if found.range.start > at {
            return None;
        }
        self.at = found.range.end.max(at + 1);
        let class = Class::kind(found.kind);
        Some(Token {
            range: at..at,
            word: class.0,
            class,
            cue: Cue::default(),
        })
    }

    fn word(&mut self, start: usize) -> Token {
        let octets = self.text.octets;
        let rest = &octets[start..self.text.piece.end];
        let letters = |b: &u8| b.is_ascii_alphabetic() || *b >= 0x80 || *b == b'\'';
        let len = rest.iter().take(64).take_while(|b| letters(b)).count();
        self.at = start + len;
        let range = start..self.at;
        let word = number(&octets[range.clone()]);
        let cue = self.text.cues.of_number(word);
        let class = self.class(&range, word, cue);
        Token {
            range,
            word,
            class,
            cue,
        }
    }

    fn class(&mut self, range: &Range<usize>, word: u64, cue: Cue) -> Class {
        let terms = self.text.terms;
        while terms
            .get(self.term)
            .is_some_and(|t| t.range.end <= range.start)
        {
            self.term += 1;
        }
        if let Some(term) = terms.get(self.term).filter(|t| t.range.start < range.end) {
            return if term.setting {
                Class::SETTING
            } else {
                Class::HEALTH
            };
        }
        let slight = &self.text.words.slight;
        while slight
            .get(self.slight)
            .is_some_and(|(at, _)| at.end <= range.start)
        {
            self.slight += 1;
        }
        if slight
            .get(self.slight)
            .is_some_and(|(at, _)| at.start < range.end)
        {
            return Class::SLIGHT;
        }
        let octets = self.text.octets;
        let inside = range.start > 1
            && octets[range.start - 1] == b' '
            && !b".!?:\n".contains(&octets[range.start - 2]);
        if octets[range.start].is_ascii_uppercase() && inside {
            Class::CAPITAL
        } else if range.len() <= SHORT_WORD {
            Class(word | 1 << 63)
        } else if cue != Cue::default() {
            Class(1 << 32 | u64::from(cue.bits()))
        } else {
            Class::LONG
        }
    }

    fn number(&mut self, start: usize) -> Token {
        let rest = &self.text.octets[start..self.text.piece.end];
        let of_number = |b: &u8| b.is_ascii_digit() || b".,:/-".contains(b);
        let taken = rest.iter().take(64).take_while(|b| of_number(b)).count();
        let digits = rest[..taken].iter().filter(|b| b.is_ascii_digit()).count();
        let tail = rest[..taken].iter().rev();
        let tail = tail.take_while(|b| !b.is_ascii_digit()).count();
        self.at = start + (taken - tail).max(1);
        let parted = rest[..taken - tail].iter().any(|b| !b.is_ascii_digit());
        let digits = u64::try_from(digits.min(10)).unwrap_or(10);
        Token {
            range: start..start,
            word: 128 + 2 * digits + u64::from(parted),
            class: Class::NUMBER,
            cue: Cue::default(),
        }
    }

    fn mark(&self, start: usize) -> Token {
        Token {
            range: start..start,
            word: 192 + u64::from(self.text.octets[start]),
            class: Class::MARK,
            cue: Cue::default(),
        }
    }
}

/// One number of three (the finisher of MurmurHash3, by Austin Appleby, in the public domain).
pub(crate) fn mixed(family: u64, one: u64, other: u64) -> u64 {
    let mut hash = one.wrapping_mul(0x9e37_79b9_7f4a_7c15)
        ^ other.rotate_left(31).wrapping_mul(0xbf58_476d_1ce4_e5b9)
        ^ family.wrapping_mul(0x94d0_49bb_1331_11eb);
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    hash ^ (hash >> 33)
}
