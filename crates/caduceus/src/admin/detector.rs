//! `caduceus admin detector`: how detection does on what people said about messages.

use clap::Subcommand;

use super::output::Output;
use super::{Of, system};
use crate::terminal;
use crate::wiring::Wired;

#[derive(Subcommand)]
pub enum Command {
    /// Scan again what people called PHI, or free of it, and count. No value leaves it.
    Evaluate {
        #[command(flatten)]
        of: Of,
    },
}

pub fn run(wired: &Wired, command: Command) -> anyhow::Result<Output> {
    let Command::Evaluate { of } = command;
    let ctx = system(wired, &of)?;
    let mut bar = terminal::Progress::new("messages");
    let done = wired
        .flow
        .evaluate_feedback(&ctx, &mut |n| bar.count(u64::from(n)))?;
    bar.end();
    Ok(Output::new()
        .field("called_phi", done.phi)
        .field("called_phi_and_found", done.phi_found)
        .field("called_free", done.free)
        .field("called_free_and_flagged", done.free_flagged)
        .field("not_to_be_read", done.gone))
}
