//! Samples of the list of detectors.

use std::time::Duration;

use model::PhiLevel;

use super::{Detectors, FoundPlace, Outcome, Row};
use crate::face::Fault;
use crate::pages::Sample;
use crate::pages::samples::NOW;

fn row(n: u32, name: &str, kind: &'static str, class: &'static str) -> Row {
    Row {
        id: format!("det_01KJVB0W7HQ3ZJ8X9T4M2C6D{n:02}"),
        name: name.to_owned(),
        kind,
        class,
        on: n % 4 != 3,
        usable: n != 4,
        reason: "Agreed in the meeting of the privacy board".to_owned(),
        at: NOW.minus(Duration::from_secs(u64::from(n + 1) * 86_400)),
    }
}

pub(in crate::pages::console) fn outcome() -> Outcome {
    let place = |kind, detector: &str, line, column, length, confidence| FoundPlace {
        kind,
        detector: detector.to_owned(),
        line,
        column,
        length,
        confidence,
    };
    Outcome {
        level: PhiLevel::Certain,
        found: vec![
            place("mrn", "Record numbers of the clinic", 1, 12, 9, 85),
            place("health_term", "", 2, 5, 8, 65),
            place("own_strong", "Heron study", 3, 1, 8, 75),
        ],
        broken: false,
    }
}

fn list(rows: Vec<Row>) -> Detectors {
    Detectors {
        version: rows.len() as u64,
        rows,
        ..Detectors::new()
    }
}

fn some() -> Vec<Row> {
    vec![
        row(0, "Record numbers of the clinic", "record_number", "strong"),
        row(1, "Heron study", "words", "context"),
        row(2, "Badge numbers", "expression", "weak"),
        row(3, "Old ward codes", "expression", "certain"),
    ]
}

fn tried(outcome: Outcome) -> Detectors {
    Detectors {
        text: "See chart MR-204118.\nThe diabetes visit\nHRN-2044".to_owned(),
        tried: Some(outcome),
        ..list(some())
    }
}

pub(super) fn all() -> Vec<Sample<Detectors>> {
    let many: Vec<Row> = (0..50)
        .map(|n| row(n, &format!("Ward {n}"), "words", "weak"))
        .collect();
    let long = row(
        5,
        "Numbers of the Northside Community Health research office",
        "expression",
        "certain",
    );
    let nothing = Outcome {
        level: PhiLevel::None,
        found: Vec::new(),
        broken: false,
    };
    vec![
        Sample::new("empty", list(Vec::new())),
        Sample::new("one", list(some())),
        Sample::new(
            "many",
            Detectors {
                older_href: Some("#".to_owned()),
                done: Some("added"),
                ..list(many)
            },
        ),
        Sample::new("long_names", list(vec![long])),
        Sample::new("tried", tried(outcome())),
        Sample::new("tried_nothing", tried(nothing.clone())),
        Sample::new(
            "broken",
            tried(Outcome {
                broken: true,
                ..nothing
            }),
        ),
        Sample::new(
            "none_found",
            Detectors {
                name: "plover".to_owned(),
                filtered: true,
                ..list(Vec::new())
            },
        ),
        Sample::new(
            "reader",
            Detectors {
                manages: false,
                ..list(some())
            },
        ),
        Sample::new(
            "error",
            Detectors {
                faults: vec![Fault::new("text", "too_long")],
                ..list(some())
            },
        ),
        Sample::spanish(Detectors {
            done: Some("removed"),
            ..tried(outcome())
        }),
    ]
}
