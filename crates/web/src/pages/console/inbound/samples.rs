//! Samples of the list of what came in.

use std::time::Duration;

use model::ArrivalState;

use super::{Filter, Inbound, Row};
use crate::face::Fault;
use crate::pages::Sample;
use crate::pages::samples::NOW;

fn row(n: u32, concern: &str, state: ArrivalState, words: &[&str]) -> Row {
    Row {
        id: format!("msg_01KJVB0W7HQ3ZJ8X9T4M2C6D{n:02}"),
        at: NOW.minus(Duration::from_secs(u64::from(n + 1) * 2_700)),
        state,
        concern: concern.to_owned(),
        words: words.iter().map(|&word| word.to_owned()).collect(),
        more: 0,
    }
}

fn rows(count: u32) -> Vec<Row> {
    let one = |n: u32| match n % 4 {
        0 => Row {
            more: 2,
            ..row(
                n,
                "quarantine",
                ArrivalState::Quarantined,
                &[
                    "look_alike_domain",
                    "look_alike_new_domain",
                    "credential_form",
                ],
            )
        },
        1 => row(
            n,
            "banner",
            ArrivalState::Passed,
            &["first_time_sender", "link_shortener"],
        ),
        2 => row(n, "none", ArrivalState::Passed, &[]),
        _ => row(
            n,
            "quarantine",
            if n % 8 == 3 {
                ArrivalState::Released
            } else {
                ArrivalState::Deleted
            },
            &["virus_found"],
        ),
    };
    (0..count).map(one).collect()
}

pub(super) fn all() -> Vec<Sample<Inbound>> {
    let page = |count: u32| Inbound {
        rows: rows(count),
        waiting: u64::from(count.div_ceil(4)),
        older_href: (count > 10).then(|| "#".to_owned()),
        ..Inbound::empty(Filter::default())
    };
    let of = |filter: Filter, count: u32| Inbound {
        rows: rows(count),
        waiting: 3,
        ..Inbound::empty(filter)
    };
    let domain = Filter {
        domain: "northside-community-health-partnership.example".to_owned(),
        ..Filter::default()
    };
    let word = Filter {
        word: "look_alike_domain".to_owned(),
        state: Some(ArrivalState::Quarantined),
        ..Filter::default()
    };
    let wrong = Inbound {
        faults: vec![Fault::new("domain", "domain_invalid")],
        ..of(
            Filter {
                domain: "not a domain".to_owned(),
                ..Filter::default()
            },
            0,
        )
    };
    vec![
        Sample::new("empty", page(0)),
        Sample::new(
            "one",
            Inbound {
                done: Some("release"),
                ..page(1)
            },
        ),
        Sample::new("many", page(24)),
        Sample::new("searched", of(domain.clone(), 2)),
        Sample::new("long_names", of(domain, 0)),
        Sample::new("none_found", of(word, 0)),
        Sample::new("error", wrong),
        Sample::new(
            "may_not",
            Inbound {
                decides: false,
                ..page(3)
            },
        ),
        Sample::spanish(Inbound {
            done: Some("delete"),
            ..page(4)
        }),
    ]
}
