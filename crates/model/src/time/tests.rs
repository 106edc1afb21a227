//! What is written by hand is what the calendar's own crate writes.

use proptest::prelude::*;

use super::Timestamp;

const FIRST: i64 = -62_167_219_200_000_000;
const LAST: i64 = 253_402_300_799_999_999;

fn by_chrono(at: Timestamp, form: &str) -> String {
    at.utc().format(form).to_string()
}

fn agrees(at: Timestamp) {
    assert_eq!(at.rfc3339(), by_chrono(at, "%Y-%m-%dT%H:%M:%S%.3fZ"));
    let micros = by_chrono(at, "%Y-%m-%dT%H:%M:%S%.6fZ");
    assert_eq!(at.rfc3339_micros(), Some(micros));
}

#[test]
fn ends_of_days_months_and_years_are_written_as_the_calendar_has_them() {
    let days = [
        "0000-01-01",
        "0000-02-29",
        "0000-03-01",
        "1582-10-15",
        "1899-12-31",
        "1900-02-28",
        "1900-03-01",
        "1969-12-31",
        "1970-01-01",
        "1999-12-31",
        "2000-02-29",
        "2000-03-01",
        "2024-02-29",
        "2026-11-22",
        "2100-02-28",
        "2100-03-01",
        "2400-02-29",
        "9999-12-31",
    ];
    for day in days {
        for time in ["00:00:00.000000", "12:34:56.789012", "23:59:59.999999"] {
            let written = format!("{day}T{time}Z");
            let at = Timestamp::parse_rfc3339(&written).expect("a moment");
            assert_eq!(at.rfc3339_micros(), Some(written));
            agrees(at);
        }
    }
}

#[test]
fn a_year_of_five_digits_has_no_text_in_micros() {
    for beyond in [FIRST - 1, LAST + 1, i64::MIN, i64::MAX] {
        let at = Timestamp::from_micros(beyond);
        assert_eq!(at.rfc3339_micros(), None);
        assert_eq!(at.rfc3339(), by_chrono(at, "%Y-%m-%dT%H:%M:%S%.3fZ"));
    }
}

proptest! {
    #[test]
    fn every_moment_is_written_as_the_calendar_has_it(micros in FIRST..=LAST) {
        agrees(Timestamp::from_micros(micros));
        let written = Timestamp::from_micros(micros).rfc3339_micros();
        let read = written.as_deref().and_then(Timestamp::parse_rfc3339);
        prop_assert_eq!(read, Some(Timestamp::from_micros(micros)));
    }
}
