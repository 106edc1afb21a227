//! Days that do not exist, periods as text, the end of the calendar.

use super::{Day, Period};

fn day(text: &str) -> Day {
    Day::parse(text).expect("a day")
}

fn after(from: &str, period: &str) -> String {
    day(from)
        .plus(Period::parse(period).expect("a period"))
        .to_string()
}

#[test]
fn a_leap_day_ends_on_the_first_of_march() {
    assert_eq!(after("2020-02-29", "1 year"), "2021-03-01");
    assert_eq!(after("2020-02-29", "4 years"), "2024-02-29");
    assert_eq!(after("2096-02-29", "4 years"), "2100-03-01");
    assert_eq!(after("2000-02-29", "400 years"), "2400-02-29");
}

#[test]
fn months_and_days_are_counted_after_years() {
    assert_eq!(after("2021-01-31", "1 month"), "2021-03-01");
    assert_eq!(after("2021-12-31", "6 months"), "2022-07-01");
    assert_eq!(after("2021-11-30", "1 year 3 months"), "2023-03-01");
    assert_eq!(after("2021-12-31", "1 day"), "2022-01-01");
    assert_eq!(after("2020-02-29", "1 year 1 day"), "2021-03-02");
    assert_eq!(after("2021-05-05", "0 days"), "2021-05-05");
}

#[test]
fn the_calendar_ends_and_nothing_wraps() {
    assert_eq!(after("9990-01-01", "65535 years"), "9999-12-31");
    assert_eq!(after("9999-12-31", "65535 days"), "9999-12-31");
    assert_eq!(Day::last().next(), Day::last());
}

#[test]
fn only_days_are_read_as_days() {
    for text in [
        "2021-02-29",
        "2021-13-01",
        "21-01-01",
        "2021-1-01",
        "+021-01-01",
        "2021-01-01 ",
        "",
    ] {
        assert_eq!(Day::parse(text), None, "{text}");
    }
}

#[test]
fn periods_are_read_as_they_are_written() {
    for text in [
        "7 years",
        "1 year",
        "1 year 6 months",
        "90 days",
        "0 days",
        "2 years 1 day",
    ] {
        let period = Period::parse(text).expect("a period");
        assert_eq!(period.to_string(), text);
    }
    for text in [
        "",
        "7",
        "years",
        "7 yeers",
        "6 months 1 year",
        "1 year 1 year",
        "-1 years",
        "7  years",
        "70000 years",
    ] {
        assert_eq!(Period::parse(text), None, "{text}");
    }
}
