//! `caduceus verify FILE…`: what proof files show, from the files alone. No server, no database, no
//! configuration.

use std::path::PathBuf;
use std::process::ExitCode;

use ledger::Broken;
use ledger::bundle::Trust;
use ledger::note::Verifier;
use ledger::offline::{self, Checked, File, Verdict};

use crate::terminal::say;

#[derive(clap::Args)]
pub struct Arguments {
    /// Proof bundles, `.tlog-proof` files with their entries, and message files to look up in them.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The log's public key, from its owner or from counsel: `name+hash+key`. Without it a bundle is
    /// checked with the key it carries, and the answer says so.
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
    /// One JSON object a file.
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: &Arguments) -> ExitCode {
    match examine(arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            crate::terminal::complain(&error);
            ExitCode::FAILURE
        }
    }
}

fn examine(arguments: &Arguments) -> anyhow::Result<bool> {
    use anyhow::Context;
    let trusted = arguments
        .key
        .as_deref()
        .map(Verifier::parse)
        .transpose()
        .context("--key is not a log's key")?;
    let mut read = Vec::with_capacity(arguments.files.len());
    for path in &arguments.files {
        let bytes =
            std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        read.push((path.display().to_string(), bytes));
    }
    let files: Vec<File<'_>> = read
        .iter()
        .map(|(name, bytes)| File { name, bytes })
        .collect();
    let answers = offline::check(&files, trusted.as_ref());
    for answer in &answers {
        if arguments.json {
            say(as_json(answer))
        } else {
            explain(answer)
        }
    }
    Ok(answers.iter().all(|a| a.result.is_ok()))
}

fn explain(answer: &Checked) {
    match &answer.result {
        Ok(Verdict::Bundle(report)) => {
            say(format!(
                "{}: verified, level {}",
                answer.name,
                report.level.word()
            ));
            report
                .statements
                .iter()
                .for_each(|line| say(format!("  {line}")));
        }
        Ok(Verdict::Certificate(report)) => {
            let status = if report.is_final {
                "final"
            } else {
                "provisional"
            };
            say(format!(
                "{}: verified, certificate of disposal, {status}",
                answer.name
            ));
            report
                .statements
                .iter()
                .for_each(|line| say(format!("  {line}")));
        }
        Ok(Verdict::Proof {
            index,
            entry,
            checkpoint,
        }) => {
            say(format!(
                "{}: verified, entry {index} of {} ({})",
                answer.name, checkpoint.size, entry.kind
            ));
        }
        Ok(Verdict::Entry { index }) => say(format!("{}: verified, entry {index}", answer.name)),
        Err(error) => {
            let why =
                Broken::of(error).map_or_else(|| error.to_string(), |broken| broken.to_string());
            say(format!("{}: NOT VERIFIED: {why} ({error})", answer.name));
        }
    }
}

fn as_json(answer: &Checked) -> serde_json::Value {
    match &answer.result {
        Ok(Verdict::Bundle(report)) => serde_json::json!({
            "file": answer.name, "verified": true, "level": report.level.word(), "statements": report.statements,
            "organisation": report.organisation, "message": report.message, "recipient": report.recipient,
            "key": if report.trust == Trust::Given { "given" } else { "embedded" },
        }),
        Ok(Verdict::Certificate(report)) => serde_json::json!({
            "file": answer.name, "verified": true, "disposal": report.body.disposal,
            "status": if report.is_final { "final" } else { "provisional" }, "statements": report.statements,
            "key": if report.trust == Trust::Given { "given" } else { "embedded" },
        }),
        Ok(Verdict::Proof {
            index, checkpoint, ..
        }) => {
            serde_json::json!({ "file": answer.name, "verified": true, "index": index, "size": checkpoint.size })
        }
        Ok(Verdict::Entry { index }) => {
            serde_json::json!({ "file": answer.name, "verified": true, "index": index })
        }
        Err(error) => serde_json::json!({
            "file": answer.name, "verified": false, "code": error.code().word(), "at": error.pointer(),
        }),
    }
}
