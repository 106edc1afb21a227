//! `caduceus scan FILE…`: what detection finds in messages, with places and without values. No server, no
//! database, no configuration: for trying the detector on mail of one's own.

pub mod detectors;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use extract::Extractor;
use flow::detectors::Compiled;
use flow::inspect::{Inspection, inspect};
use serde_json::json;

use crate::terminal::{Progress, say};

#[derive(clap::Args)]
pub struct Arguments {
    /// Messages as files (RFC 5322), or folders of them.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// An organisation's own detectors, as `caduceus admin own-detectors list` prints them.
    #[arg(long, value_name = "FILE")]
    detectors: Option<PathBuf>,
    /// One JSON object a message.
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: &Arguments) -> ExitCode {
    match scan_all(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            crate::terminal::complain(&error);
            ExitCode::FAILURE
        }
    }
}

fn scan_all(arguments: &Arguments) -> anyhow::Result<()> {
    let extractor = crate::extractor::workers()?;
    let own = arguments.detectors.as_deref();
    let own = own.map(detectors::load).transpose()?;
    let files = files(&arguments.files)?;
    let mut progress = Progress::new("messages");
    for (n, path) in files.iter().enumerate() {
        let content =
            std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        let with = (extractor.as_ref(), own.as_ref());
        let line = line(path, &content, with, arguments.json);
        say(line);
        progress.at(n + 1, files.len());
    }
    Ok(())
}

/// Those named, and those in the folders named, by name.
fn files(named: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in named {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let entries =
            std::fs::read_dir(path).with_context(|| format!("cannot read {}", path.display()))?;
        let inside = entries.map(|entry| entry.map(|entry| entry.path()));
        let mut inside: Vec<PathBuf> = inside.collect::<Result<_, _>>()?;
        inside.retain(|path| path.is_file());
        inside.sort();
        files.append(&mut inside);
    }
    Ok(files)
}

fn line(
    path: &Path,
    content: &[u8],
    (extractor, own): (&dyn Extractor, Option<&Compiled>),
    as_json: bool,
) -> String {
    match inspect(content, extractor, own) {
        Ok(found) if as_json => json_of(path, &found).to_string(),
        Ok(found) => text_of(path, &found),
        Err(error) if as_json => {
            json!({"file": path.display().to_string(), "error": error.code().to_string()})
                .to_string()
        }
        Err(error) => format!("{}: {}", path.display(), error.code()),
    }
}

fn json_of(path: &Path, found: &Inspection) -> serde_json::Value {
    let findings = &found.findings;
    let counts: BTreeMap<&str, u32> = findings
        .counts
        .iter()
        .map(|(kind, n)| (kind.word(), *n))
        .collect();
    let labels: Vec<&str> = findings.labels.iter().map(|label| label.word()).collect();
    let listed = findings.findings.iter().map(|one| {
        json!({
            "kind": one.kind.word(), "part": one.part, "place": found.places.get(one.part),
            "start": one.start, "len": one.len, "confidence": one.confidence,
            "quoted": one.quoted, "hidden": one.hidden, "detector": one.detector,
        })
    });
    let unscannable = findings.unscannable.iter();
    let unscannable =
        unscannable.map(|(at, because)| json!({"attachment": at, "because": because}));
    json!({
        "file": path.display().to_string(),
        "level": findings.level.word(),
        "level_to_patient": findings.level_to_patient.word(),
        "subject_phi": findings.subject_phi,
        "patients": findings.patients,
        "labels": labels,
        "counts": counts,
        "findings": listed.collect::<Vec<_>>(),
        "unscannable": unscannable.collect::<Vec<_>>(),
    })
}

fn text_of(path: &Path, found: &Inspection) -> String {
    let findings = &found.findings;
    let counts: Vec<String> = findings
        .counts
        .iter()
        .map(|(kind, n)| format!("{} {n}", kind.word()))
        .collect();
    let labels: Vec<&str> = findings.labels.iter().map(|label| label.word()).collect();
    let unread = match findings.unscannable.len() {
        0 => String::new(),
        n => format!("; {n} not read"),
    };
    format!(
        "{}: {}; {}; {}{unread}",
        path.display(),
        findings.level.word(),
        if counts.is_empty() {
            "nothing found".to_owned()
        } else {
            counts.join(", ")
        },
        if labels.is_empty() {
            "no label".to_owned()
        } else {
            labels.join(", ")
        },
    )
}
