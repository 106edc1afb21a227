//! Days of zones with daylight saving, without midnight, with two of them.

use model::Timestamp;

use super::Zone;
use crate::Day;

fn end(zone: &str, day: &str) -> String {
    Zone::parse(zone)
        .expect("a zone")
        .end_of(Day::parse(day).expect("a day"))
        .rfc3339()
}

fn day(zone: &str, at: &str) -> String {
    Zone::parse(zone)
        .expect("a zone")
        .day_of(Timestamp::parse_rfc3339(at).expect("a moment"))
        .to_string()
}

#[test]
fn a_day_is_over_at_midnight_of_the_zone() {
    assert_eq!(end("UTC", "2026-01-31"), "2026-02-01T00:00:00.000Z");
    assert_eq!(
        end("America/New_York", "2026-01-31"),
        "2026-02-01T05:00:00.000Z"
    );
    assert_eq!(
        end("America/New_York", "2026-07-31"),
        "2026-08-01T04:00:00.000Z"
    );
    assert_eq!(
        end("Pacific/Honolulu", "2025-12-31"),
        "2026-01-01T10:00:00.000Z"
    );
    assert_eq!(
        day("Pacific/Honolulu", "2026-01-01T09:59:59Z"),
        "2025-12-31"
    );
    assert_eq!(
        day("Pacific/Honolulu", "2026-01-01T10:00:00Z"),
        "2026-01-01"
    );
}

#[test]
fn a_skipped_midnight_ends_with_the_next_moment_there_is() {
    // Santiago went from 24:00 to 01:00 on 2022-09-11; Samoa left out 2011-12-30
    assert_eq!(
        end("America/Santiago", "2022-09-10"),
        "2022-09-11T04:00:00.000Z"
    );
    assert_eq!(
        end("Pacific/Apia", "2011-12-29"),
        "2011-12-30T10:00:00.000Z"
    );
}

#[test]
fn of_two_midnights_the_later_counts() {
    // Havana goes from 01:00 back to 00:00 on 2022-11-06
    assert_eq!(
        end("America/Havana", "2022-11-05"),
        "2022-11-06T05:00:00.000Z"
    );
}

#[test]
fn the_last_day_never_ends() {
    assert_eq!(Zone::UTC.end_of(Day::last()), Timestamp::MAX);
    assert_eq!(Zone::UTC.day_of(Timestamp::MAX), Day::last());
}
