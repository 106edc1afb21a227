//! Hostile input for readers: what they know, broken in every way that has broken readers before.
//!
//! Not a fuzzer that learns: it needs no instrumented build, so it runs wherever tests run. All of it
//! follows from a target's name and a round's number: what failed once fails again. Invariant: a
//! reader ends with an answer or a refusal, never with a panic, and what comes of an input is bounded
//! by the input's size: work is counted, not timed.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::SimRng;

mod mutate;

/// Octets of an input, at most: every limit of a parser that matters here is below.
const OCTETS_MAX: usize = 64 * 1024;
/// Tries to make a failing input smaller before it is shown.
const SHRINKS: usize = 400;
/// What a failure shows of its input.
const SHOWN_MAX: usize = 3_000;

/// A reader, what it knows, and what it may make of an input.
#[derive(Clone, Copy)]
pub struct Target {
    pub name: &'static str,
    /// Good inputs and known bad ones.
    pub seeds: fn() -> Vec<Vec<u8>>,
    /// Words of its grammar, put in anywhere.
    pub words: &'static [&'static str],
    /// Reads, and asserts what always holds; gives how much came of it: octets, parts or steps.
    pub read: fn(&[u8]) -> usize,
    /// The most that may come of an input: so much, and so much for each of its octets.
    pub most: (usize, usize),
}

/// How many rounds a test plays: few in the everyday loop, `CADUCEUS_MUTATIONS` where there is time.
pub fn rounds(otherwise: u64) -> u64 {
    let asked = std::env::var("CADUCEUS_MUTATIONS").ok();
    asked.and_then(|n| n.parse().ok()).unwrap_or(otherwise)
}

/// Texts as seeds: as they stand, and with the line ends of the wire.
pub fn texts(seeds: &[&str]) -> Vec<Vec<u8>> {
    let both = |text: &&str| {
        [
            text.as_bytes().to_vec(),
            text.replace('\n', "\r\n").into_bytes(),
        ]
    };
    seeds.iter().flat_map(both).collect()
}

/// The input of a round, for readers that need more than octets. The first rounds are the seeds as
/// they are.
pub fn broken(name: &str, seeds: &[Vec<u8>], words: &[&str], round: u64) -> Vec<u8> {
    let whole = usize::try_from(round).ok().and_then(|at| seeds.get(at));
    whole.cloned().unwrap_or_else(|| {
        let letters = name.bytes().map(u64::from);
        let own = letters.fold(0_u64, |sum, b| sum.wrapping_mul(131).wrapping_add(b));
        let chance = SimRng::new(own.wrapping_add(round));
        mutate::mutate(seeds, words, &chance)
    })
}

impl Target {
    /// Plays `count` rounds from `first` on.
    ///
    /// # Panics
    /// When the reader does, or when too much came of an input; the message holds the input.
    pub fn survive(&self, first: u64, count: u64) {
        let seeds = (self.seeds)();
        for round in first..first.saturating_add(count) {
            let input = self.input(&seeds, round);
            if let Err(why) = self.check(&input) {
                let small = self.shrink(input);
                let shown: String = small
                    .escape_ascii()
                    .to_string()
                    .chars()
                    .take(SHOWN_MAX)
                    .collect();
                panic!(
                    "{}, round {round}: {why}\n{} octets: b\"{shown}\"",
                    self.name,
                    small.len()
                );
            }
        }
    }

    fn input(&self, seeds: &[Vec<u8>], round: u64) -> Vec<u8> {
        broken(self.name, seeds, self.words, round)
    }

    fn check(&self, input: &[u8]) -> Result<(), String> {
        let came = catch_unwind(AssertUnwindSafe(|| (self.read)(input))).map_err(|panic| {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
            format!("panicked: {}", text.unwrap_or_default())
        })?;
        let most = self.most.0 + self.most.1 * input.len();
        (came <= most)
            .then_some(())
            .ok_or_else(|| format!("{came} came of {} octets, at most {most}", input.len()))
    }

    /// Less of it that still fails.
    fn shrink(&self, mut input: Vec<u8>) -> Vec<u8> {
        let (mut size, mut tries) = (input.len() / 2, 0);
        while size > 0 && tries < SHRINKS {
            let mut at = 0;
            while at < input.len() && tries < SHRINKS {
                let mut less = input.clone();
                drop(less.drain(at..(at + size).min(input.len())));
                tries += 1;
                match self.check(&less) {
                    Err(_) => input = less,
                    Ok(()) => at += size,
                }
            }
            size /= 2;
        }
        input
    }
}
