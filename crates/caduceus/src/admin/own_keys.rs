//! `caduceus admin own-keys`: keys of the organisation's addresses and of itself; whether encrypted mail is encrypted
//! to its own too.

use std::path::PathBuf;

use anyhow::Context;
use clap::Subcommand;
use flow::keys::OwnKeyView;
use model::{Address, KeyStanding, OwnKeyId, Secret};

use super::output::Output;
use super::{Of, sure, system};
use crate::wiring::Wired;

#[derive(Subcommand)]
pub enum Command {
    /// What there is, newest first.
    List {
        #[command(flatten)]
        of: Of,
    },
    /// Make an OpenPGP key.
    Generate {
        #[command(flatten)]
        of: Of,
        /// Whose it is; left out: the organisation's own.
        #[arg(long)]
        address: Option<String>,
    },
    /// Take a key that was made elsewhere: PKCS#12, PEM with key and certificate, or an OpenPGP secret key.
    Import {
        #[command(flatten)]
        of: Of,
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// A file whose first line is the password.
        #[arg(long, value_name = "FILE")]
        password_file: Option<PathBuf>,
        /// Whose it is; left out: the organisation's own.
        #[arg(long)]
        address: Option<String>,
    },
    /// Write the public half to a file.
    Export {
        #[command(flatten)]
        of: Of,
        #[arg(long)]
        id: String,
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Use a key no more. What is encrypted to it still opens.
    Retire {
        #[command(flatten)]
        of: Of,
        #[arg(long)]
        id: String,
    },
    /// Destroy a key: what is encrypted to it opens no more.
    Remove {
        #[command(flatten)]
        of: Of,
        #[arg(long)]
        id: String,
        /// Do not ask.
        #[arg(long)]
        yes: bool,
    },
    /// Whether encrypted mail is encrypted to the organisation's own key too; `on` or `off` sets it.
    Escrow {
        #[command(flatten)]
        of: Of,
        #[arg(value_parser = ["on", "off"])]
        set: Option<String>,
    },
}

pub fn run(wired: &Wired, command: Command) -> anyhow::Result<Output> {
    let flow = &wired.flow;
    match command {
        Command::List { of } => {
            let all = flow.own_keys(&system(wired, &of)?)?;
            let lines = all.iter().map(line);
            Ok(lines.fold(Output::new(), |out, line| out.field("key", line)))
        }
        Command::Generate { of, address } => {
            let owner = owner(address.as_deref())?;
            let id = flow.generate_own_key(&system(wired, &of)?, owner.as_ref())?;
            Ok(Output::new().field("key", id))
        }
        Command::Import {
            of,
            file,
            password_file,
            address,
        } => {
            let read = |path: &PathBuf| {
                std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))
            };
            let bytes = Secret::new(read(&file)?);
            let password = match &password_file {
                Some(path) => first_line(read(path)?)?,
                None => Secret::new(String::new()),
            };
            let owner = owner(address.as_deref())?;
            let ctx = system(wired, &of)?;
            let id = flow.import_own_key(&ctx, bytes.expose(), &password, owner.as_ref())?;
            Ok(Output::new().field("key", id))
        }
        Command::Export { of, id, file } => {
            let id: OwnKeyId = id.parse()?;
            let public = flow.own_key_public(&system(wired, &of)?, id)?;
            let cannot = || format!("cannot write {}", file.display());
            std::fs::write(&file, public).with_context(cannot)?;
            Ok(Output::new().field("written", file.display()))
        }
        Command::Retire { of, id } => {
            let id: OwnKeyId = id.parse()?;
            flow.set_own_key(&system(wired, &of)?, id, KeyStanding::Retired)?;
            Ok(Output::new().field("retired", id))
        }
        Command::Remove { of, id, yes } => {
            let id: OwnKeyId = id.parse()?;
            let ctx = system(wired, &of)?;
            sure(yes, "What is encrypted to this key opens no more.")?;
            flow.remove_own_key(&ctx, id)?;
            Ok(Output::new().field("removed", id))
        }
        Command::Escrow { of, set } => {
            let ctx = system(wired, &of)?;
            if let Some(word) = set {
                flow.set_escrow(&ctx, word == "on")?;
            }
            let on = flow.escrow(&ctx)?;
            Ok(Output::new().field("escrow", if on { "on" } else { "off" }))
        }
    }
}

fn owner(address: Option<&str>) -> anyhow::Result<Option<Address>> {
    Ok(address.map(Address::parse).transpose()?)
}

fn first_line(bytes: Vec<u8>) -> anyhow::Result<Secret<String>> {
    let text = Secret::new(String::from_utf8(bytes).context("a password is text")?);
    let line = text.expose().lines().next().unwrap_or_default();
    Ok(Secret::new(line.to_owned()))
}

fn line(view: &OwnKeyView) -> String {
    let owner = view.address.as_ref().map_or("organisation", |a| a.as_str());
    let until = match view.expires_at {
        Some(at) => format!("until {at}"),
        None => "without an end".to_owned(),
    };
    format!(
        "{} {owner} {} {} {}, {until}",
        view.id, view.kind, view.fingerprint, view.standing
    )
}
