//! Scans texts that another program took out of messages: one JSON object a line on standard input,
//! `{"file": NAME, "parts": [{"kind": "body", "place": "body", "form": "prose", "text": TEXT}]}`, one
//! answer a line on standard output, as `caduceus scan --json` gives it.
//!
//! For measuring the detector without building the whole program; it reads no MIME and opens no file.

use std::io::{BufRead, Write};

use caduceus_phi::{Form, Part, PartKind, Reading, Scanner};
use serde_json::{Value, json};

fn main() -> std::io::Result<()> {
    let scanner = Scanner::new();
    let mut out = std::io::stdout();
    for line in std::io::stdin().lock().lines() {
        let asked: Value = serde_json::from_str(&line?)?;
        writeln!(out, "{}", answer(&scanner, &asked))?;
    }
    Ok(())
}

fn answer(scanner: &Scanner, asked: &Value) -> Value {
    let given = asked["parts"].as_array().map_or(&[][..], Vec::as_slice);
    let parts: Vec<Part<'_>> = given.iter().map(part).collect();
    let found = scanner.scan(&parts, &Reading::new(&|_| [0; 32]));
    let findings = found.findings.iter().map(|one| {
        json!({
            "kind": one.kind.word(), "part": one.part, "place": given[one.part]["place"],
            "start": one.start, "len": one.len, "confidence": one.confidence, "quoted": one.quoted,
        })
    });
    let labels: Vec<&str> = found.labels.iter().map(|label| label.word()).collect();
    json!({
        "file": asked["file"], "level": found.level.word(),
        "level_to_patient": found.level_to_patient.word(), "subject_phi": found.subject_phi,
        "patients": found.patients, "labels": labels, "findings": findings.collect::<Vec<_>>(),
        "unscannable": found.unscannable,
    })
}

fn part(given: &Value) -> Part<'_> {
    let word = |name: &str| given[name].as_str().unwrap_or_default();
    let kind = match word("kind") {
        "subject" => PartKind::Subject,
        "header" => PartKind::Header,
        "attachment" => PartKind::Attachment,
        _ => PartKind::Body,
    };
    Part {
        form: Form::from_word(word("form")).unwrap_or_default(),
        ..Part::new(kind, word("text"))
    }
}
