//! `caduceus admin correspondents`: what is on record about those the organisation writes to.

use anyhow::Context;
use clap::Subcommand;
use flow::correspondents::{CorrespondentView, NewCorrespondent, Warned};
use model::{Address, CorrespondentId, Method, RecipientClass, Restriction, Timestamp, limits};

use super::output::Output;
use super::{Of, system};
use crate::wiring::Wired;

#[derive(Subcommand)]
pub enum Command {
    /// What is on record, newest first.
    List {
        #[command(flatten)]
        of: Of,
        /// patient, provider, staff, vendor, unknown
        #[arg(long)]
        class: Option<String>,
        /// `next` of the page before.
        #[arg(long)]
        after: Option<String>,
    },
    /// Record what is known about an address, in place of what was.
    Set {
        #[command(flatten)]
        of: Of,
        #[arg(long)]
        address: String,
        #[arg(long, default_value = "")]
        name: String,
        #[arg(long, default_value = "")]
        note: String,
        /// patient, provider, staff, vendor, unknown
        #[arg(long)]
        class: String,
        /// plain, tls, portal, pgp, smime; left out: as policy decides
        #[arg(long)]
        prefers: Option<String>,
        /// The owner was warned of what can happen to plain mail and still wants it: yes, no; left out: what
        /// is on record stays.
        #[arg(long)]
        warned: Option<String>,
        /// portal_only, no_phi, no_mail
        #[arg(long)]
        restriction: Option<String>,
        /// Until when disclosures under 42 CFR Part 2 to this address are consented to.
        #[arg(long, value_name = "RFC3339")]
        part2_until: Option<String>,
        /// What that consent covers: it travels with each such disclosure.
        #[arg(long, default_value = "")]
        part2_scope: String,
    },
    /// Destroy what is on record.
    Remove {
        #[command(flatten)]
        of: Of,
        #[arg(long)]
        id: String,
    },
}

pub fn run(wired: &Wired, command: Command) -> anyhow::Result<Output> {
    let flow = &wired.flow;
    match command {
        Command::List { of, class, after } => {
            let class = word(class.as_deref(), RecipientClass::from_word)?;
            let ctx = system(wired, &of)?;
            let page = flow.correspondents(&ctx, class, after.as_deref(), limits::PAGE_ROWS)?;
            let out = page
                .rows
                .iter()
                .map(line)
                .fold(Output::new(), |out, line| out.field("correspondent", line));
            Ok(page
                .next
                .into_iter()
                .fold(out, |out, next| out.field("next", next)))
        }
        Command::Remove { of, id } => {
            let id: CorrespondentId = id.parse()?;
            flow.remove_correspondent(&system(wired, &of)?, id)?;
            Ok(Output::new().field("removed", id))
        }
        Command::Set {
            of,
            address,
            name,
            note,
            class,
            prefers,
            warned,
            restriction,
            part2_until,
            part2_scope,
        } => {
            let moment = |text: String| {
                Timestamp::parse_rfc3339(&text).with_context(|| format!("{text} is not a time"))
            };
            let new = NewCorrespondent {
                address: Address::parse(&address)?,
                name,
                note,
                class: word(Some(&class), RecipientClass::from_word)?.context("no class")?,
                prefers: word(prefers.as_deref(), Method::from_word)?,
                warned: word(warned.as_deref(), warning)?.unwrap_or(Warned::Keep),
                restriction: word(restriction.as_deref(), Restriction::from_word)?,
                part2_until: part2_until.map(moment).transpose()?,
                part2_scope,
            };
            let id = flow.set_correspondent(&system(wired, &of)?, &new)?;
            Ok(Output::new().field("correspondent", id))
        }
    }
}

fn warning(word: &str) -> Option<Warned> {
    match word {
        "yes" => Some(Warned::Yes),
        "no" => Some(Warned::No),
        _ => None,
    }
}

fn word<T>(word: Option<&str>, read: impl Fn(&str) -> Option<T>) -> anyhow::Result<Option<T>> {
    word.map(|word| read(word).with_context(|| format!("{word} is not one of the words")))
        .transpose()
}

fn line(view: &CorrespondentView) -> String {
    let standing = &view.standing;
    let prefers = standing.prefers.map_or("as policy decides", Method::word);
    let warned = if standing.warned.is_some() {
        ", warned"
    } else {
        ""
    };
    let restriction = standing.restriction.map(|word| format!(", {word}"));
    format!(
        "{} {} {}: {prefers}{warned}{}",
        view.id,
        view.address.as_str(),
        standing.class,
        restriction.unwrap_or_default()
    )
}
