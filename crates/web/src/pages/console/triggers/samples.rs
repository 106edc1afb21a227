//! Ways the page of triggers can look, and the question before one is removed.

use model::{Method, Stream};

use super::{OfStream, Remove, Row, Tried, Triggers};
use crate::face::Fault;
use crate::pages::Sample;

pub fn lists() -> Vec<Sample<Triggers>> {
    let done = |word, rows| Triggers {
        done: Some(word),
        ..page(rows)
    };
    let full = Triggers {
        full: true,
        ..page(some())
    };
    let may_not = Triggers {
        manages: false,
        ..page(some())
    };
    let long = row(
        "header",
        "x-northside-community-health-partnership-sensitivity-of-this-message",
        "only for the eyes of the one who is written to, and nobody",
        Method::Hold,
    );
    let mut all = vec![
        Sample::new("empty", page(Vec::new())),
        Sample::new("one", done("set", some().drain(..1).collect())),
        Sample::new("many", done("removed", some())),
        Sample::new("tried", tried(Some(Method::Portal))),
        Sample::new("tried_none", tried(None)),
        Sample::new("long_names", page(vec![long])),
        Sample::new("full", full),
        Sample::new("may_not", may_not),
        Sample::spanish(tried(Some(Method::Portal))),
    ];
    all.extend(mistakes());
    all
}

fn mistakes() -> Vec<Sample<Triggers>> {
    let wrong = |field, key, new| Triggers {
        new,
        faults: vec![Fault::new(field, key)],
        ..page(some())
    };
    let spaced = row("subject", "", "a b", Method::Portal);
    let needed = row("header", "subject", "", Method::Hold);
    vec![
        Sample::new("error", wrong("word", "trigger_word", spaced)),
        Sample::new("error_name", wrong("name", "trigger_name", needed)),
    ]
}

fn some() -> Vec<Row> {
    vec![
        row("subject", "", "+encrypt+", Method::Portal),
        row("subject", "", "[secure]", Method::Portal),
        row("subject", "", "#hold", Method::Hold),
        row("header", "x-protect", "", Method::Portal),
        row("header", "x-sensitivity", "very private", Method::Hold),
    ]
}

fn tried(method: Option<Method>) -> Triggers {
    let label = method.map(|_| "subject [secure]".to_owned());
    Triggers {
        subject: "[Secure] Your appointment on Friday".to_owned(),
        lines: "X-Protect: yes".to_owned(),
        tried: Some(Tried {
            method,
            label: label.unwrap_or_default(),
            subject: "Your appointment on Friday".to_owned(),
        }),
        ..page(some())
    }
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
