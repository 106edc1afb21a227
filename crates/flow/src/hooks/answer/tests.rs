use std::time::Duration;

use super::{Answered, LADDER, RETRY_AFTER_MAX, TRIES_MAX, Verdict, judge};

fn status(code: u16) -> Answered {
    Answered::Status {
        code,
        retry_after: None,
    }
}

#[test]
fn only_success_delivers_and_only_two_answers_stop() {
    for code in [200, 201, 202, 204, 299] {
        assert_eq!(judge(status(code), 1, 0), Verdict::Delivered, "{code}");
    }
    assert_eq!(judge(status(403), 1, 0), Verdict::Pause);
    assert_eq!(judge(status(410), 1, 0), Verdict::Gone);
    for code in [
        100, 301, 302, 307, 400, 401, 404, 408, 409, 429, 500, 502, 503,
    ] {
        assert_eq!(
            judge(status(code), 1, 0),
            Verdict::Retry(LADDER[0]),
            "{code}"
        );
    }
}

/// Eight tries over more than a day: longer than the six hours that apps which take in mail need.
#[test]
fn the_ladder_ends() {
    let mut total = Duration::ZERO;
    for tries in 1..TRIES_MAX {
        match judge(Answered::Fault("timed_out"), tries, 0) {
            Verdict::Retry(wait) => total += wait,
            other => panic!("try {tries}: {other:?}"),
        }
    }
    assert_eq!(total, LADDER.iter().sum::<Duration>());
    assert!(total > Duration::from_secs(6 * 3_600));
    assert_eq!(judge(status(500), TRIES_MAX, 0), Verdict::Dead);
    assert_eq!(judge(status(500), u32::MAX, 255), Verdict::Dead);
}

#[test]
fn a_receiver_may_ask_for_time_within_a_cap() {
    let ask = |seconds| Answered::Status {
        code: 503,
        retry_after: Some(Duration::from_secs(seconds)),
    };
    assert_eq!(
        judge(ask(120), 1, 0),
        Verdict::Retry(Duration::from_secs(120))
    );
    assert_eq!(
        judge(ask(1), 2, 0),
        Verdict::Retry(LADDER[1]),
        "never sooner"
    );
    assert_eq!(judge(ask(u64::MAX), 1, 0), Verdict::Retry(RETRY_AFTER_MAX));
}

#[test]
fn chance_spreads_by_a_fifth_at_most() {
    let Verdict::Retry(longest) = judge(status(500), 2, 255) else {
        panic!("it is tried again");
    };
    assert_eq!(longest, LADDER[1].mul_f64(1.2));
}
