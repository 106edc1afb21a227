//! Samples of the list of versions.

use std::time::Duration;

use super::{Active, Line, Row, Rules};
use crate::pages::Sample;
use crate::pages::samples::NOW;

const ANA: &str = "usr_01KJVB0W7HQ3ZJ8X9T4M2C6D07";

fn line(id: &str, name: &str, effect: &str, why: &str) -> Line {
    Line {
        id: id.to_owned(),
        name: name.to_owned(),
        effect: effect.to_owned(),
        why: why.to_owned(),
        shadow: false,
    }
}

fn active() -> Active {
    let shadow = Line {
        shadow: true,
        ..line(
            "long-documents",
            "Long documents with PHI",
            "quarantine notify compliance",
            "long documents most often hold more than the purpose needs (45 CFR 164.502(b))",
        )
    };
    Active {
        version: 3,
        by: ANA.to_owned(),
        at: NOW.minus(Duration::from_secs(86_400)),
        rules: vec![
            line(
                "many-patients",
                "Many patients in one message",
                "quarantine with second person notify compliance",
                "one wrong address would be a breach for each of them",
            ),
            shadow,
        ],
    }
}

fn row(version: u32, state: &str, reason: &str) -> Row {
    let at = NOW.minus(Duration::from_secs(u64::from(90 - version) * 86_400));
    Row {
        version,
        state: state.to_owned(),
        rules: u64::from(version) + 1,
        reason: reason.to_owned(),
        author: ANA.to_owned(),
        at,
        tried_at: (state != "draft").then_some(at),
    }
}

pub(super) fn all() -> Vec<Sample<Rules>> {
    let empty = || Rules {
        active: None,
        rows: Vec::new(),
        edits: true,
        older_href: None,
        newest_href: None,
        done: None,
    };
    let few = || Rules {
        active: Some(active()),
        rows: vec![
            row(4, "draft", "Vendors without an agreement wait for one."),
            row(3, "active", "The board asked for a second person."),
            row(2, "retired", "First try."),
        ],
        ..empty()
    };
    let word = "pneumonoultramicroscopicsilicovolcanoconiosis";
    let long = Rules {
        active: Some(Active {
            rules: vec![line(
                &format!("every-{word}"),
                &format!("Everything about {word} and what follows from it"),
                "quarantine with second person notify compliance, administrator, auditor",
                &format!("{word} is rare enough that the word alone tells who it is about"),
            )],
            ..active()
        }),
        rows: vec![row(3, "active", &format!("{word} ").repeat(8))],
        ..empty()
    };
    let many = (1..=24).rev().map(|version| match version {
        24 => row(version, "active", "The yearly review."),
        _ => row(version, "retired", "The yearly review."),
    });
    vec![
        Sample::new("empty", empty()),
        Sample::new("few", few()),
        Sample::new(
            "may_not",
            Rules {
                edits: false,
                ..few()
            },
        ),
        Sample::new(
            "many",
            Rules {
                rows: many.collect(),
                older_href: Some("#".to_owned()),
                done: Some("activated"),
                ..few()
            },
        ),
        Sample::new("long_names", long),
        Sample::spanish(Rules {
            done: Some("retired"),
            ..few()
        }),
    ]
}
