//! Time that moves only when told.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use model::Timestamp;
use model::seams::Clock;

/// A clock for tests; share it as `Arc<SimClock>`. What it tells can be set back; time itself goes on.
#[derive(Debug)]
pub struct SimClock {
    steady: AtomicI64,
    /// How far the clock is behind, in microseconds.
    behind: AtomicI64,
}

impl SimClock {
    pub fn at(start: Timestamp) -> Self {
        Self {
            steady: AtomicI64::new(start.micros()),
            behind: AtomicI64::new(0),
        }
    }

    pub fn advance(&self, by: Duration) {
        let then = self.steady().plus(by);
        self.steady.store(then.micros(), Ordering::Relaxed);
    }

    /// Moves to where the clock tells `to`; never backwards.
    pub fn advance_to(&self, to: Timestamp) {
        let then = to.micros() + self.behind.load(Ordering::Relaxed);
        self.steady.fetch_max(then, Ordering::Relaxed);
    }

    /// From now on the clock tells an earlier time, as when a time server corrects it.
    pub fn set_back(&self, by: Duration) {
        let by = i64::try_from(by.as_micros()).unwrap_or(0);
        self.behind.fetch_add(by, Ordering::Relaxed);
    }

    /// Time that no correction touches, from the same start.
    pub fn steady(&self) -> Timestamp {
        Timestamp::from_micros(self.steady.load(Ordering::Relaxed))
    }

    /// What the clock tells at a moment of steady time, unless it is set back before.
    pub fn told_at(&self, steady: Timestamp) -> Timestamp {
        Timestamp::from_micros(steady.micros() - self.behind.load(Ordering::Relaxed))
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
        self.told_at(self.steady())
    }
}
