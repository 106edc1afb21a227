//! Chance that tests can repeat.

use std::sync::atomic::{AtomicU64, Ordering};

use model::seams::Rng;

/// Counts: no two draws are equal, and every run draws the same.
#[derive(Default)]
pub(crate) struct Counting(AtomicU64);

impl Rng for Counting {
    fn fill(&self, buf: &mut [u8]) {
        let n = self.0.fetch_add(1, Ordering::Relaxed) + 1;
        for (i, byte) in buf.iter_mut().enumerate() {
            *byte = (n.rotate_right(8 * (i as u32 % 8)) as u8).wrapping_add(i as u8);
        }
    }
}

/// Always the same byte.
pub(crate) struct Constant(pub u8);

impl Rng for Constant {
    fn fill(&self, buf: &mut [u8]) {
        buf.fill(self.0);
    }
}
