//! Time that moves only when told.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use model::Timestamp;
use model::seams::Clock;

/// A clock for tests; share it as `Arc<SimClock>`.
#[derive(Debug)]
pub struct SimClock(AtomicI64);

impl SimClock {
    pub fn at(start: Timestamp) -> Self {
        Self(AtomicI64::new(start.micros()))
    }

    pub fn advance(&self, by: Duration) {
        let now = self.now().plus(by);
        self.0.store(now.micros(), Ordering::Relaxed);
    }

    /// Moves to `to`; never backwards.
    pub fn advance_to(&self, to: Timestamp) {
        self.0.fetch_max(to.micros(), Ordering::Relaxed);
    }
}

impl Default for SimClock {
    /// A Saturday in November 2026, so that far dates and expiry have room on both sides.
    fn default() -> Self {
        Self::at(Timestamp::from_secs(1_795_269_600))
    }
}

impl Clock for SimClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::Relaxed))
    }
}
