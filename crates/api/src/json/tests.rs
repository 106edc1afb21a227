//! Reading strictly: what is wrong, and where.

use model::Code;
use serde::Deserialize;
use sim::kit::hostile::{Target, rounds, texts};

use super::{Pairs, from_slice, is_name};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Outer {
    inner: Vec<Inner>,
    note: Option<String>,
    #[serde(default)]
    extra: Pairs,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Inner {
    number: u8,
}

fn wrong(body: &str) -> (Code, Option<String>) {
    match from_slice::<Outer>(body.as_bytes()) {
        Ok(_) => panic!("{body} was read"),
        Err(error) => (error.code(), error.pointer().map(str::to_owned)),
    }
}

#[test]
fn a_good_body_is_read_with_its_order_and_its_nulls() -> model::Result<()> {
    let body = br#" {"inner": [{"number": 1}, {"number": 255}], "note": null, "extra": {"b": "1", "a": "\u00e9"}} "#;
    let read: Outer = from_slice(body)?;
    let numbers: Vec<u8> = read.inner.iter().map(|i| i.number).collect();
    assert_eq!((numbers, read.note), (vec![1, 255], None));
    let pairs =
        [("b", "1"), ("a", "\u{e9}")].map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(read.extra.0, pairs);
    Ok(())
}

#[test]
fn each_mistake_has_its_code_and_its_place() {
    let cases = [
        (r#"{"inner": [], "x": 1}"#, Code::FieldUnknown, Some("/x")),
        (
            r#"{"inner": [{"number": 1, "x": 1}]}"#,
            Code::FieldUnknown,
            Some("/inner/0/x"),
        ),
        (
            r#"{"inner": [{"number": 1}, {}]}"#,
            Code::FieldMissing,
            Some("/inner/1/number"),
        ),
        (r#"{}"#, Code::FieldMissing, Some("/inner")),
        (r#"{"inner": {}}"#, Code::FieldType, Some("/inner")),
        (r#"{"inner": [[1]]}"#, Code::FieldType, Some("/inner/0")),
        (
            r#"{"inner": [{"number": "1"}]}"#,
            Code::FieldType,
            Some("/inner/0/number"),
        ),
        (
            r#"{"inner": [{"number": 1.0}]}"#,
            Code::FieldType,
            Some("/inner/0/number"),
        ),
        (
            r#"{"inner": [{"number": 256}]}"#,
            Code::FieldInvalid,
            Some("/inner/0/number"),
        ),
        (
            r#"{"inner": [], "extra": {"a": 1}}"#,
            Code::FieldType,
            Some("/extra/a"),
        ),
        (
            r#"{"inner": [], "inner": []}"#,
            Code::JsonInvalid,
            Some("/inner"),
        ),
        (
            r#"{"inner": [{"number": 1, "number": 1}]}"#,
            Code::JsonInvalid,
            Some("/inner/0/number"),
        ),
        (r#"[]"#, Code::JsonInvalid, None),
        (r#"{"inner": [],}"#, Code::JsonInvalid, None),
    ];
    for (body, code, pointer) in cases {
        assert_eq!(wrong(body), (code, pointer.map(str::to_owned)), "{body}");
    }
}

/// A name that somebody pasted may be a person's; then the pointer ends before it.
#[test]
fn only_what_looks_like_a_name_is_repeated() {
    for name in ["x", "reply_to", "X-Ward", "colour2"] {
        assert!(is_name(name), "{name}");
    }
    let long = "n".repeat(65);
    for name in [
        "",
        "Pat Smith",
        "pat@mail.example",
        "219-09-9999",
        "a/b",
        "a~b",
        "n\u{e4}me",
        "a\n",
        &long,
    ] {
        assert!(!is_name(name), "{name}");
    }
    assert_eq!(
        wrong(r#"{"inner": [], "pat@mail.example": 1}"#),
        (Code::FieldUnknown, None)
    );
    assert_eq!(
        wrong(r#"{"inner": [], "extra": {"Pat Smith": 1}}"#),
        (Code::FieldType, Some("/extra".into()))
    );
}

const BODIES: Target = Target {
    name: "json_bodies",
    seeds: || {
        texts(&[
            r#"{"inner": [{"number": 1}, {"number": 255}], "note": null, "extra": {"b": "1", "a": "\u00e9"}}"#,
            r#"{"inner": [], "note": "x", "extra": {}}"#,
        ])
    },
    words: &[
        "{\"inner\":",
        "[",
        "]",
        "{}",
        "\"number\":",
        "1e999",
        "-0",
        "\\ud800",
        "\\u0000",
        "null",
        "true",
        "\"inner\":[],",
    ],
    read: |input| match from_slice::<Outer>(input) {
        Ok(read) => read.inner.len() + read.extra.0.len() + read.note.map_or(0, |note| note.len()),
        Err(error) => {
            let pointer = error.pointer().unwrap_or_default();
            assert!(pointer.bytes().all(|b| b.is_ascii_graphic()), "{pointer}");
            pointer.len()
        }
    },
    // A place is said by the names that lead to it.
    most: (200, 4),
};

#[test]
fn any_body_is_read_or_refused_with_its_place() {
    BODIES.survive(0, rounds(5_000));
}
