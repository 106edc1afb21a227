//! Ways a sending domain can look.

use std::time::Duration;

use people::PublishedRecord;
use people::health::Verdict;

use super::{Checked, DomainPage, Found, Key, Reported, Told};
use crate::pages::Sample;
use crate::pages::samples::NOW;

const KEY: &str = "v=DKIM1; k=rsa; p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAn3rv1Qk2b0gH7fVtq2yT0m5cQ8a1x9yYqEwV4kz7R2pJm6sLd8hUeNf3oXbC5tWg";

pub fn all() -> Vec<Sample<DomainPage>> {
    let (good, bad) = (good(), bad());
    let waiting = DomainPage {
        may_rotate: false,
        done: Some("rotated"),
        ..bad.clone()
    };
    let fresh = DomainPage {
        grade: "",
        checked_at: None,
        asked: true,
        checks: Vec::new(),
        told: Told::default(),
        ..good.clone()
    };
    vec![
        Sample::new("empty", fresh),
        Sample::new("one", good),
        Sample::new("many", waiting.clone()),
        Sample::new(
            "error",
            DomainPage {
                done: Some("waits"),
                ..bad.clone()
            },
        ),
        Sample::new("long_names", bad),
        Sample::spanish(waiting),
    ]
}

fn good() -> DomainPage {
    page(
        "ok",
        vec![
            checked(&[(
                Verdict::SpfOk,
                "",
                &["v=spf1 a:mail.northside.example -all", "203.0.113.7: pass"],
            )]),
            checked(&[
                (Verdict::DkimOk, "cad20514r", &[KEY]),
                (Verdict::DkimOk, "cad20514e", &[]),
            ]),
            checked(&[(
                Verdict::DmarcOk,
                "",
                &["_dmarc.northside.example: v=DMARC1; p=reject; rua=mailto:d@northside.example"],
            )]),
            checked(&[(Verdict::BlockOff, "", &[])]),
        ],
    )
}

fn bad() -> DomainPage {
    page(
        "fail",
        vec![
            checked(&[(
                Verdict::SpfExcludes,
                "",
                &[
                    "v=spf1 include:_spf.other.example ~all",
                    "203.0.113.7: softfail",
                ],
            )]),
            checked(&[
                (Verdict::DkimMissing, "cad20514r", &[]),
                (Verdict::DkimWaits, "cad20601r", &[]),
            ]),
            checked(&[(
                Verdict::DmarcMonitors,
                "",
                &["_dmarc.northside.example: v=DMARC1; p=none"],
            )]),
            checked(&[(Verdict::StsMissing, "", &[])]),
            checked(&[(Verdict::PtrMissing, "203.0.113.7", &[])]),
            checked(&[(
                Verdict::BlockListed,
                "203.0.113.7 list.example",
                &["asked 7.113.0.203.list.example", "127.0.0.2"],
            )]),
        ],
    )
}

fn page(grade: &'static str, checks: Vec<Checked>) -> DomainPage {
    DomainPage {
        name: "northside.example".to_owned(),
        grade,
        checked_at: Some(NOW.minus(Duration::from_secs(7_200))),
        asked: false,
        checks,
        keys: vec![
            key("cad20601r", "prepared"),
            key("cad20514r", "active"),
            key("cad20311r", "retiring"),
            key("cad19902r", "retired"),
        ],
        told: told(grade == "fail"),
        may_rotate: true,
        done: None,
    }
}

fn told(bad: bool) -> Told {
    let one = |days: u64, policy: Option<&str>, failures: &[(&str, Option<&str>, u64)]| Reported {
        day: NOW.minus(Duration::from_secs(days * 86_400)),
        reporter: if days == 2 {
            "Northside Community Mail Protection Service"
        } else {
            "peer.example"
        }
        .to_owned(),
        policy: policy.map(str::to_owned),
        good: 420 * days,
        bad: failures.iter().map(|(_, _, count)| count).sum(),
        failures: failures
            .iter()
            .map(|(what, done, count)| ((*what).to_owned(), done.map(str::to_owned), *count))
            .collect(),
    };
    let spoofed = [
        ("198.51.100.9", Some("reject"), 1_204),
        ("2001:db8::25", Some("quarantine"), 3),
    ];
    let failed = [
        ("certificate-expired", None, 12),
        ("sts-policy-fetch-error", None, 1),
    ];
    let mut told = Told {
        dmarc: vec![one(1, None, &[]), one(3, None, &[])],
        tls: vec![one(1, Some("sts"), &[])],
        more: bad,
    };
    if bad {
        told.dmarc.insert(0, one(2, None, &spoofed));
        told.tls.insert(0, one(2, Some("sts"), &failed));
    }
    told
}

fn checked(found: &[(Verdict, &str, &[&str])]) -> Checked {
    let worst = found.iter().map(|(verdict, ..)| verdict.grade()).max();
    let found: Vec<Found> = found
        .iter()
        .map(|(verdict, about, seen)| Found {
            verdict: verdict.word(),
            grade: verdict.grade().word(),
            about: (*about).to_owned(),
            seen: seen.iter().map(|line| (*line).to_owned()).collect(),
            publish: (verdict.grade().word() != "ok").then(|| record("northside.example")),
        })
        .collect();
    Checked {
        check: found
            .first()
            .and_then(|f| Verdict::ALL.iter().find(|v| v.word() == f.verdict))
            .map_or("", |v| v.check().word()),
        grade: worst.map_or("ok", |grade| grade.word()),
        found,
    }
}

fn key(selector: &str, state: &'static str) -> Key {
    Key {
        selector: selector.to_owned(),
        algorithm: "rsa".to_owned(),
        state,
        created_at: NOW.minus(Duration::from_secs(90 * 86_400)),
        until: (state == "retiring").then(|| NOW.plus(Duration::from_secs(9 * 86_400))),
        record: record(&format!("{selector}._domainkey.northside.example")),
    }
}

fn record(name: &str) -> PublishedRecord {
    PublishedRecord {
        name: name.to_owned(),
        kind: "TXT".to_owned(),
        value: KEY.to_owned(),
    }
}
