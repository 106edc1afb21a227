//! Headers as data, worked by hand: `tests/headers/cases.txt`.

use super::*;

const CASES: &str = include_str!("../../tests/headers/cases.txt");

fn described(finding: &Finding) -> String {
    let mut text = finding.kind.word().to_owned();
    if let Some(hop) = finding.hop {
        text += &format!(" hop={hop}");
    }
    if let Some(field) = finding.field {
        text += &format!(" field={field}");
    }
    if let Some(number) = finding.number {
        text += &format!(" number={number}");
    }
    text
}

/// Name, what is expected, the header.
fn cases() -> Vec<(&'static str, Vec<&'static str>, String)> {
    let cases = CASES.split("\n=== ").skip(1).map(|case| {
        let (name, rest) = case.split_once('\n').expect("a name");
        let (wanted, header) = rest.split_once("---\n").expect("a header");
        let wire = format!("{}\n\n", header.trim_end()).replace('\n', "\r\n");
        (name, wanted.lines().collect(), wire)
    });
    cases.collect()
}

#[test]
fn each_header_gives_what_was_worked_out_by_hand() {
    let cases = cases();
    assert!(cases.len() >= 20, "{}", cases.len());
    for (name, wanted, wire) in &cases {
        let read = examine(wire.as_bytes()).expect("a header");
        let mut found: Vec<String> = read.findings.iter().map(described).collect();
        let delays = read.legs.iter().map(|leg| match leg.delay_seconds {
            Some(seconds) => seconds.to_string(),
            None => "-".to_owned(),
        });
        let delays = delays.collect::<Vec<_>>().join(" ");
        found.insert(0, format!("delays {delays}").trim_end().to_owned());
        assert_eq!(&found, wanted, "{name}");
    }
}

#[test]
fn every_kind_of_finding_has_a_case() {
    for kind in FindingKind::ALL {
        let is_there = |line: &&str| line.split(' ').next() == Some(kind.word());
        let lines: Vec<&str> = cases().into_iter().flat_map(|case| case.1).collect();
        // more hops than a case can hold by hand: below
        if kind != FindingKind::HopsTooMany {
            assert!(lines.iter().any(is_there), "{}", kind.word());
        }
    }
}

#[test]
fn more_hops_than_any_honest_way_has_are_counted_and_bounded() {
    let wire = "Received: by a\r\n".repeat(500);
    let read = examine(wire.as_bytes()).expect("a header");
    assert_eq!(read.legs.len(), limits::RECEIVED_FIELDS_MAX);
    assert!(read.findings.len() <= FINDINGS_MAX);
    let count = read
        .findings
        .iter()
        .find(|f| f.kind == FindingKind::HopsTooMany);
    assert_eq!(count.and_then(|finding| finding.number), Some(500));
}

#[test]
fn a_body_is_not_looked_at() {
    let head = "From: a@b.org\r\nDate: Mon, 5 Jan 2026 10:00:00 +0000\r\n\r\n";
    let body = "Received: by nobody; never\r\nSubject: x\r\nSubject: y\r\n";
    let read = examine(format!("{head}{body}").as_bytes()).expect("a header");
    assert!(read.legs.is_empty() && read.findings.is_empty());
}
