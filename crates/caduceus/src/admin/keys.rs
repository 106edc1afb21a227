//! `caduceus admin keys`: certificates and OpenPGP keys of recipients, which mail is encrypted to.

use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Subcommand;
use flow::keys::{AuthorityView, KeyFilter, KeyView, Taken};
use model::{Address, AuthorityId, KeyFor, KeyStanding, RecipientKeyId, RevocationUse, limits};

use super::output::Output;
use super::{Of, sure, system};
use crate::wiring::Wired;

#[derive(Subcommand)]
pub enum Command {
    /// What is on record, newest first.
    List {
        #[command(flatten)]
        of: Of,
        /// smime, pgp
        #[arg(long)]
        kind: Option<String>,
        /// active, waiting, refused, retired
        #[arg(long)]
        standing: Option<String>,
        /// Only those that have ended or end within 30 days.
        #[arg(long)]
        ending: bool,
        /// `next` of the page before.
        #[arg(long)]
        after: Option<String>,
    },
    /// Take the keys of a file: certificates (PEM, DER, PKCS#7) or OpenPGP keys. Who brings them vouches for them.
    Add {
        #[command(flatten)]
        of: Of,
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Whose they must be; left out: each is of all addresses that it names.
        #[arg(long)]
        address: Option<String>,
    },
    /// Say whether mail is encrypted to a key.
    Set {
        #[command(flatten)]
        of: Of,
        #[arg(long)]
        id: String,
        /// active, refused, retired
        #[arg(long)]
        standing: String,
    },
    /// Use a key no more.
    Retire {
        #[command(flatten)]
        of: Of,
        #[arg(long)]
        id: String,
    },
    /// Whose certificates are believed: what they issued is taken from signed mail and used.
    Authorities {
        #[command(flatten)]
        of: Of,
    },
    /// Believe the authorities of a file: PEM, DER, PKCS#7.
    Trust {
        #[command(flatten)]
        of: Of,
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Believe an authority no more. Keys in use stay so until they are retired.
    Distrust {
        #[command(flatten)]
        of: Of,
        #[arg(long)]
        id: String,
    },
    /// Whether OpenPGP keys are asked for at recipients' own domains, which then know who is written to; `on` or `off`
    /// sets it.
    LookUp {
        #[command(flatten)]
        of: Of,
        #[arg(value_parser = ["on", "off"])]
        set: Option<String>,
    },
    /// What is made of the revocation of certificates. `prefer`: issuers are asked, and what they revoked is not used.
    /// `require`: only what is known to hold is used. `ignore`: nobody is asked. Keepers of lists learn that this server
    /// reads them, responders which certificate is meant.
    Revocation {
        #[command(flatten)]
        of: Of,
        #[arg(value_parser = ["require", "prefer", "ignore"])]
        set: Option<String>,
    },
    /// Destroy a key.
    Remove {
        #[command(flatten)]
        of: Of,
        #[arg(long)]
        id: String,
        /// Do not ask.
        #[arg(long)]
        yes: bool,
    },
}

pub fn run(wired: &Wired, command: Command) -> anyhow::Result<Output> {
    let flow = &wired.flow;
    match command {
        Command::List {
            of,
            kind,
            standing,
            ending,
            after,
        } => {
            let filter = KeyFilter {
                kind: word(kind.as_deref(), KeyFor::from_word)?,
                standing: word(standing.as_deref(), KeyStanding::from_word)?,
                ending,
            };
            list(wired, &of, filter, after.as_deref())
        }
        Command::Add { of, file, address } => {
            let bytes = bytes_of(&file)?;
            let address = address.as_deref().map(Address::parse).transpose()?;
            let taken = flow.add_keys(&system(wired, &of)?, &bytes, address.as_ref())?;
            let out = Output::new();
            Ok(taken
                .iter()
                .fold(out, |out, taken| out.field("key", what_became(taken))))
        }
        Command::Set { of, id, standing } => {
            let standing = word(Some(&standing), KeyStanding::from_word)?.context("no standing")?;
            set(wired, &of, &id, standing)
        }
        Command::Retire { of, id } => set(wired, &of, &id, KeyStanding::Retired),
        Command::Authorities { of } => {
            let all = flow.authorities(&system(wired, &of)?)?;
            let line = |a: &AuthorityView| {
                format!(
                    "{} {} {}, until {}",
                    a.id, a.name, a.fingerprint, a.expires_at
                )
            };
            let lines = all.iter().map(line);
            Ok(lines.fold(Output::new(), |out, line| out.field("authority", line)))
        }
        Command::Trust { of, file } => {
            let added = flow.add_authorities(&system(wired, &of)?, &bytes_of(&file)?)?;
            Ok(Output::new().field("added", added))
        }
        Command::Distrust { of, id } => {
            let id: AuthorityId = id.parse()?;
            flow.remove_authority(&system(wired, &of)?, id)?;
            Ok(Output::new().field("removed", id))
        }
        Command::LookUp { of, set } => {
            let ctx = system(wired, &of)?;
            if let Some(word) = set {
                flow.set_key_lookup(&ctx, word == "on")?;
            }
            let on = flow.key_lookup(&ctx)?;
            Ok(Output::new().field("look_up", if on { "on" } else { "off" }))
        }
        Command::Revocation { of, set } => revocation(wired, &of, set.as_deref()),
        Command::Remove { of, id, yes } => {
            let id: RecipientKeyId = id.parse()?;
            let ctx = system(wired, &of)?;
            sure(yes, "Mail can then not be encrypted to this key.")?;
            flow.remove_key(&ctx, id)?;
            Ok(Output::new().field("removed", id))
        }
    }
}

fn list(wired: &Wired, of: &Of, filter: KeyFilter, after: Option<&str>) -> anyhow::Result<Output> {
    let ctx = system(wired, of)?;
    let page = wired.flow.keys(&ctx, filter, after, limits::PAGE_ROWS)?;
    let rows = page.rows.iter().map(line);
    let out = rows.fold(Output::new(), |out, line| out.field("key", line));
    let next = page.next.into_iter();
    Ok(next.fold(out, |out, next| out.field("next", next)))
}

fn revocation(wired: &Wired, of: &Of, set: Option<&str>) -> anyhow::Result<Output> {
    let ctx = system(wired, of)?;
    if let Some(is) = word(set, RevocationUse::from_word)? {
        wired.flow.set_revocation_use(&ctx, is)?;
    }
    let is = wired.flow.revocation_use(&ctx)?;
    Ok(Output::new().field("revocation", is))
}

fn bytes_of(file: &Path) -> anyhow::Result<Vec<u8>> {
    std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))
}

fn set(wired: &Wired, of: &Of, id: &str, standing: KeyStanding) -> anyhow::Result<Output> {
    let id: RecipientKeyId = id.parse()?;
    let ctx = system(wired, of)?;
    wired.flow.set_key_standing(&ctx, id, standing)?;
    Ok(Output::new().field("key", id).field("standing", standing))
}

fn word<T>(word: Option<&str>, read: impl Fn(&str) -> Option<T>) -> anyhow::Result<Option<T>> {
    word.map(|word| read(word).with_context(|| format!("{word} is not one of the words")))
        .transpose()
}

fn line(view: &KeyView) -> String {
    let until = match view.expires_at {
        Some(at) => format!("until {at}"),
        None => "without an end".to_owned(),
    };
    format!(
        "{} {} {} {} {}, {until}, {}",
        view.id,
        view.address.as_str(),
        view.kind,
        view.fingerprint,
        view.standing,
        view.health.word()
    )
}

fn what_became(taken: &Taken) -> String {
    let id = taken.id.map(|id| format!("{id} ")).unwrap_or_default();
    let address = taken.address.as_ref().map(|a| format!("{} ", a.as_str()));
    format!(
        "{id}{}{} {}: {}",
        address.unwrap_or_default(),
        taken.kind,
        taken.fingerprint,
        taken.outcome.word()
    )
}
