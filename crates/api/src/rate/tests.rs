//! Tokens by the clock.

use std::time::Duration;

use model::Timestamp;

use super::{BUCKETS_KEPT, Buckets};
use crate::RateLimit;

fn buckets(burst: u32, per_second: u32) -> Buckets {
    Buckets::new(RateLimit { burst, per_second })
}

/// Over an hour of asking as fast as one may, the rate is the rate.
#[test]
fn the_rate_holds_over_time() {
    let buckets = buckets(10, 5);
    let start = Timestamp::from_secs(1_000);
    let tenths = (0..36_000u64).map(|i| start.plus(Duration::from_millis(i * 100)));
    let allowed = tenths
        .filter(|now| buckets.take("app live", *now).allowed)
        .count();
    assert!((18_000..=18_010).contains(&allowed), "{allowed}");
}

#[test]
fn a_clock_that_steps_back_gives_and_takes_nothing() {
    let buckets = buckets(2, 1);
    let now = Timestamp::from_secs(1_000);
    assert_eq!(buckets.take("a", now).remaining, 1);
    assert_eq!(
        buckets
            .take("a", now.minus(Duration::from_secs(500)))
            .remaining,
        0
    );
    assert!(!buckets.take("a", now).allowed);
    assert!(buckets.take("a", now.plus(Duration::from_secs(1))).allowed);
}

/// Whoever rests is forgotten before memory grows; whoever waits is not.
#[test]
fn buckets_are_bounded_and_the_busy_are_kept() {
    let buckets = buckets(1, 1);
    let now = Timestamp::from_secs(1_000);
    for i in 0..BUCKETS_KEPT {
        buckets.take(&format!("app {i}"), now);
    }
    let later = now.plus(Duration::from_secs(5));
    buckets.take("busy", now.plus(Duration::from_millis(4_900)));
    buckets.take("new", later);
    assert!(buckets.held.lock().is_ok_and(|held| held.len() == 2));
    assert!(!buckets.take("busy", later).allowed);
}

#[test]
fn a_rate_of_nothing_is_a_rate_of_one() {
    assert!(buckets(0, 0).take("a", Timestamp::from_secs(1)).allowed);
}
