//! The demo's time: the machine's, and as many days ahead as somebody let pass, so that retention, delays of holds and
//! disposals can be seen without waiting for years.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use model::Timestamp;
use model::seams::Clock;

use crate::wiring::SystemClock;

/// Days in all.
const DAYS_MAX: u64 = 36_600;

#[derive(Default)]
pub struct DemoClock {
    days: AtomicU64,
}

impl DemoClock {
    pub fn later(&self, days: u64) {
        let add = |days_so_far: u64| Some((days_so_far + days.min(DAYS_MAX)).min(DAYS_MAX));
        _ = self
            .days
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, add);
    }
}

impl Clock for DemoClock {
    fn now(&self) -> Timestamp {
        let ahead = Duration::from_secs(self.days.load(Ordering::Relaxed) * 86_400);
        SystemClock.now().plus(ahead)
    }
}
