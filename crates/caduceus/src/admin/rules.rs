//! `caduceus admin rules`: the organisation's own rules of policy.

use std::path::PathBuf;

use anyhow::Context;
use clap::Subcommand;
use ctx::Ctx;
use flow::rules::{RuleVersionView, STARTER, Saved, Trial, TrialState};
use model::{Code, limits};

use super::output::Output;
use super::{Of, system};
use crate::terminal;
use crate::wiring::Wired;

#[derive(Subcommand)]
pub enum Command {
    /// Every version, newest first.
    List {
        #[command(flatten)]
        of: Of,
        /// Only versions below this one.
        #[arg(long)]
        before: Option<u32>,
    },
    /// The text of a version; of the active one where none is named.
    Show {
        #[command(flatten)]
        of: Of,
        version: Option<u32>,
    },
    /// Rules that many organisations want, to begin with.
    Starter,
    /// Keep a file as a new version, a draft. Where it has faults, each is told with its line.
    Save {
        #[command(flatten)]
        of: Of,
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Why it is written.
        #[arg(long)]
        reason: String,
    },
    /// What a version would have done to mail of the last days. No content is opened and nothing is sent.
    Try {
        #[command(flatten)]
        of: Of,
        version: u32,
        #[arg(long, default_value_t = 7)]
        days: u32,
    },
    /// Decide by a version that was tried, from the next message on.
    Activate {
        #[command(flatten)]
        of: Of,
        version: u32,
        #[arg(long)]
        reason: String,
    },
    /// Take the active version out of force: the platform's rules stand alone.
    Retire {
        #[command(flatten)]
        of: Of,
        #[arg(long)]
        reason: String,
    },
}

pub fn run(wired: &Wired, command: Command) -> anyhow::Result<Output> {
    let flow = &wired.flow;
    match command {
        Command::List { of, before } => {
            let ctx = system(wired, &of)?;
            let found = flow.rule_versions(&ctx, before, limits::PAGE_ROWS_MAX)?;
            let out = found.iter().map(line);
            Ok(out.fold(Output::new(), |out, line| out.field("version", line)))
        }
        Command::Show { of, version } => {
            let ctx = system(wired, &of)?;
            let view = match version {
                Some(version) => flow.rule_version(&ctx, version)?,
                None => flow.active_rules(&ctx)?.context("no version is active")?,
            };
            Ok(Output::new().lines(view.text.lines().map(str::to_owned).collect()))
        }
        Command::Starter => Ok(Output::new().lines(STARTER.lines().map(str::to_owned).collect())),
        Command::Save { of, file, reason } => {
            let cannot = || format!("cannot read {}", file.display());
            let text = std::fs::read_to_string(&file).with_context(cannot)?;
            match flow.save_rules(&system(wired, &of)?, &text, &reason)? {
                Saved::Version(version) => Ok(Output::new().field("version", version)),
                Saved::Faulty(errors) => {
                    let told: Vec<String> = errors.iter().map(ToString::to_string).collect();
                    anyhow::bail!("nothing was kept\n{}", told.join("\n"))
                }
            }
        }
        Command::Try { of, version, days } => {
            let trial = try_it(wired, &system(wired, &of)?, version, days)?;
            Ok(tried(&trial))
        }
        Command::Activate {
            of,
            version,
            reason,
        } => {
            flow.activate_rules(&system(wired, &of)?, version, &reason)?;
            Ok(Output::new().field("active", version))
        }
        Command::Retire { of, reason } => {
            flow.retire_rules(&system(wired, &of)?, &reason)?;
            Ok(Output::new().field("active", "none"))
        }
    }
}

/// Works on the trial until it is over, beside a service that may run. A trial of this version that was begun
/// before is waited for.
fn try_it(wired: &Wired, ctx: &Ctx, version: u32, days: u32) -> anyhow::Result<Trial> {
    let flow = &wired.flow;
    match flow.begin_trial(ctx, version, days) {
        Err(error) if error.code() == Code::StateConflict => {
            let running = flow.running_trial(ctx)?;
            let other = running.filter(|running| *running != version);
            if let Some(other) = other {
                anyhow::bail!("a trial of version {other} runs: wait for its end");
            }
        }
        begun => begun?,
    }
    let mut bar = terminal::Progress::new("decisions");
    let trial = loop {
        let trial = flow.go_on_with_trial(ctx, version)?;
        bar.count(trial.decided);
        if trial.state != TrialState::Running {
            break trial;
        }
    };
    bar.end();
    anyhow::ensure!(
        trial.state != TrialState::Stopped,
        "somebody stopped the trial"
    );
    anyhow::ensure!(
        trial.state == TrialState::Done,
        "the trial could not be done: something stored cannot be read"
    );
    Ok(trial)
}

fn line(view: &RuleVersionView) -> String {
    let tried = view.tried_at.map_or("not tried", |_| "tried");
    format!(
        "{} {}, {} rules, written {} by {}, {tried}",
        view.version,
        view.state.word(),
        view.rules,
        view.created_at.rfc3339(),
        view.author,
    )
}

fn tried(trial: &Trial) -> Output {
    let mut out = Output::new()
        .field("decided", trial.decided)
        .field("changed_otherwise", trial.changed_otherwise)
        .field("unanswered", trial.unanswered)
        .field("unknown", trial.unknown)
        .field("cut", trial.cut);
    let mut changed: Vec<_> = trial.changed.iter().collect();
    changed.sort_by_key(|one| (one.from, one.to));
    for one in changed {
        let examples: Vec<String> = one.examples.iter().map(ToString::to_string).collect();
        out = out.object(
            "changed",
            serde_json::json!({
                "from": one.from.word(), "to": one.to.word(), "count": one.count, "examples": examples,
            }),
        );
    }
    for (rule, count) in &trial.struck {
        out = out.object(
            "struck",
            serde_json::json!({ "rule": rule, "count": count }),
        );
    }
    out
}
