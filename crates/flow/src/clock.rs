//! An organisation's own clock: the day and the hour where it is.

use chrono::{Datelike, Timelike, Weekday as Day};
use chrono_tz::Tz;
use model::Timestamp;
use policy::Weekday;

/// Weekday and hour there; nothing where the zone is unknown.
pub(crate) fn local(at: Timestamp, zone: &str) -> (Option<Weekday>, Option<u8>) {
    let there = zone.parse::<Tz>().ok().and_then(|zone| {
        let utc = chrono::DateTime::from_timestamp_micros(at.micros())?;
        Some(utc.with_timezone(&zone))
    });
    match there {
        Some(there) => (
            Some(weekday(there.weekday())),
            u8::try_from(there.hour()).ok(),
        ),
        None => (None, None),
    }
}

const fn weekday(day: Day) -> Weekday {
    match day {
        Day::Mon => Weekday::Monday,
        Day::Tue => Weekday::Tuesday,
        Day::Wed => Weekday::Wednesday,
        Day::Thu => Weekday::Thursday,
        Day::Fri => Weekday::Friday,
        Day::Sat => Weekday::Saturday,
        Day::Sun => Weekday::Sunday,
    }
}
