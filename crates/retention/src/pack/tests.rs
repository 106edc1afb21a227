//! What is wrong in a file is told by line and field.

use super::{read, read_majority, shipped};

const GOOD: &str = r#"
[[rule]]
id = "us-zz-hospital"
jurisdiction = "US-ZZ"
classes = ["clinical"]
record = "hospital medical record"
keep = "7 years"
from = ["discharge"]
minor = { after_majority = "1 year" }
citation = "Code 1"
confidence = "high"
"#;

fn told(from: &str, to: &str) -> String {
    assert!(GOOD.contains(from), "{from}");
    read("made.toml", &GOOD.replace(from, to))
        .expect_err("refused")
        .to_string()
}

#[test]
fn a_good_rule_is_read_and_is_a_draft() {
    let rules = read("made.toml", GOOD).expect("readable");
    assert_eq!(rules.len(), 1);
    assert!(!rules[0].is_enabled());
    assert_eq!(rules[0].version, 1);
}

#[test]
fn errors_name_line_and_field() {
    assert!(told("\"7 years\"", "\"7 yeers\"").starts_with("made.toml:7: keep: "));
    assert!(told("\"discharge\"", "\"dischrge\"").starts_with("made.toml:8: from: "));
    assert!(told("after_majority", "after_majorety").starts_with("made.toml:9: minor: "));
    assert!(told("\"US-ZZ\"", "\"Ohio\"").starts_with("made.toml:4: jurisdiction: "));
    assert!(told("citation", "zitation").starts_with("made.toml:10: zitation: "));
    assert!(told("\"high\"", "\"sure\"").starts_with("made.toml:11: confidence: "));
}

#[test]
fn contradictions_are_refused_by_field() {
    assert!(
        told("[\"discharge\"]", "[]")
            .starts_with("made.toml:8: from: us-zz-hospital version 1: empty")
    );
    assert!(
        told("\"7 years\"", "\"permanent\"")
            .starts_with("made.toml:7: keep: us-zz-hospital version 1: permanent")
    );
    assert!(
        told("after_majority = \"1 year\"", "under = 19")
            .starts_with("made.toml:9: minor: us-zz-hospital version 1: no_length")
    );
    assert!(told("\"Code 1\"", "\" \"").starts_with("made.toml:10: citation: "));
    assert!(
        told(
            "\"high\"",
            "\"high\"\nstate = { enabled = { by = \" \", on = \"2026-01-01\" } }"
        )
        .starts_with("made.toml:12: state: us-zz-hospital version 1: empty")
    );
    assert!(
        told("\"high\"", "\"high\"\neffect = \"ceiling\"")
            .starts_with("made.toml:12: effect: us-zz-hospital version 1: not_for_a_ceiling")
    );
    let twice = format!("{GOOD}{GOOD}");
    let told = read("made.toml", &twice).expect_err("refused").to_string();
    assert!(told.contains("us-zz-hospital version 1: twice"), "{told}");
}

#[test]
fn ages_of_majority_are_data() {
    let told = read_majority("m.toml", "[majority]\nUS-AL = 19\nAlaska = 18\n")
        .expect_err("refused")
        .to_string();
    assert!(told.starts_with("m.toml:3: Alaska: "), "{told}");
    let shipped = shipped().expect("the shipped pack");
    let of: Vec<String> = shipped
        .majorities()
        .iter()
        .map(|(state, age)| format!("{state} {age}"))
        .collect();
    assert_eq!(of, ["US-AL 19", "US-MS 21", "US-NE 19"]);
}
