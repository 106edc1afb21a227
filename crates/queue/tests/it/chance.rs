//! Chance that a test decides.

use std::sync::atomic::{AtomicU64, Ordering};

use model::seams::Rng;

/// Every byte the same: `Even(0)` draws the least, `Even(255)` the most.
pub struct Even(pub u8);
impl Rng for Even {
    fn fill(&self, buf: &mut [u8]) {
        buf.fill(self.0);
    }
}

/// A seeded sequence (SplitMix64).
pub struct Seeded(AtomicU64);
impl Seeded {
    pub fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }
    pub fn draw(&self) -> u64 {
        let mut z = self
            .0
            .fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed)
            .wrapping_add(0x9E37_79B9_7F4A_7C15);
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
    /// From 0 to `bound` - 1.
    pub fn below(&self, bound: u64) -> u64 {
        self.draw() % bound.max(1)
    }
}
impl Rng for Seeded {
    fn fill(&self, buf: &mut [u8]) {
        for chunk in buf.chunks_mut(8) {
            let bytes = self.draw().to_be_bytes();
            chunk.copy_from_slice(&bytes[..chunk.len()]);
        }
    }
}
