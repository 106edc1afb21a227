//! What DNS said at an attempt, as a bundle's reader sees it.

use caduceus_ledger::bundle::{Bundle, Report};
use caduceus_ledger::checkpoint;
use caduceus_ledger::entry::commit;
use model::{DnsKind, DnsStanding};

use crate::world::{HOST, Log, delivered, message, opened, organisation, recipient};

/// A bundle whose last entry shows this content.
fn report(payload: &str) -> Report {
    let mut log = Log::new(&checkpoint::origin(HOST, organisation()));
    let mut entries = Vec::new();
    for (n, step) in (0..).zip(delivered()) {
        let mut content = opened(n);
        if n == 3 {
            content.payload = payload.into();
        }
        let mut entry = step;
        entry.commitment = Some(commit(&content.salt, &content.payload));
        log.append(vec![entry.encode().expect("a valid entry")]);
        entries.push((u64::from(n), content));
    }
    let entries = entries
        .into_iter()
        .map(|(index, content)| log.evidence(index, Some(content)))
        .collect();
    let bundle = Bundle::new(message(), recipient(), log.key(), log.signed(), entries);
    let file = bundle.expect("a valid bundle").encode();
    let bundle = Bundle::parse(&file).expect("our own form");
    bundle.verify(Some(&log.key())).expect("it holds")
}

fn seen(rest: &str) -> String {
    format!(r#"{{"mx_host":"mx.example","dns":[{{"at":"2026-11-24T01:02:03.004Z",{rest}}}]}}"#)
}

#[test]
fn the_reader_is_told_what_dns_said_and_who_vouched() {
    let cases = [
        (
            r#""kind":"MX","name":"mail.example","standing":"proved","records":["10 a.example.","20 b.example."]"#,
            r#"At 2026-11-24T01:02:03.004Z DNS said, proved by DNSSEC, that mail.example has MX "10 a.example.", "20 b.example." (entry 3)"#,
        ),
        (
            r#""kind":"TXT","name":"s._domainkey.clinic.example","standing":"unproved","records":["p=AA=="],"left_out":2"#,
            r#"At 2026-11-24T01:02:03.004Z DNS said, without proof by DNSSEC, that s._domainkey.clinic.example has TXT "p=AA==" and 2 more that are not kept (entry 3)"#,
        ),
        (
            r#""kind":"TLSA","name":"_25._tcp.mx.example","standing":"absent""#,
            "At 2026-11-24T01:02:03.004Z DNS said that _25._tcp.mx.example has no TLSA (entry 3)",
        ),
        (
            r#""kind":"TXT","name":"_mta-sts.mail.example","standing":"failed""#,
            "At 2026-11-24T01:02:03.004Z DNS could not tell whether _mta-sts.mail.example has TXT (entry 3)",
        ),
    ];
    for (json, sentence) in cases {
        assert_eq!(report(&seen(json)).dns_statements(), [sentence]);
    }
    let kept = report(&seen(cases[0].0)).dns();
    assert_eq!(
        (kept[0].0, kept[0].1.kind, kept[0].1.standing),
        (3, DnsKind::Mx, DnsStanding::Proved)
    );
}

#[test]
fn evidence_without_dns_or_of_another_form_says_nothing() {
    for payload in [
        "{}",
        "",
        "not JSON",
        r#"{"dns":[{"kind":"PTR"}]}"#,
        r#"{"reply_code":250}"#,
    ] {
        assert!(report(payload).dns_statements().is_empty(), "{payload}");
    }
}

#[test]
fn what_a_file_says_steers_no_terminal() {
    let hostile = seen(
        r#""kind":"TXT","name":"a\u001b[2J","standing":"unproved","records":["\u001b]0;x\u0007\n"]"#,
    );
    let said = report(&hostile).dns_statements().concat();
    assert!(said.chars().all(|c| matches!(c, ' '..='~')), "{said:?}");
}
