use std::time::Duration;

use model::Timestamp;

use super::Pace;
use crate::shaping::Limits;

fn pace(per_minute: Option<u32>, per_hour: Option<u32>) -> Pace {
    let limits = Limits {
        per_minute,
        per_hour,
        ..Limits::default()
    };
    Pace::new(&limits, 1)
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

/// Two nodes that take from one kept state get together what one node would get alone.
#[test]
fn buckets_that_nodes_share_give_no_more_than_the_rate() {
    let limits = Limits {
        per_minute: Some(60),
        per_hour: Some(1_200),
        ..Limits::default()
    };
    let mut alone = Pace::new(&limits, 1);
    let mut kept = [super::UNUSED; 2];
    let mut free_at = Timestamp::from_secs(1_000);
    let mut count = 0;
    for second in 1_000..1_000 + 3_600 {
        let now = Timestamp::from_secs(second);
        for _node in 0..2 {
            for _try in 0..10 {
                match super::take_shared(&limits, kept, now) {
                    Ok(after) => {
                        assert!(free_at <= now, "taken before its time");
                        free_at = alone.take(now).unwrap_or(now);
                        kept = after;
                        count += 1;
                    }
                    Err(until) => assert_eq!(until, free_at),
                }
            }
        }
    }
    assert!((1_200..=1_200 + 121).contains(&count), "{count}");
}

#[test]
fn shares_of_a_rate_add_up_to_the_rate() {
    let limits = Limits {
        per_minute: Some(60),
        ..Limits::default()
    };
    for nodes in 1..=4 {
        let each = taken(&mut Pace::new(&limits, nodes), 600);
        let all = each * u64::from(nodes);
        assert!((600..=600 + 12).contains(&all), "{all} by {nodes}");
    }
}
