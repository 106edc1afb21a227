use super::*;

const NOON: i64 = 1_772_496_000 + 43_200;

fn row(days_ago: i64, source: &str, messages: u64, aligned: bool) -> DmarcRow {
    let at = Timestamp::from_secs(NOON - days_ago * 86_400);
    DmarcRow {
        reporter: "Peer & Co".to_owned(),
        begins_at: at,
        ends_at: at.plus(Duration::from_secs(3_600)),
        source: source.to_owned(),
        messages,
        disposition: "quarantine".to_owned(),
        dkim_aligned: aligned,
        spf_aligned: false,
    }
}

#[test]
fn a_day_adds_up_and_days_with_failures_come_first() {
    let rows = vec![
        row(0, "203.0.113.7", 40, true),
        row(0, "203.0.113.8", 2, true),
        row(3, "198.51.100.9", 1, false),
        row(3, "198.51.100.7", 5, false),
        row(3, "203.0.113.7", 30, true),
    ];
    let days = dmarc_days(rows);
    let seen: Vec<_> = days.iter().map(|d| (d.passed, d.failed)).collect();
    assert_eq!(seen, [(30, 6), (42, 0)]);
    assert_eq!(
        days[1].day,
        Timestamp::from_secs(NOON - 43_200),
        "the day begins at midnight, UTC"
    );
    let worst: Vec<_> = days[0]
        .failures
        .iter()
        .map(|f| (&*f.source, f.messages))
        .collect();
    assert_eq!(worst, [("198.51.100.7", 5), ("198.51.100.9", 1)]);
}

#[test]
fn sessions_add_up_by_reason() {
    let row = |policy: &str, failures, reasons: &str| TlsRow {
        reporter: "Peer".to_owned(),
        begins_at: Timestamp::from_secs(NOON),
        ends_at: Timestamp::from_secs(NOON),
        policy: policy.to_owned(),
        successes: 10,
        failures,
        reasons: reasons.to_owned(),
    };
    let days = tls_days(vec![
        row("tlsa", 0, "{}"),
        row("sts", 3, r#"{"certificate-expired":3}"#),
        row(
            "sts",
            4,
            r#"{"certificate-expired":1,"validation-failure":3}"#,
        ),
    ]);
    assert_eq!(
        (&*days[0].policy, days[0].successes, days[0].failures),
        ("sts", 20, 7)
    );
    let reasons = [
        ("certificate-expired".to_owned(), 4),
        ("validation-failure".to_owned(), 3),
    ];
    assert_eq!(days[0].reasons, reasons);
    assert_eq!((&*days[1].policy, days[1].failures), ("tlsa", 0));
}
