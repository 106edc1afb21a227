use std::time::Duration;

use model::Timestamp;
use model::seams::HttpAnswer;

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
