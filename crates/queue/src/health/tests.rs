//! The window and the rests of one destination.

use std::time::Duration;

use model::Timestamp;
use model::seams::Rng;

use super::*;

struct Lowest;
impl Rng for Lowest {
    fn fill(&self, buf: &mut [u8]) {
        buf.fill(0);
    }
}

fn fail(health: &mut Health, at: i64) {
    health.unreachable(Timestamp::from_secs(at), &RetryCurve::default(), &Lowest);
}

#[test]
fn five_failures_in_a_row_rest_the_destination_and_an_answer_between_does_not() {
    let mut health = Health::new(20);
    for _ in 0..4 {
        fail(&mut health, 0);
    }
    health.answered(20);
    for _ in 0..4 {
        fail(&mut health, 0);
    }
    assert_eq!(health.resting_until(), None);
    fail(&mut health, 0);
    assert_eq!(health.resting_until(), Some(Timestamp::from_secs(60)));
    assert_eq!(health.window(), 0);
}

#[test]
fn rests_grow_until_something_answers() {
    let mut health = Health::new(1);
    let mut rests = Vec::new();
    fail(&mut health, 0);
    for _ in 0..7 {
        fail(&mut health, 0);
        let until = health.resting_until().expect("it rests");
        rests.push(until.secs());
        health.probe();
        assert_eq!(health.window(), 1, "one probe at a time");
    }
    assert_eq!(rests, [60, 300, 600, 1_200, 2_400, 3_600, 3_600]);
    health.answered(20);
    assert_eq!(health.window(), 5);
    fail(&mut health, 0);
    assert_eq!(
        health.resting_until(),
        None,
        "it is not on probation any more"
    );
}

#[test]
fn the_window_moves_by_quarters_between_one_and_the_limit() {
    let mut health = Health::new(3);
    for _ in 0..40 {
        health.answered(3);
    }
    assert_eq!(health.window(), 3);
    fail(&mut health, 0);
    assert_eq!(health.window(), 2);
    health.answered(3);
    assert_eq!(health.window(), 3);
}

#[test]
fn being_turned_away_narrows_the_window_and_only_at_one_leads_to_a_rest() {
    let mut health = Health::new(4);
    let mut windows = Vec::new();
    for _ in 0..8 {
        health.turned_away(Timestamp::from_secs(0), &RetryCurve::default(), &Lowest);
        windows.push(health.window());
    }
    assert_eq!(windows, [3, 2, 1, 1, 1, 1, 1, 0]);
    health.probe();
    for _ in 0..4 {
        assert_eq!(health.window(), 1);
        health.answered(4);
    }
    assert_eq!(
        health.window(),
        2,
        "it grows slowly where we were not welcome"
    );
}

#[test]
fn rests_do_not_grow_where_somebody_is_there() {
    let mut health = Health::new(1);
    for round in 0..4 {
        for _ in 0..5 {
            health.turned_away(Timestamp::from_secs(round), &RetryCurve::default(), &Lowest);
        }
        assert_eq!(
            health.resting_until(),
            Some(Timestamp::from_secs(round + 60))
        );
        health.probe();
    }
}

#[test]
fn a_failure_during_a_rest_does_not_prolong_it() {
    let mut health = Health::new(1);
    fail(&mut health, 0);
    fail(&mut health, 0);
    let until = health.resting_until();
    fail(&mut health, 50);
    assert_eq!(health.resting_until(), until);
    assert_eq!(RetryCurve::default().first_min, Duration::from_secs(60));
}
