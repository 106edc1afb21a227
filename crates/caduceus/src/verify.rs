//! `caduceus verify FILE…`: what proof files show, from the files alone. No server, no database, no
//! configuration.

use std::path::PathBuf;
use std::process::ExitCode;

use ledger::Broken;
use ledger::bundle::{Bundle, End, Report, Tongue, Trust};
use ledger::note::Verifier;
use ledger::offline::{self, Checked, File, Verdict};

use model::seams::Clock;
use seal::stamp::{Authorities, Stamp, StampError, Token};

use crate::terminal::say;
use crate::wiring::SystemClock;

#[derive(clap::Args)]
pub struct Arguments {
    /// Proof bundles, `.tlog-proof` files with their entries, and message files to look up in them.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The log's public key, from its owner or from counsel: `name+hash+key`. Without it a bundle is
    /// checked with the key it carries, and the answer says so.
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
    /// Certificates (PEM) of authorities whose time stamps you believe: a bundle that has one is judged by it.
    #[arg(long, value_name = "FILE")]
    authority: Option<PathBuf>,
    /// Says the level, how the way ended and the limits in Spanish too.
    #[arg(long)]
    spanish: bool,
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
    let authorities = authorities(arguments)?;
    let answers = offline::check(&files, trusted.as_ref());
    let mut whole = true;
    for (answer, file) in answers.iter().zip(&files) {
        let stamp = match &answer.result {
            Ok(Verdict::Bundle(_)) => stamp(file.bytes, authorities.as_ref()),
            _ => Stamped::None,
        };
        whole &= answer.result.is_ok() && !matches!(stamp, Stamped::Refused(_));
        if arguments.json {
            say(as_json(answer, &stamp))
        } else {
            explain(answer, &stamp, arguments.spanish)
        }
    }
    Ok(whole)
}

fn authorities(arguments: &Arguments) -> anyhow::Result<Option<Authorities>> {
    use anyhow::Context;
    let Some(path) = &arguments.authority else {
        return Ok(None);
    };
    let octets = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let read = Authorities::parse(&octets);
    read.map(Some)
        .map_err(|error| anyhow::anyhow!("--authority: {}", error.word()))
}

/// What the time stamp of a bundle is worth.
enum Stamped {
    None,
    /// Nobody said whom to believe.
    Unasked,
    Holds(Stamp),
    Refused(StampError),
}

fn stamp(file: &[u8], authorities: Option<&Authorities>) -> Stamped {
    let Ok(bundle) = Bundle::parse(file) else {
        return Stamped::None;
    };
    let Some((checkpoint, token)) = bundle.stamp() else {
        return Stamped::None;
    };
    let Some(authorities) = authorities else {
        return Stamped::Unasked;
    };
    let now = SystemClock.now();
    let judged =
        Token::read(token).and_then(|token| token.verify(checkpoint.as_bytes(), authorities, now));
    judged.map_or_else(Stamped::Refused, Stamped::Holds)
}

impl Stamped {
    fn says(&self) -> Option<String> {
        match self {
            Self::None => None,
            Self::Unasked => Some(
                "An authority's time stamp comes with it: name authorities that you believe (--authority) to have it judged."
                    .to_owned(),
            ),
            Self::Holds(stamp) => Some(format!(
                "All of this existed before {}, by the time stamp of {} (number {}).",
                stamp.before.rfc3339(),
                stamp.authority,
                stamp.serial
            )),
            Self::Refused(error) => Some(format!(
                "The time stamp does NOT hold: {} ({})",
                error,
                error.word()
            )),
        }
    }

    fn as_json(&self) -> serde_json::Value {
        match self {
            Self::None => serde_json::Value::Null,
            Self::Unasked => serde_json::json!({ "judged": false }),
            Self::Holds(stamp) => serde_json::json!({
                "judged": true, "holds": true, "before": stamp.before.rfc3339(), "authority": stamp.authority,
                "serial": stamp.serial,
            }),
            Self::Refused(error) => {
                serde_json::json!({ "judged": true, "holds": false, "code": error.word() })
            }
        }
    }
}

fn explain(answer: &Checked, stamp: &Stamped, spanish: bool) {
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
                .chain(&report.dns_statements())
                .for_each(|line| say(format!("  {line}")));
            stamp
                .says()
                .iter()
                .for_each(|line| say(format!("  {line}")));
            if spanish {
                let lines = report.standing.sentences(Tongue::Spanish);
                lines.iter().for_each(|line| say(format!("  {line}")));
            }
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

/// What DNS said at each attempt, with the entry that holds it.
fn dns(report: &Report) -> Vec<serde_json::Value> {
    let seen = report.dns();
    seen.iter()
        .map(|(index, seen)| serde_json::json!({ "entry": index, "seen": seen }))
        .collect()
}

fn as_json(answer: &Checked, stamp: &Stamped) -> serde_json::Value {
    match &answer.result {
        Ok(Verdict::Bundle(report)) => serde_json::json!({
            "file": answer.name, "verified": true, "level": report.level.word(), "statements": report.statements,
            "end": report.standing.end.map(End::word), "spanish": report.standing.sentences(Tongue::Spanish),
            "organisation": report.organisation, "message": report.message, "recipient": report.recipient,
            "key": if report.trust == Trust::Given { "given" } else { "embedded" }, "stamp": stamp.as_json(),
            "dns": dns(report),
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
