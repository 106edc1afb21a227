//! How a text reads: as one about somebody's health, or as business of the trade.
//!
//! Words, their neighbours and who stands beside health in a sentence are signs; each sign has a weight that
//! `examples/learn.rs` learnt from made-up letters (`learn/*.mail`), so that what no rule was made for is
//! judged by what is like it. The sum, divided by the root of how many signs there are (logistic regression
//! over normalised binary features), is for or against. Invariants: weights are constants, equal texts have
//! equal sums on every machine, and no number of words makes a number of a person harmless: what is sure by
//! its identifiers is never asked (`verdict.rs`).

use std::ops::Range;

use crate::lexicon::Words;

mod signs;
mod weights;

pub(crate) use signs::{Seen, Text, mixed, read};
pub(crate) use weights::Weights;

/// Octets that are judged together; what is longer is judged in pieces.
pub(crate) const PIECE: usize = 3_000;
/// Signs that a piece has to have, with its subject: some ten words and what the rules say. Of less the rules judge alone.
const SIGNS_MIN: u32 = 80;
/// Pieces of one message that are judged.
const PIECES_MAX: usize = 4_096;

/// Weights of signs and how many there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Weighed {
    sum: i64,
    signs: u32,
}

impl Weighed {
    pub(crate) fn add(&mut self, weight: i64) {
        self.sum += weight;
        self.signs += 1;
    }

    fn with(self, other: Self) -> Self {
        Self {
            sum: self.sum + other.sum,
            signs: self.signs.saturating_add(other.signs),
        }
    }

    /// For (above zero) or against, in hundredths of a logit.
    fn leaning(self) -> i64 {
        let root = u64::from(self.signs.max(1)) * 10_000;
        let root = i64::try_from(root.isqrt()).unwrap_or(i64::MAX);
        // Weights are in 256ths.
        self.sum * 10_000 / (256 * root)
    }
}

/// The signs of a message as they are weighed: those of its subject and of what the rules made of it with each piece.
#[derive(Clone, Debug, Default)]
pub struct Signs {
    pub subject: Vec<u64>,
    pub pieces: Vec<Vec<u64>>,
    pub rules: Vec<u64>,
}

impl Signs {
    pub(crate) fn push(&mut self, sign: u64) {
        match self.pieces.last_mut() {
            Some(piece) => piece.push(sign),
            None => self.subject.push(sign),
        }
    }
}

/// One piece of a text: where it stands and what it weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    pub part: usize,
    /// First byte in the text as it was given, and how many.
    pub start: usize,
    pub len: usize,
    pub weighed: Weighed,
}

/// What the parts of a message weigh.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sensed {
    subject: Option<Piece>,
    pieces: Vec<Piece>,
    /// Some text was not judged: its form is not, or there was too much.
    passed_over: bool,
}

impl Sensed {
    pub(crate) fn subject(&mut self, piece: Piece) {
        self.subject.get_or_insert(piece);
    }

    pub(crate) fn piece(&mut self, piece: Piece) {
        if self.pieces.len() < PIECES_MAX {
            self.pieces.push(piece);
        } else {
            self.passed_over = true;
        }
    }

    /// A text in which the rules saw something is not judged.
    pub(crate) fn pass_over(&mut self) {
        self.passed_over = true;
    }

    /// Whether every text was judged: only then may the reading say less than the rules.
    pub(crate) fn is_whole(&self, known: Weighed) -> bool {
        let above = self
            .subject
            .map_or(known, |piece| piece.weighed.with(known));
        let judged = |piece: &Piece| above.signs + piece.weighed.signs >= SIGNS_MIN;
        !self.passed_over && self.pieces.iter().all(judged)
    }

    /// The piece that leans most and its leaning, in hundredths of a logit; nothing where there is no prose.
    pub(crate) fn leaning(&self, known: Weighed) -> Option<(i64, Piece)> {
        let above = self
            .subject
            .map_or(known, |piece| piece.weighed.with(known));
        let enough = |piece: &&Piece| above.signs + piece.weighed.signs >= SIGNS_MIN;
        let pieces = self.pieces.iter().filter(enough);
        let leaning = pieces.map(|piece| (piece.weighed.with(above).leaning(), *piece));
        leaning
            .max_by_key(|(leaning, piece)| (*leaning, std::cmp::Reverse((piece.part, piece.start))))
            .or_else(|| {
                let subject = self.subject.filter(|_| above.signs >= SIGNS_MIN)?;
                Some((above.leaning(), subject))
            })
    }
}

/// A text in pieces, parted at empty lines or lines where there are some.
pub(crate) fn pieces(text: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = &text[at..];
        if rest.is_empty() {
            return None;
        }
        let start = at;
        if rest.len() <= PIECE {
            at = text.len();
        } else {
            let back = &rest[PIECE / 2..PIECE];
            let end = memchr::memmem::rfind(back, b"\n\n").or_else(|| memchr::memrchr(b'\n', back));
            at += PIECE / 2 + end.unwrap_or(PIECE / 2 - 1) + 1;
        }
        Some(start..at)
    })
}

#[cfg(test)]
mod tests;
