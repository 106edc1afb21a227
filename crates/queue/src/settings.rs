//! How many at once, how long, how often: the scheduler's numbers.

use std::time::Duration;

use model::limits;
use model::seams::Rng;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Attempts under way to one destination, at most. At least 1 is used.
    pub concurrency_per_destination: u32,
    /// Attempts under way in all, at most. At least 1 is used.
    pub concurrency_total: u32,
    pub retry: RetryCurve,
    /// An item expires at the latest this long after it was added and due, whatever its `expires`
    /// says.
    pub lifetime: Duration,
    /// How long an attempt may run before its item is taken back.
    pub lease: Duration,
    /// Items of one stream that may be ready on one lane; what is over that goes back to where it came
    /// from for a few minutes.
    pub ready_per_lane_max: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            concurrency_per_destination: 20,
            concurrency_total: 500,
            retry: RetryCurve::default(),
            lifetime: limits::DELIVERY_LIFETIME,
            lease: limits::DELIVERY_LEASE,
            ready_per_lane_max: 50_000,
        }
    }
}

/// Delays between attempts: each one at least as long as the one before, until the last stage.
///
/// The first is between `first_min` and `first_max`: greylisting asks for minutes (RFC 6647 §2.1).
/// The second reaches from `first_max` to twice that, the third from there to twice that, and so on;
/// from the last stage on, every delay is between `last_min` and `last_max`. Stages touch but never
/// overlap, so jitter cannot make a later delay shorter than an earlier one. Whole microseconds
/// throughout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryCurve {
    pub first_min: Duration,
    pub first_max: Duration,
    pub last_min: Duration,
    pub last_max: Duration,
}

impl Default for RetryCurve {
    fn default() -> Self {
        Self {
            first_min: Duration::from_secs(60),
            first_max: Duration::from_secs(300),
            last_min: Duration::from_secs(3_600),
            last_max: Duration::from_secs(4_000),
        }
    }
}

impl RetryCurve {
    /// The delay after the `attempts`-th attempt (from 1; 0 is taken as 1).
    pub fn delay(&self, attempts: u32, chance: &dyn Rng) -> Duration {
        let (low, high) = self.stage(attempts);
        between(low, high, chance)
    }

    /// Bounds of the delay after the `attempts`-th attempt.
    pub fn stage(&self, attempts: u32) -> (Duration, Duration) {
        if attempts <= 1 {
            return (self.first_min, self.first_max.max(self.first_min));
        }
        let doubled = |times: u32| {
            self.first_max
                .checked_mul(1u32.checked_shl(times).unwrap_or(u32::MAX))
                .unwrap_or(Duration::MAX)
        };
        let low = doubled(attempts - 2);
        if low >= self.last_min {
            return (self.last_min, self.last_max.max(self.last_min));
        }
        (low, doubled(attempts - 1).min(self.last_min))
    }
}

/// A duration from `low` to `high`, both included, evenly.
pub(crate) fn between(low: Duration, high: Duration, chance: &dyn Rng) -> Duration {
    let span = high.saturating_sub(low).as_micros();
    let mut bytes = [0u8; 8];
    chance.fill(&mut bytes);
    let draw = u128::from(u64::from_be_bytes(bytes));
    // draw / 2^64 of (span + 1), without division: span fits 64 bits for any delay in use
    let micros = u64::try_from((draw.saturating_mul(span + 1)) >> 64).unwrap_or(u64::MAX);
    low.saturating_add(Duration::from_micros(micros))
}

#[cfg(test)]
mod tests;
