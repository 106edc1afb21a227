use std::time::Duration;

use model::Timestamp;

use super::Pace;
use crate::shaping::Limits;

fn pace(per_minute: Option<u32>, per_hour: Option<u32>) -> Pace {
    Pace::new(&Limits {
        per_minute,
        per_hour,
        ..Limits::default()
    })
}

/// Takes as fast as it may from second 1,000 on, for `span`; how many it got.
fn taken(pace: &mut Pace, span: u64) -> u64 {
    let mut now = Timestamp::from_secs(1_000);
    let end = now.plus(Duration::from_secs(span));
    let mut count = 0;
    while now < end {
        count += 1;
        now = pace.take(now).unwrap_or(now);
    }
    count
}

#[test]
fn a_minutes_rate_is_kept_but_for_one_burst() {
    assert_eq!(taken(&mut pace(Some(60), None), 60), 60 + 6);
    assert_eq!(taken(&mut pace(Some(60), None), 600), 600 + 6);
    assert_eq!(taken(&mut pace(Some(1), None), 600), 10 + 1);
}

#[test]
fn the_slower_of_two_rates_holds() {
    let count = taken(&mut pace(Some(600), Some(3_600)), 3_600);
    assert!((3_600..=3_600 + 360).contains(&count), "{count}");
}

#[test]
fn without_a_rate_nothing_waits() {
    let mut free = pace(None, None);
    for _ in 0..1_000 {
        assert_eq!(free.take(Timestamp::from_secs(5)), None);
    }
    assert_eq!(free.full_at(), None);
}

/// A clock set back by a day must not stop mail for a day.
#[test]
fn a_clock_that_jumps_back_delays_by_no_more_than_a_window() {
    let mut pace = pace(Some(60), None);
    for _ in 0..7 {
        pace.take(Timestamp::from_secs(100_000));
    }
    let now = Timestamp::from_secs(13_600);
    let next = pace.take(now).unwrap_or(now);
    assert!(
        next.since(now) <= Duration::from_secs(61),
        "{:?}",
        next.since(now)
    );
}
