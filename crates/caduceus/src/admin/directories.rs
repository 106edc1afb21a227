//! `caduceus admin directories`: directories (LDAP) that are asked for certificates of recipients.
//!
//! To try one is for the running service, by the API or the console: this command line speaks to no other machine.

use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Args, Subcommand};
use flow::keys::{DirectorySpec, DirectoryView};
use model::{DirectoryId, DirectoryTls, Secret};

use super::output::Output;
use super::{Of, sure, system};
use crate::wiring::Wired;

#[derive(Subcommand)]
pub enum Command {
    /// Which are asked.
    List {
        #[command(flatten)]
        of: Of,
    },
    /// Ask one more, which then knows who is written to.
    Add {
        #[command(flatten)]
        of: Of,
        #[command(flatten)]
        what: What,
    },
    /// Put another in its place; without a password file the password on record stays.
    Set {
        #[command(flatten)]
        of: Of,
        #[arg(long)]
        id: String,
        #[command(flatten)]
        what: What,
    },
    /// Ask one no more.
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

#[derive(Args)]
pub struct What {
    /// Small letters, digits and hyphens.
    #[arg(long)]
    name: String,
    #[arg(long)]
    host: String,
    #[arg(long, default_value_t = 636)]
    port: u16,
    /// ldaps or starttls
    #[arg(long, default_value = "ldaps")]
    tls: String,
    /// What is searched, with everything below it.
    #[arg(long, default_value = "")]
    base: String,
    /// Whom it shall know us as.
    #[arg(long)]
    bind_name: Option<String>,
    /// A file whose first line is the password.
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// Authorities (PEM) that the server's certificate is held against, in place of those that everybody trusts.
    #[arg(long, value_name = "FILE")]
    roots: Option<PathBuf>,
    /// A domain whose addresses it is asked for; none: all that are not the organisation's own.
    #[arg(long)]
    domain: Vec<String>,
}

pub fn run(wired: &Wired, command: Command) -> anyhow::Result<Output> {
    let flow = &wired.flow;
    match command {
        Command::List { of } => {
            let all = flow.directories(&system(wired, &of)?)?;
            let lines = all.iter().map(line);
            Ok(lines.fold(Output::new(), |out, line| out.field("directory", line)))
        }
        Command::Add { of, what } => {
            let id = flow.add_directory(&system(wired, &of)?, &what.read()?)?;
            Ok(Output::new().field("directory", id))
        }
        Command::Set { of, id, what } => {
            let id: DirectoryId = id.parse()?;
            flow.change_directory(&system(wired, &of)?, id, &what.read()?)?;
            Ok(Output::new().field("directory", id))
        }
        Command::Remove { of, id, yes } => {
            let id: DirectoryId = id.parse()?;
            let ctx = system(wired, &of)?;
            sure(yes, "Its password is destroyed.")?;
            flow.remove_directory(&ctx, id)?;
            Ok(Output::new().field("removed", id))
        }
    }
}

impl What {
    fn read(self) -> anyhow::Result<DirectorySpec> {
        let tls = DirectoryTls::from_word(&self.tls);
        let password = self.password_file.as_deref().map(password);
        let roots = self.roots.as_deref().map(text).transpose()?;
        Ok(DirectorySpec {
            name: self.name,
            host: self.host,
            port: self.port,
            tls: tls.with_context(|| format!("{} is not one of the words", self.tls))?,
            base: self.base,
            bind_name: self.bind_name,
            password: password.transpose()?,
            roots: roots.unwrap_or_default(),
            domains: self.domain,
        })
    }
}

fn text(file: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))
}

fn password(file: &Path) -> anyhow::Result<Secret<String>> {
    let text = Secret::new(text(file)?);
    let line = text.expose().lines().next().unwrap_or_default();
    Ok(Secret::new(line.to_owned()))
}

fn line(view: &DirectoryView) -> String {
    let domains = match view.domains.is_empty() {
        true => "everyone".to_owned(),
        false => view.domains.join(" "),
    };
    format!(
        "{} {} {}:{} {}, for {domains}",
        view.id, view.name, view.host, view.port, view.tls
    )
}
