//! `caduceus admin inbound`: what came in for people, and what is in quarantine.

use anyhow::Context;
use clap::Subcommand;
use flow::inbound::{ArrivalFilter, ArrivalRow, Fate};
use model::{ArrivalState, Domain, MessageId, limits};

use super::output::Output;
use super::{Of, system};
use crate::wiring::Wired;

#[derive(Subcommand)]
pub enum Act {
    /// What came in, newest first.
    List {
        /// passed, quarantined, released, deleted
        #[arg(long)]
        state: Option<String>,
        /// A word of what looks wrong, such as look_alike_domain.
        #[arg(long)]
        word: Option<String>,
        /// The sender's domain, whole.
        #[arg(long)]
        domain: Option<String>,
        /// `next` of the page before.
        #[arg(long)]
        after: Option<String>,
    },
    /// Let staff read a message that is in quarantine.
    Release {
        #[arg(long)]
        id: String,
        #[arg(long)]
        reason: String,
    },
    /// Destroy a message that is in quarantine.
    Delete {
        #[arg(long)]
        id: String,
    },
}

pub fn run(wired: &Wired, of: &Of, act: Act) -> anyhow::Result<Output> {
    let (flow, ctx) = (&wired.flow, system(wired, of)?);
    match act {
        Act::List {
            state,
            word,
            domain,
            after,
        } => {
            let known = |word: String| {
                ArrivalState::from_word(&word).with_context(|| format!("{word} is no state"))
            };
            let filter = ArrivalFilter {
                state: state.map(known).transpose()?,
                word,
                domain: domain.map(|name| Domain::parse(&name)).transpose()?,
                ..ArrivalFilter::default()
            };
            let page = flow.arrivals(&ctx, &filter, after.as_deref(), limits::PAGE_ROWS)?;
            let rows = page.rows.iter().map(line);
            let out = rows.fold(Output::new(), |out, line| out.field("arrival", line));
            Ok(page
                .next
                .into_iter()
                .fold(out, |out, next| out.field("next", next)))
        }
        Act::Release { id, reason } => {
            let id: MessageId = id.parse()?;
            flow.decide_arrival(&ctx, id, Fate::Release, &reason)?;
            Ok(Output::new().field("released", id))
        }
        Act::Delete { id } => {
            let id: MessageId = id.parse()?;
            flow.decide_arrival(&ctx, id, Fate::Delete, "")?;
            Ok(Output::new().field("deleted", id))
        }
    }
}

fn line(row: &ArrivalRow) -> String {
    let words: Vec<&str> = row
        .suspicions
        .iter()
        .map(|one| one.word.as_str())
        .chain(row.named.iter().map(String::as_str))
        .collect();
    format!(
        "{} {} {}: {}",
        row.id,
        row.created_at,
        row.state,
        words.join(", ")
    )
}
