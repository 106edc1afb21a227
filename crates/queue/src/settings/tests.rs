//! The retry curve: minutes at first, doubling to an hour, never shorter than before.

use std::time::Duration;

use model::seams::Rng;
use proptest::prelude::*;

use super::*;

struct Fixed(u64);
impl Rng for Fixed {
    fn fill(&self, buf: &mut [u8]) {
        let bytes = self.0.to_be_bytes();
        for (to, from) in buf.iter_mut().zip(bytes.iter().cycle()) {
            *to = *from;
        }
    }
}

#[test]
fn the_default_stages_are_the_documented_ones() {
    let curve = RetryCurve::default();
    let stages: Vec<(u64, u64)> = (1..=8)
        .map(|n| curve.stage(n))
        .map(|(low, high)| (low.as_secs(), high.as_secs()))
        .collect();
    assert_eq!(
        stages,
        [
            (60, 300),
            (300, 600),
            (600, 1_200),
            (1_200, 2_400),
            (2_400, 3_600),
            (3_600, 4_000),
            (3_600, 4_000),
            (3_600, 4_000)
        ]
    );
}

#[test]
fn both_ends_of_a_stage_are_reached() {
    let curve = RetryCurve::default();
    assert_eq!(curve.delay(1, &Fixed(0)), Duration::from_secs(60));
    assert_eq!(curve.delay(1, &Fixed(u64::MAX)), Duration::from_secs(300));
    assert_eq!(curve.delay(0, &Fixed(0)), Duration::from_secs(60));
    assert_eq!(curve.delay(u32::MAX, &Fixed(0)), Duration::from_secs(3_600));
}

proptest! {
    /// Neither jitter nor a strange curve makes a later delay shorter, up to the last stage.
    #[test]
    fn delays_grow(draws in prop::collection::vec(any::<u64>(), 2..80), first in 1u64..1_000, spread in 0u64..1_000, last in 1u64..20_000) {
        let curve = RetryCurve {
            first_min: Duration::from_secs(first),
            first_max: Duration::from_secs(first + spread),
            last_min: Duration::from_secs(last.max(first + spread)),
            last_max: Duration::from_secs(last.max(first + spread) + 400),
        };
        let mut before = Duration::ZERO;
        for (n, draw) in (1u32..).zip(draws) {
            let delay = curve.delay(n, &Fixed(draw));
            prop_assert!(delay >= before || before >= curve.last_min);
            prop_assert!(delay >= curve.first_min && delay <= curve.last_max);
            before = delay;
        }
    }

    #[test]
    fn a_draw_stays_between_its_bounds(low in 0u64..1 << 40, span in 0u64..1 << 40, draw in any::<u64>()) {
        let (low, high) = (Duration::from_micros(low), Duration::from_micros(low + span));
        let drawn = between(low, high, &Fixed(draw));
        prop_assert!(low <= drawn && drawn <= high);
    }
}
