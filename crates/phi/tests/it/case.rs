//! Reads `tests/cases/*.case` and holds the scanner to them: every identifier listed is found at its
//! place, and none besides. Health words are compared only where a case lists or counts them.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;

use caduceus_phi::{FindingKind, Findings, Part, PartKind, Reading, Scanner};

struct Case {
    name: String,
    parts: Vec<(String, String)>,
    expected: Expected,
}

#[derive(Default)]
struct Expected {
    level: String,
    subject_phi: bool,
    unscannable: Vec<String>,
    health: Option<u32>,
    /// `us_ssn at body:4..15`, and the text there.
    findings: Vec<(String, String)>,
}

#[test]
fn every_case_finds_what_it_says_and_nothing_else() -> std::io::Result<()> {
    let scanner = Scanner::new();
    let mut failures = String::new();
    let mut seen = 0;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        for case in read(&std::fs::read_to_string(&path)?) {
            seen += 1;
            if let Err(difference) = check(&scanner, &case) {
                let _ = writeln!(
                    failures,
                    "{} / {}:\n{difference}",
                    path.display(),
                    case.name
                );
            }
        }
    }
    assert!(failures.is_empty(), "\n{failures}");
    assert!(seen > 60, "only {seen} cases were read");
    Ok(())
}

fn check(scanner: &Scanner, case: &Case) -> Result<(), String> {
    let parts: Vec<Part<'_>> = case
        .parts
        .iter()
        .map(|(kind, text)| Part::new(part_kind(kind), text))
        .collect();
    let found = scanner.scan(&parts, &Reading::new(&|_| [0; 32]));
    let expected = &case.expected;

    let lists_terms = expected
        .findings
        .iter()
        .any(|(line, _)| line.starts_with("health_term"));
    let shown = |f: &&caduceus_phi::Finding| f.kind != FindingKind::HealthTerm || lists_terms;
    let actual: BTreeSet<String> = found
        .findings
        .iter()
        .filter(shown)
        .map(|f| {
            format!(
                "{} at {}:{}..{}",
                f.kind,
                case.parts[f.part].0,
                f.start,
                f.start + f.len
            )
        })
        .collect();
    let wanted: BTreeSet<String> = expected
        .findings
        .iter()
        .map(|(line, _)| line.clone())
        .collect();

    let mut difference = String::new();
    let mut differ = |what: &str, expected: String, actual: String| {
        if expected != actual {
            let _ = writeln!(difference, "  {what}: expected {expected}, got {actual}");
        }
    };
    differ("findings", format!("{wanted:?}"), format!("{actual:?}"));
    differ("level", expected.level.clone(), found.level.to_string());
    differ(
        "subject",
        expected.subject_phi.to_string(),
        found.subject_phi.to_string(),
    );
    differ(
        "unscannable",
        format!("{:?}", expected.unscannable),
        format!("{:?}", reasons(&found)),
    );
    if let Some(health) = expected.health {
        differ("health", health.to_string(), found.health_terms.to_string());
    }
    for (line, text) in &expected.findings {
        differ(line, text.clone(), at(case, line));
    }
    if difference.is_empty() {
        Ok(())
    } else {
        Err(difference)
    }
}

fn reasons(found: &Findings) -> Vec<String> {
    found
        .unscannable
        .iter()
        .map(|(_, reason)| reason.clone())
        .collect()
}

/// The text at `… at body:4..15` of a case.
fn at(case: &Case, line: &str) -> String {
    let place = line.rsplit(' ').next().unwrap_or_default();
    let (part, range) = place.split_once(':').unwrap_or_default();
    let (start, end) = range.split_once("..").unwrap_or_default();
    let (start, end) = (start.parse().unwrap_or(0), end.parse().unwrap_or(0));
    let text = case
        .parts
        .iter()
        .find(|(kind, _)| kind == part)
        .map(|(_, text)| text.as_str());
    text.and_then(|text| text.get(start..end))
        .unwrap_or_default()
        .to_owned()
}

fn part_kind(word: &str) -> PartKind {
    match word {
        "subject" => PartKind::Subject,
        "body" => PartKind::Body,
        "header" => PartKind::Header,
        "attachment" => PartKind::Attachment,
        other => panic!("no such part: {other}"),
    }
}

fn read(file: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    for line in file
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
    {
        if let Some(name) = line.strip_prefix("case ") {
            cases.push(Case {
                name: name.to_owned(),
                parts: Vec::new(),
                expected: Expected::default(),
            });
            continue;
        }
        let case = cases.last_mut().expect("a file begins with a case");
        match line.strip_prefix("   ") {
            Some(expectation) => expect(&mut case.expected, expectation),
            None => match line.strip_prefix("=> ") {
                Some(level) => case.expected.level = level.to_owned(),
                None => {
                    let (kind, text) = line.split_once(' ').expect("a part and its text");
                    case.parts
                        .push((kind.to_owned(), unescaped(text.trim_start())));
                }
            },
        }
    }
    cases
}

fn expect(expected: &mut Expected, line: &str) {
    if line == "subject phi" {
        expected.subject_phi = true;
    } else if let Some(count) = line.strip_prefix("health ") {
        expected.health = Some(count.parse().expect("a count"));
    } else if let Some(reason) = line.strip_prefix("unscannable ") {
        expected.unscannable.push(reason.to_owned());
    } else {
        let (kind, rest) = line.split_once(" \"").expect("a kind and the quoted text");
        let (text, place) = rest.rsplit_once("\" at ").expect("the place");
        assert!(
            FindingKind::from_word(kind).is_some(),
            "no such kind: {kind}"
        );
        expected
            .findings
            .push((format!("{kind} at {place}"), unescaped(text)));
    }
}

/// `\n`, `\r` and `\u{…}`.
fn unescaped(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        out.push_str(before);
        rest = after.get(1..).unwrap_or_default();
        match after.chars().next() {
            Some('n') => out.push('\n'),
            Some('r') => out.push('\r'),
            Some('u') => {
                let (hex, tail) = after[2..].split_once('}').expect("a closed escape");
                let point = u32::from_str_radix(hex, 16).expect("hexadecimal");
                out.push(char::from_u32(point).expect("a character"));
                rest = tail;
            }
            other => panic!("no such escape: {other:?}"),
        }
    }
    out + rest
}
