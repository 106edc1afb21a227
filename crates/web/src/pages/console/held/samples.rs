//! Samples of the list of held messages.

use std::time::Duration;

use flow::view::WaitsFor;
use model::PhiLevel;

use super::{Held, Row, Rule};
use crate::pages::Sample;
use crate::pages::samples::NOW;

fn rule(id: &str, name: &str) -> Rule {
    let why = "one wrong address would be a breach for each of them";
    Rule::of((id.to_owned(), name.to_owned(), why.to_owned()))
}

fn row(n: u32) -> Row {
    let mut rules = vec![rule("many-patients", "Many patients in one message")];
    if n % 3 == 1 {
        rules.push(rule(
            "whole-records",
            "Whole records to others than providers",
        ));
    }
    Row {
        id: format!("msg_01KJVB0W7HQ3ZJ8X9T4M2C6D{n:02}"),
        at: NOW.minus(Duration::from_secs(u64::from(n + 1) * 5_400)),
        level: PhiLevel::Certain,
        sender: "Noor Haddad".to_owned(),
        own: false,
        held: u64::from(n) + 1,
        rules,
        second_person: true,
        agreed: if n % 2 == 1 {
            vec!["Ana Ortiz".to_owned()]
        } else {
            Vec::new()
        },
    }
}

pub(super) fn all() -> Vec<Sample<Held>> {
    let page = |n: u32, done: Option<&'static str>| Held {
        rows: (0..n).map(row).collect(),
        decides: true,
        rule: String::new(),
        waits_for: String::new(),
        all_waits: WaitsFor::ALL.iter().map(|one| one.word()).collect(),
        filtered: false,
        older_href: (n > 10).then(|| "#".to_owned()),
        newest_href: None,
        done,
    };
    let filtered = |n| Held {
        rule: "many-patients".to_owned(),
        waits_for: "second_person".to_owned(),
        filtered: true,
        ..page(n, None)
    };
    let own = Held {
        rows: vec![Row {
            own: true,
            ..row(0)
        }],
        ..page(0, None)
    };
    let long = Held {
        rows: vec![Row {
            sender: "Maximiliana Featherstonehaugh-Worthington de la Cruz y Montenegro".to_owned(),
            rules: vec![rule(
                "pneumonoultramicroscopicsilicovolcanoconiosis",
                "Everything about pneumonoultramicroscopicsilicovolcanoconiosis and what follows",
            )],
            ..row(1)
        }],
        ..page(0, None)
    };
    vec![
        Sample::new("empty", page(0, Some("release"))),
        Sample::new("one", page(1, Some("reject"))),
        Sample::new("second_person", page(2, Some("waiting"))),
        Sample::new("many", page(20, None)),
        Sample::new("filtered", filtered(2)),
        Sample::new("none_found", filtered(0)),
        Sample::new("own", own),
        Sample::new("long_names", long),
        Sample::new(
            "may_not",
            Held {
                decides: false,
                ..page(2, None)
            },
        ),
        Sample::spanish(page(3, Some("waiting"))),
    ]
}
