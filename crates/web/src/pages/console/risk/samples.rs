//! Samples of who sends unusually.

use std::time::Duration;

use super::{Reason, Risk, RiskDecide, Row};
use crate::face::Fault;
use crate::pages::Sample;
use crate::pages::samples::NOW;

fn row(n: u64, name: &str, kind: &'static str, rung: &'static str) -> Row {
    let reason = |signal, statistic, observed: &str, expected: &str| Reason {
        signal,
        statistic,
        observed: observed.to_owned(),
        expected: expected.to_owned(),
    };
    let restricted = rung != "observe";
    Row {
        subject: match kind {
            "person" => format!("usr_01KJVB0W7HQ3ZJ8X9T4M2C6D{n:02}"),
            _ => name.to_owned(),
        },
        name: name.to_owned(),
        kind,
        risk: if restricted { "high" } else { "normal" }.to_owned(),
        rung,
        restricted,
        since: NOW.minus(Duration::from_secs(n * 600 + 300)),
        until: (restricted && n != 2).then(|| NOW.plus(Duration::from_secs(14_400))),
        confirmed: n == 2,
        reasons: match restricted {
            true => vec![
                reason("recipients", "season", "240", "12"),
                reason("first_ever", "share", "85 %", "4 %"),
            ],
            false => Vec::new(),
        },
        own: false,
    }
}

pub(super) fn lists() -> Vec<Sample<Risk>> {
    let rows = || {
        vec![
            row(0, "Noor Haddad", "person", "hold"),
            row(1, "app_01KJVB0W7HQ3ZJ8X9T4M2C6D33", "software", "slow"),
            row(2, "Ana Ortiz", "person", "suspend"),
            row(3, "transactional", "stream", "observe"),
            row(4, "organisation", "organisation", "observe"),
        ]
    };
    let page = |rows| Risk {
        rows,
        older_href: None,
        done: None,
    };
    let long = "Maximiliana Featherstonehaugh-Worthington de la Cruz y Montenegro";
    vec![
        Sample::new("empty", page(Vec::new())),
        Sample::new("one", page(vec![row(0, "Noor Haddad", "person", "hold")])),
        Sample::new(
            "many",
            Risk {
                older_href: Some("#".to_owned()),
                done: Some("release"),
                ..page(rows())
            },
        ),
        Sample::new(
            "own",
            page(vec![Row {
                own: true,
                ..row(0, "Noor Haddad", "person", "known_only")
            }]),
        ),
        Sample::new("long_names", page(vec![row(1, long, "person", "no_phi")])),
        Sample::spanish(Risk {
            done: Some("confirm"),
            ..page(rows())
        }),
    ]
}

pub(super) fn decisions() -> Vec<Sample<RiskDecide>> {
    let page = RiskDecide::of(row(0, "Noor Haddad", "person", "hold"));
    let error = RiskDecide {
        faults: vec![Fault::new("reason", "reason_missing")],
        ..page.clone()
    };
    let own = RiskDecide::of(Row {
        own: true,
        ..row(0, "Noor Haddad", "person", "hold")
    });
    vec![
        Sample::new("one", page.clone()),
        Sample::new("error", error),
        Sample::new("own", own),
        Sample::spanish(page),
    ]
}
