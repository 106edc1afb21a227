//! How many a minute and an hour: token buckets, with time as an argument.
//!
//! Each bucket is one number, the moment at which it is full again (the generic cell rate algorithm):
//! nothing ticks, nothing drifts, nothing is rounded in floats. Invariants: over any span the number
//! of grants is at most its share of the rate plus one burst; a clock that jumps back delays nothing
//! by more than one window.

use std::time::Duration;

use model::Timestamp;

use crate::shaping::Limits;

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3_600);
/// A tenth of a window may go at once; the rest is spread.
const BURST_SHARE: u32 = 10;
const UNUSED: Timestamp = Timestamp::from_micros(i64::MIN);

#[derive(Clone, Copy)]
struct Bucket {
    window: Duration,
    /// Between two grants, at the rate.
    every: Duration,
    burst: Duration,
    full_at: Timestamp,
}

/// Both buckets of one source at one provider.
#[derive(Clone)]
pub(crate) struct Pace {
    buckets: Vec<Bucket>,
}

impl Pace {
    pub fn new(limits: &Limits) -> Self {
        let rates = [(limits.per_minute, MINUTE), (limits.per_hour, HOUR)];
        let buckets = rates
            .into_iter()
            .filter_map(|(rate, window)| Some(Bucket::new(rate?, window)))
            .collect();
        Self { buckets }
    }

    /// Takes one from each bucket. Gives the moment from which the next may be taken, if that is
    /// later than now. Call it only when that moment has come.
    pub fn take(&mut self, now: Timestamp) -> Option<Timestamp> {
        let next = self.buckets.iter_mut().map(|bucket| bucket.take(now)).max();
        next.filter(|at| *at > now)
    }

    /// When all is as if nothing had been taken; none when it is so already.
    pub fn full_at(&self) -> Option<Timestamp> {
        let known = self.buckets.iter().map(|bucket| bucket.full_at).max();
        known.filter(|at| *at > UNUSED)
    }

    pub fn forget_before(&mut self, now: Timestamp) {
        for bucket in self.buckets.iter_mut().filter(|b| b.full_at <= now) {
            bucket.full_at = UNUSED;
        }
    }
}

impl Bucket {
    fn new(rate: u32, window: Duration) -> Self {
        let every = window / rate.max(1);
        Self {
            window,
            every,
            burst: every * (rate / BURST_SHARE).max(1),
            full_at: UNUSED,
        }
    }

    fn take(&mut self, now: Timestamp) -> Timestamp {
        // a clock that was set back must not hold mail until the old time comes round
        let owed_until = self.full_at.min(now.plus(self.window)).max(now);
        self.full_at = owed_until.plus(self.every);
        self.full_at.minus(self.burst)
    }
}

#[cfg(test)]
mod tests;
