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
    /// One of `nodes` equal shares of the rates.
    pub fn new(limits: &Limits, nodes: u32) -> Self {
        let buckets = rates(limits)
            .into_iter()
            .filter_map(|(rate, window)| Some(Bucket::new(rate?, window, nodes)))
            .collect();
        Self { buckets }
    }

    /// Another share of the same rates; what was taken stays taken.
    pub fn reshare(&mut self, limits: &Limits, nodes: u32) {
        let mut new = Self::new(limits, nodes);
        for (new, old) in new.buckets.iter_mut().zip(&self.buckets) {
            new.full_at = old.full_at;
        }
        *self = new;
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
    fn new(rate: u32, window: Duration, nodes: u32) -> Self {
        let nodes = nodes.max(1);
        let every = (window / rate.max(1)).saturating_mul(nodes);
        Self {
            window,
            every,
            burst: every.saturating_mul((rate / BURST_SHARE / nodes).max(1)),
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

/// Takes one from the buckets that all nodes share, a minute's and an hour's, each by the moment at which
/// it is full again: what they are then, or from when on one may be taken.
///
/// # Errors
/// That moment, when it has not come.
pub fn take_shared(
    limits: &Limits,
    full_at: [Timestamp; 2],
    now: Timestamp,
) -> Result<[Timestamp; 2], Timestamp> {
    let mut after = full_at;
    let mut free_at = now;
    for ((rate, window), at) in rates(limits).into_iter().zip(&mut after) {
        let Some(rate) = rate else { continue };
        let mut bucket = Bucket::new(rate, window, 1);
        bucket.full_at = *at;
        let owed_until = (*at).min(now.plus(window)).max(now);
        free_at = free_at.max(owed_until.minus(bucket.burst));
        bucket.take(now);
        *at = bucket.full_at;
    }
    if free_at > now {
        Err(free_at)
    } else {
        Ok(after)
    }
}

fn rates(limits: &Limits) -> [(Option<u32>, Duration); 2] {
    [(limits.per_minute, MINUTE), (limits.per_hour, HOUR)]
}

#[cfg(test)]
mod tests;
