//! `caduceus admin registry`: the organisation's patients as keyed tokens, so that detection knows their names.

use std::path::PathBuf;

use anyhow::Context;
use clap::Subcommand;

use super::output::Output;
use super::{Of, sure, system};
use crate::terminal;
use crate::wiring::Wired;

#[derive(Subcommand)]
pub enum Command {
    /// How many patients are known, and since when.
    Show {
        #[command(flatten)]
        of: Of,
    },
    /// Take a list of patients from a CSV file: a first line names the columns `id`, and of given, family,
    /// birth, ssn, mrn, member_id, phone, email, zip what there is. The file is not kept.
    Import {
        #[command(flatten)]
        of: Of,
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Destroy the registry.
    Clear {
        #[command(flatten)]
        of: Of,
        /// Do not ask.
        #[arg(long)]
        yes: bool,
    },
}

pub fn run(wired: &Wired, command: Command) -> anyhow::Result<Output> {
    let flow = &wired.flow;
    match command {
        Command::Show { of } => {
            let out = Output::new();
            Ok(match flow.registry(&system(wired, &of)?)? {
                Some(state) => out
                    .field("patients", state.patients)
                    .field("updated_at", state.updated_at.rfc3339()),
                None => out.field("patients", 0),
            })
        }
        Command::Import { of, file } => {
            let cannot = || format!("cannot read {}", file.display());
            let text = std::fs::read_to_string(&file).with_context(cannot)?;
            let mut bar = terminal::Progress::new("patients");
            let ctx = system(wired, &of)?;
            let done = flow.register_patients(&ctx, &text, &mut |n, of| bar.at(n, of))?;
            let out = Output::new()
                .field("added", done.added)
                .field("changed", done.changed)
                .field("refused", done.refused.len());
            Ok(done
                .refused
                .iter()
                .fold(out, |out, line| out.field("line", line)))
        }
        Command::Clear { of, yes } => {
            let ctx = system(wired, &of)?;
            sure(yes, "Patients' names are then known by their shape alone.")?;
            flow.clear_registry(&ctx)?;
            Ok(Output::new().field("patients", 0))
        }
    }
}
