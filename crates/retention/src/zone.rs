//! The organisation's zone: which day a moment falls on, and when a day is over.
//!
//! Invariant: a day is over at the latest moment that its zone could mean, so that nothing is destroyed
//! while it may still be the last day of keeping.

use chrono::{DateTime, Duration, LocalResult, NaiveTime, TimeZone, Utc};
use chrono_tz::Tz;
use model::Timestamp;

use crate::Day;

/// A zone of the IANA database, by name: `America/New_York`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Zone(Tz);

/// No zone ever skipped more than a day at once (Pacific/Apia, 2011-12-30).
const HALF_HOURS_SKIPPED_MAX: i32 = 96;

impl Zone {
    pub const UTC: Self = Self(Tz::UTC);

    /// `None` when the database has no such name.
    pub fn parse(name: &str) -> Option<Self> {
        name.parse().ok().map(Self)
    }
    pub fn day_of(self, at: Timestamp) -> Day {
        let Some(at) = DateTime::<Utc>::from_timestamp_micros(at.micros()) else {
            return match at.micros() < 0 {
                true => Day::first(),
                false => Day::last(),
            };
        };
        Day::of_naive(at.with_timezone(&self.0).date_naive())
    }
    /// The first moment after `day` here. Of two midnights it is the later one; where midnight is
    /// skipped, the first moment that the zone has.
    pub fn end_of(self, day: Day) -> Timestamp {
        if day == Day::last() {
            return Timestamp::MAX;
        }
        let midnight = day.next().naive().and_time(NaiveTime::MIN);
        (0..=HALF_HOURS_SKIPPED_MAX)
            .filter_map(|half_hours| {
                let at =
                    midnight.checked_add_signed(Duration::minutes(i64::from(half_hours) * 30))?;
                match self.0.from_local_datetime(&at) {
                    LocalResult::Single(at) | LocalResult::Ambiguous(_, at) => Some(at),
                    LocalResult::None => None,
                }
            })
            .map(|at| Timestamp::from_micros(at.timestamp_micros()))
            .next()
            .unwrap_or(Timestamp::MAX)
    }
}

impl std::fmt::Display for Zone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0.name())
    }
}

crate::words::as_text!(Zone, "not a zone of the IANA database");

#[cfg(test)]
mod tests;
