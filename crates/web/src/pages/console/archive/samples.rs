//! Samples of the archive's page.

use std::time::Duration;

use super::{Archive, Gap, Passage, Row};
use crate::face::Fault;
use crate::pages::Sample;
use crate::pages::samples::NOW;

const GAP: Gap = Gap {
    accepted: 18_204,
    archived: 18_202,
    waiting: 2,
    partial: 31,
    whole: true,
};

fn said(parts: &[(&str, bool)]) -> Vec<Passage> {
    let passage = |(text, found): &(&str, bool)| Passage {
        text: (*text).to_owned(),
        found: *found,
    };
    parts.iter().map(passage).collect()
}

fn row(n: u32) -> Row {
    let row = Row {
        id: format!("msg_01KJVB0W7HQ3ZJ8X9T4M2C6D{n:02}"),
        at: NOW.minus(Duration::from_secs(u64::from(n + 1) * 86_000)),
        subject: "Supplies for the new pump".to_owned(),
        from: "ana.ortiz@northside.example".to_owned(),
        to: "lee@mail.example".to_owned(),
        place: "body",
        text: said(&[
            ("The ", false),
            ("insulin", true),
            (" ", false),
            ("pump", true),
            (
                " arrives on Tuesday, the sets for it a day later. Please have somebody at home between 8 and noon.",
                false,
            ),
        ]),
        ..Row::default()
    };
    match n % 4 {
        1 => Row {
            subject: String::new(),
            place: "file",
            more: 3,
            text: said(&[("Serial 4410, ", false), ("pumps", true), (" of October", false)]),
            ..row
        },
        2 => Row {
            subject: "A subject of many words that goes on about deliveries, training, sets, batteries, alarms, \
                      returns and everything else that a family wants to know before the first night"
                .to_owned(),
            from: "maximiliana.featherstonehaugh-worthington@long-name-of-a-practice.example".to_owned(),
            more: 41,
            ..row
        },
        3 => Row {
            subject: String::new(),
            from: String::new(),
            to: String::new(),
            place: "",
            text: Vec::new(),
            gone: true,
            ..row
        },
        _ => row,
    }
}

pub(super) fn all() -> Vec<Sample<Archive>> {
    let found = |count: u32| Archive {
        query: "\"insulin pump\" OR pumps".to_owned(),
        rows: (0..count).map(row).collect(),
        gap: GAP,
        ..Archive::empty()
    };
    let many = Archive {
        page: 2,
        next: Some("7321".to_owned()),
        missing: 33,
        from: "2026-01-01".to_owned(),
        ..found(12)
    };
    let unclear = Archive {
        query: "\"insulin pump".to_owned(),
        faults: vec![Fault::new("query", "search_unclosed")],
        ..found(0)
    };
    let fresh = Archive {
        fresh: true,
        query: String::new(),
        ..found(0)
    };
    let torn = Archive {
        gap: Gap {
            archived: 18_100,
            whole: false,
            ..GAP
        },
        ..fresh.clone()
    };
    vec![
        Sample::new("fresh", fresh),
        Sample::new("torn", torn),
        Sample::new("one", found(1)),
        Sample::new("many", many.clone()),
        Sample::new("none", found(0)),
        Sample::new("unclear", unclear),
        Sample::spanish(many),
    ]
}
