//! Ways the page of triggers can look, and the question before one is removed.

use model::{Method, Stream};

use super::{OfStream, Remove, Row, Tried, Triggers};
use crate::face::Fault;
use crate::pages::Sample;

pub fn lists() -> Vec<Sample<Triggers>> {
    let some = || {
        vec![
            row("subject", "", "+encrypt+", Method::Portal),
            row("subject", "", "[secure]", Method::Portal),
            row("subject", "", "#hold", Method::Hold),
            row("header", "x-protect", "", Method::Portal),
            row("header", "x-sensitivity", "very private", Method::Hold),
        ]
    };
    let tried = |method: Option<Method>| Triggers {
        subject: "[Secure] Your appointment on Friday".to_owned(),
        lines: "X-Protect: yes".to_owned(),
        tried: Some(Tried {
            method,
            label: method
                .map(|_| "subject [secure]".to_owned())
                .unwrap_or_default(),
            subject: "Your appointment on Friday".to_owned(),
        }),
        ..page(some())
    };
    let wrong = |field, key, new| Triggers {
        new,
        faults: vec![Fault::new(field, key)],
        ..page(some())
    };
    let long = row(
        "header",
        "x-northside-community-health-partnership-sensitivity-of-this-message",
        "only for the eyes of the one who is written to, and nobody",
        Method::Hold,
    );
    vec![
        Sample::new("empty", page(Vec::new())),
        Sample::new(
            "one",
            Triggers {
                done: Some("set"),
                ..page(some().drain(..1).collect())
            },
        ),
        Sample::new(
            "many",
            Triggers {
                done: Some("removed"),
                ..page(some())
            },
        ),
        Sample::new("tried", tried(Some(Method::Portal))),
        Sample::new("tried_none", tried(None)),
        Sample::new("long_names", page(vec![long])),
        Sample::new(
            "full",
            Triggers {
                full: true,
                ..page(some())
            },
        ),
        Sample::new(
            "may_not",
            Triggers {
                manages: false,
                ..page(some())
            },
        ),
        Sample::new(
            "error",
            wrong(
                "word",
                "trigger_word",
                row("subject", "", "a b", Method::Portal),
            ),
        ),
        Sample::new(
            "error_name",
            wrong(
                "name",
                "trigger_name",
                row("header", "subject", "", Method::Hold),
            ),
        ),
        Sample::spanish(tried(Some(Method::Portal))),
    ]
}

pub fn removes() -> Vec<Sample<Remove>> {
    let ask = |row| Remove { row };
    vec![
        Sample::new("one", ask(row("subject", "", "[secure]", Method::Portal))),
        Sample::new("header", ask(row("header", "x-protect", "", Method::Hold))),
        Sample::spanish(ask(row("header", "x-protect", "yes", Method::Portal))),
    ]
}

fn page(rows: Vec<Row>) -> Triggers {
    let mut page = Triggers::new(rows);
    let set = [None, Some(Method::TlsOrDrop)];
    let streams = Stream::ALL.iter().zip(set);
    page.streams = streams
        .map(|(stream, method)| OfStream {
            stream: *stream,
            method,
        })
        .collect();
    page
}

fn row(place: &str, name: &str, word: &str, method: Method) -> Row {
    Row {
        place: place.to_owned(),
        name: name.to_owned(),
        word: word.to_owned(),
        method,
    }
}
