//! Chance that follows from a seed: splitmix64 (Steele, Lea, Flood 2014).

use std::sync::atomic::{AtomicU64, Ordering};

use model::seams::Rng;

/// The distance between two states: 2^64 divided by the golden ratio, odd.
const STEP: u64 = 0x9E37_79B9_7F4A_7C15;

/// A generator for tests. The same seed and the same calls in one order give the same bytes.
#[derive(Debug)]
pub struct SimRng(AtomicU64);

impl SimRng {
    pub fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }

    pub fn next(&self) -> u64 {
        let mut z = self.0.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number in `0..bound`; `bound` is not 0. The bias of the high product is below 2^-32 here.
    pub fn below(&self, bound: u64) -> u64 {
        let product = u128::from(self.next()) * u128::from(bound);
        u64::try_from(product >> 64).unwrap_or(0)
    }

    /// True `times` out of `of`.
    pub fn happens(&self, times: u64, of: u64) -> bool {
        self.below(of) < times
    }

    /// One of a slice that is not empty.
    pub fn pick<'a, T>(&self, from: &'a [T]) -> &'a T {
        let len = u64::try_from(from.len()).unwrap_or(u64::MAX);
        &from[usize::try_from(self.below(len)).unwrap_or(0)]
    }
}

impl Rng for SimRng {
    fn fill(&self, buf: &mut [u8]) {
        for chunk in buf.chunks_mut(8) {
            chunk.copy_from_slice(&self.next().to_le_bytes()[..chunk.len()]);
        }
    }
}
