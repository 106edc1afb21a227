//! `caduceus admin own-detectors`: what the organisation itself looks for in its mail.

use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Subcommand;
use flow::detectors::{
    CheckDigit, Detector, DetectorFilter, DetectorState, DetectorView, Found, HitClass, HotWords,
    Learned, Near, Spec,
};
use model::{DetectorId, limits};
use serde_json::{Value, json};

use super::output::Output;
use super::{Of, sure, system};
use crate::wiring::Wired;

#[derive(Subcommand)]
pub enum Command {
    /// What is on record, newest first, as `caduceus scan --detectors` reads it.
    List {
        #[command(flatten)]
        of: Of,
        /// on, off
        #[arg(long)]
        state: Option<String>,
        /// Stands in the name, in any case.
        #[arg(long, default_value = "")]
        name: String,
        /// `next` of the page before.
        #[arg(long)]
        after: Option<String>,
    },
    /// Add a detector: mail is read by it from the next message on.
    Add {
        #[command(flatten)]
        of: Of,
        #[command(flatten)]
        given: Given,
        /// Why.
        #[arg(long)]
        reason: String,
    },
    /// Put another in the place of one on record.
    Change {
        #[command(flatten)]
        of: Of,
        #[arg(long)]
        id: String,
        #[command(flatten)]
        given: Given,
        #[arg(long)]
        reason: String,
    },
    /// Switch one on or off.
    Switch {
        #[command(flatten)]
        of: Of,
        #[arg(long)]
        id: String,
        /// on, off
        #[arg(long)]
        state: String,
        #[arg(long)]
        reason: String,
    },
    /// Remove one. What it found before stays on record.
    Remove {
        #[command(flatten)]
        of: Of,
        #[arg(long)]
        id: String,
        #[arg(long)]
        reason: String,
        /// Do not ask.
        #[arg(long)]
        yes: bool,
    },
    /// What those in force find in a text file. Nothing is kept.
    Try {
        #[command(flatten)]
        of: Of,
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Learn the shape of record numbers from a file of 5 to 200 of them. No number is kept.
    Learn {
        #[command(flatten)]
        of: Of,
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
}

/// A detector as arguments.
#[derive(clap::Args)]
pub struct Given {
    /// Shown beside what it finds; names no patient.
    #[arg(long)]
    name: String,
    /// A regular expression.
    #[arg(long, group = "spec")]
    expression: Option<String>,
    /// A word or phrase; may be given again.
    #[arg(long, group = "spec")]
    word: Vec<String>,
    /// The shape of record numbers, such as `MR-#{6,8}`.
    #[arg(long, group = "spec")]
    shape: Option<String>,
    /// none, mod10, mod11, mod11_rising
    #[arg(long, default_value = "none")]
    check: String,
    /// certain, strong, weak, context
    #[arg(long, default_value = "strong")]
    class: String,
    /// 1 to 100
    #[arg(long, default_value_t = 65)]
    confidence: u8,
    /// A word that makes a hit surer; may be given again.
    #[arg(long)]
    hot_word: Vec<String>,
    /// Octets to either side within which a hot word is near.
    #[arg(long, default_value_t = 100)]
    window: u32,
    /// Added to the confidence.
    #[arg(long, default_value_t = 20)]
    raise: u8,
    /// A hit counts only beside a hot word.
    #[arg(long)]
    required: bool,
    /// Keep it switched off.
    #[arg(long)]
    off: bool,
}

impl Given {
    fn read(self) -> anyhow::Result<Detector> {
        CheckDigit::from_word(&self.check)
            .with_context(|| format!("{} is not a check digit", self.check))?;
        let spec = match (self.expression, self.shape) {
            (Some(text), _) => Spec::Expression(text),
            (None, Some(shape)) => Spec::RecordNumber {
                shape,
                check: self.check,
            },
            (None, None) => Spec::Words(self.word),
        };
        let hot = !self.hot_word.is_empty() || self.required;
        Ok(Detector {
            name: self.name,
            spec,
            class: HitClass::from_word(&self.class)
                .with_context(|| format!("{} is not a class", self.class))?,
            confidence: self.confidence,
            hot_words: hot.then_some(HotWords {
                words: self.hot_word,
                window: self.window,
                raise: self.raise,
                near: match self.required {
                    true => Near::Required,
                    false => Near::Optional,
                },
            }),
            state: match self.off {
                true => DetectorState::Off,
                false => DetectorState::On,
            },
        })
    }
}

pub fn run(wired: &Wired, command: Command) -> anyhow::Result<Output> {
    let flow = &wired.flow;
    match command {
        Command::List {
            of,
            state: word,
            name,
            after,
        } => {
            let state = word.as_deref().map(state).transpose()?;
            let filter = DetectorFilter { state, word: name };
            let ctx = system(wired, &of)?;
            let page = flow.detectors(&ctx, &filter, after.as_deref(), limits::PAGE_ROWS)?;
            let out = Output::new().field("version", page.version);
            let rows = page.rows.iter().map(shown);
            let out = rows.fold(out, |out, row| out.item("detectors", row));
            let next = page.next.into_iter();
            Ok(next.fold(out, |out, next| out.field("next", next)))
        }
        Command::Add { of, given, reason } => {
            let id = flow.add_detector(&system(wired, &of)?, &given.read()?, &reason)?;
            Ok(Output::new().field("detector", id))
        }
        Command::Change {
            of,
            id,
            given,
            reason,
        } => {
            let id: DetectorId = id.parse()?;
            flow.change_detector(&system(wired, &of)?, id, &given.read()?, &reason)?;
            Ok(Output::new().field("detector", id))
        }
        Command::Switch {
            of,
            id,
            state: word,
            reason,
        } => {
            let id: DetectorId = id.parse()?;
            flow.switch_detector(&system(wired, &of)?, id, state(&word)?, &reason)?;
            Ok(Output::new().field("detector", id).field("state", word))
        }
        Command::Remove {
            of,
            id,
            reason,
            yes,
        } => {
            let (id, ctx): (DetectorId, _) = (id.parse()?, system(wired, &of)?);
            sure(yes, "What it looks for is destroyed.")?;
            flow.remove_detector(&ctx, id, &reason)?;
            Ok(Output::new().field("removed", id))
        }
        Command::Try { of, file } => {
            let tried = flow.try_detectors(&system(wired, &of)?, None, &read(&file)?)?;
            let out = Output::new().field("level", tried.level.word());
            let out = out.field("usable", !tried.broken);
            let found = tried.found.iter().map(place);
            Ok(found.fold(out, |out, one| out.item("found", one)))
        }
        Command::Learn { of, file } => {
            let learned = flow.learn_record_numbers(&system(wired, &of)?, &read(&file)?)?;
            match learned {
                Ok(learned) => Ok(said(&learned)),
                Err(error) => anyhow::bail!("nothing was learned: {}", error.word()),
            }
        }
    }
}

fn read(file: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))
}

fn state(word: &str) -> anyhow::Result<DetectorState> {
    DetectorState::from_word(word).with_context(|| format!("{word} is neither on nor off"))
}

fn shown(view: &DetectorView) -> Value {
    let mut one = crate::scan::detectors::written(&view.detector);
    one["id"] = json!(view.id.to_string());
    one["usable"] = json!(view.usable);
    one["reason"] = json!(view.reason);
    one["updated_at"] = json!(view.updated_at.rfc3339());
    one
}

fn place(found: &Found) -> Value {
    json!({
        "kind": found.kind, "detector": found.detector, "line": found.line, "column": found.column,
        "length": found.length, "confidence": found.confidence,
    })
}

fn said(learned: &Learned) -> Output {
    let mut out = Output::new();
    if let Spec::RecordNumber { shape, check } = &learned.spec {
        out = out.field("shape", shape).field("check", check);
    }
    out = out
        .field("samples", learned.samples)
        .field("one_in", learned.one_in);
    let strangers = learned.strangers.iter();
    out = strangers.fold(out, |out, at| out.field("does_not_fit", at));
    let looks = learned.looks.iter();
    looks.fold(out, |out, looks| out.field("looks_like", looks.word()))
}
