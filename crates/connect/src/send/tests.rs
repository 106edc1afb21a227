use std::time::Duration;

use model::Timestamp;
use model::seams::HttpAnswer;
use sim::kit::hostile::{Target, rounds, texts};

use super::retry_after;

#[test]
fn retry_after_is_read_in_both_forms() {
    let now = Timestamp::parse_rfc3339("2026-11-21T14:00:00Z").expect("a moment");
    let cases = [
        ("120", Some(Duration::from_secs(120))),
        (" 0 ", Some(Duration::ZERO)),
        (
            "99999999999999999999999",
            Some(Duration::from_secs(u64::MAX)),
        ),
        (
            "Sat, 21 Nov 2026 14:02:00 GMT",
            Some(Duration::from_secs(120)),
        ),
        ("Sat, 21 Nov 2026 13:00:00 GMT", Some(Duration::ZERO)),
        ("soon", None),
        ("-5", None),
        ("", None),
    ];
    for (text, expected) in cases {
        let answer = HttpAnswer {
            status: 503,
            headers: vec![("retry-after".to_owned(), text.to_owned())],
            body: Vec::new(),
            tls: None,
        };
        assert_eq!(retry_after(&answer, now), expected, "{text:?}");
    }
}

const TIMES: Target = Target {
    name: "retry_after",
    seeds: || {
        texts(&[
            "120",
            "Sat, 21 Nov 2026 14:02:00 GMT",
            "Fri, 31 Dec 9999 23:59:60 +2359",
        ])
    },
    words: &[":", "GMT", "99999999999999999999", "Feb", "-"],
    read: |input| {
        let text = String::from_utf8_lossy(input).into_owned();
        let answer = HttpAnswer {
            status: 429,
            headers: vec![("retry-after".to_owned(), text)],
            body: Vec::new(),
            tls: None,
        };
        let now = Timestamp::from_secs(1_800_000_000);
        let wait = retry_after(&answer, now).unwrap_or_default();
        assert!(now.plus(wait) >= now, "never back in time");
        0
    },
    most: (0, 0),
};

#[test]
fn any_time_that_a_receiver_asks_for_is_read_or_refused() {
    TIMES.survive(0, rounds(10_000));
}
