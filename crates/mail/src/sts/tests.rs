use model::{Domain, StsMode, Timestamp};

use super::{ReportTo, find_id, names, parse, report_places};

fn id(records: &[&str]) -> Option<String> {
    let records: Vec<Vec<u8>> = records.iter().map(|r| r.as_bytes().to_vec()).collect();
    find_id(&records)
}

#[test]
fn one_record_announces_and_anything_else_does_not() {
    let cases: &[(&[&str], Option<&str>)] = &[
        (&["v=STSv1; id=20260101T000000;"], Some("20260101T000000")),
        (&["v=STSv1;id=a"], Some("a")),
        (&["v=spf1 -all", "v=STSv1; id=b; later=x"], Some("b")),
        (&["v=STSv1; id=a", "v=STSv1; id=b"], None),
        (&["v=STSv1"], None),
        (&["v=STSv1; id="], None),
        (&["v=STSv1; id=not-alphanumeric"], None),
        (&["v=STSv1; id=123456789012345678901234567890123"], None),
        (&["v=STSv10; id=a"], None),
        (&[" v=STSv1; id=a"], None),
        (&[], None),
    ];
    for (records, expected) in cases {
        assert_eq!(id(records).as_deref(), *expected, "{records:?}");
    }
}

#[test]
fn a_policy_is_read_whole_or_not_at_all() {
    let good = "version: STSv1\r\nmode: enforce\r\nmx: MX.mail.example\r\nmx: *.mail.example\r\nmax_age: 604800\r\n";
    let policy = parse(good.as_bytes(), "a", Timestamp::from_secs(0)).expect("a policy");
    assert_eq!(
        (policy.mode, policy.mx.join(" ")),
        (
            StsMode::Enforce,
            "mx.mail.example *.mail.example".to_owned()
        )
    );
    assert_eq!(policy.ends_at.since(policy.fetched_at).as_secs(), 604_800);
    let none = "version: STSv1\nmode: none\nmax_age: 86400";
    assert!(
        parse(none.as_bytes(), "a", Timestamp::from_secs(0)).is_some(),
        "none needs no hosts"
    );
    let broken = [
        good.replace("STSv1", "STSv2"),
        good.replace("enforce", "enforced"),
        good.replace("604800", "-1"),
        good.replace("604800", "99999999"),
        good.replace("max_age: 604800\r\n", ""),
        good.replace("*.mail.example", "*"),
        good.replace("mx: MX.mail.example\r\nmx: *.mail.example\r\n", ""),
        good.replace("mode: enforce", "mode enforce"),
        "<html>not found</html>".to_owned(),
        String::new(),
    ];
    for text in broken {
        assert!(
            parse(text.as_bytes(), "a", Timestamp::from_secs(0)).is_none(),
            "{text}"
        );
    }
}

#[test]
fn a_star_stands_for_one_label() {
    let text =
        "version: STSv1\nmode: enforce\nmx: mx.mail.example\nmx: *.hosted.example\nmax_age: 1";
    let policy = parse(text.as_bytes(), "a", Timestamp::from_secs(0)).expect("a policy");
    let cases = [
        ("mx.mail.example", true),
        ("mx2.mail.example", false),
        ("a.hosted.example", true),
        ("a.b.hosted.example", false),
        ("hosted.example", false),
        ("evilhosted.example", false),
    ];
    for (host, named) in cases {
        let host = Domain::parse(host).expect("a host");
        assert_eq!(names(&policy, &host), named, "{}", host.as_str());
    }
}

#[test]
fn reports_go_where_one_record_says() {
    let places = |records: &[&str]| {
        let records: Vec<Vec<u8>> = records.iter().map(|r| r.as_bytes().to_vec()).collect();
        let said = report_places(&records)
            .into_iter()
            .map(|place| match place {
                ReportTo::Mail(to) => to.as_str().to_owned(),
                ReportTo::Https(url) => url,
            });
        said.collect::<Vec<_>>().join(" ")
    };
    let cases: &[(&[&str], &str)] = &[
        (
            &["v=TLSRPTv1; rua=mailto:tls@mail.example"],
            "tls@mail.example",
        ),
        (
            &["v=TLSRPTv1;rua=mailto:a@b.example, https://b.example/report"],
            "a@b.example https://b.example/report",
        ),
        (&["v=TLSRPTv1; rua=http://b.example/"], ""),
        (&["v=TLSRPTv1"], ""),
        (&["v=TLSRPTv2; rua=mailto:a@b.example"], ""),
        (
            &[
                "v=TLSRPTv1; rua=mailto:a@b.example",
                "v=TLSRPTv1; rua=mailto:c@d.example",
            ],
            "",
        ),
        (&[], ""),
    ];
    for (records, expected) in cases {
        assert_eq!(places(records), *expected, "{records:?}");
    }
}
