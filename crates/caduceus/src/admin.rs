//! `caduceus admin`: setting up and running an installation from its own server. Each command is one
//! use case as the system actor, and leaves its audit entry.
//!
//! With SQLite the service must be stopped first: its data folder belongs to one process.

mod output;

use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Subcommand;
use ctx::{Ctx, NewOrganisation, Role};
use model::{Address, ApiKeyId, AppId, Domain, Mode, OrganisationId, Secret, Timestamp, UserId};
use people::{NewApp, NewUser};

use crate::config::{self, Config, Store};
use crate::wiring::{Wired, wire};
use crate::{page_key, telemetry};
use output::Output;

#[derive(Subcommand)]
pub enum Command {
    /// Found an organisation: its key and its audit log.
    OrganisationCreate {
        #[arg(long)]
        name: String,
        #[arg(long, default_value = "America/New_York")]
        zone: String,
        #[arg(long, default_value = "en")]
        language: String,
        /// Recipients without verified TLS are held instead of reading in the portal.
        #[arg(long)]
        no_portal: bool,
    },
    /// List organisations.
    OrganisationList,
    /// Give someone access to the console. The password is read from a file.
    UserCreate {
        #[command(flatten)]
        of: Of,
        #[arg(long)]
        name: String,
        #[arg(long)]
        email: String,
        #[arg(long, value_name = "FILE")]
        password_file: PathBuf,
        /// administrator, compliance, staff, auditor, developer
        #[arg(long, required = true)]
        role: Vec<String>,
    },
    /// For someone who lost the device: a new second factor is enrolled at the next sign-in.
    UserResetSecondFactor {
        #[command(flatten)]
        of: Of,
        #[arg(long)]
        user: String,
    },
    /// Add a sending domain; prints the DNS records to publish.
    DomainAdd {
        #[command(flatten)]
        of: Of,
        #[arg(long)]
        name: String,
    },
    /// Register software that sends or reads mail.
    AppCreate {
        #[command(flatten)]
        of: Of,
        #[arg(long)]
        name: String,
        /// message.send, message.read, message.open, message.cancel, message.list, proof.download, audit.read
        #[arg(long, required = true)]
        scope: Vec<String>,
        /// A domain or address it may send as; * is any sender.
        #[arg(long)]
        sender: Vec<String>,
        /// Refuse Basic authentication for its keys.
        #[arg(long)]
        no_basic: bool,
    },
    /// Make an API key. It is shown once, here.
    KeyCreate {
        #[command(flatten)]
        of: Of,
        #[arg(long)]
        app: String,
        /// A test key never lets real mail leave.
        #[arg(long)]
        test: bool,
        #[arg(long, value_name = "RFC3339")]
        expires: Option<String>,
    },
    /// Revoke an API key at once.
    KeyRevoke {
        #[command(flatten)]
        of: Of,
        #[arg(long)]
        key: String,
    },
    /// Put a new root key in front and wrap every organisation key under it.
    RotateRoot,
    /// Give an organisation a new key and wrap its items' keys under it. Content stays as it is.
    RotateOrganisation {
        #[command(flatten)]
        of: Of,
    },
}

#[derive(clap::Args)]
pub struct Of {
    /// The organisation's id; may be left out when there is only one.
    #[arg(long)]
    organisation: Option<String>,
}

pub fn run(path: &Path, command: Command) -> anyhow::Result<()> {
    telemetry::log();
    let config = config::load(path)?;
    if matches!(command, Command::RotateRoot) {
        return rotate_root(&config);
    }
    let wired = wire(&config)?;
    let output = dispatch(&wired, command)?;
    while wired.world.sequence()? > 0 {}
    output.print();
    wired.close();
    Ok(())
}

fn dispatch(wired: &Wired, command: Command) -> anyhow::Result<Output> {
    match command {
        Command::OrganisationCreate {
            name,
            zone,
            language,
            no_portal,
        } => {
            let new = NewOrganisation {
                name,
                zone,
                language,
                portal_on: !no_portal,
            };
            Ok(Output::new().field("organisation", wired.world.create_organisation(new)?))
        }
        Command::OrganisationList => organisation_list(wired),
        Command::UserCreate {
            of,
            name,
            email,
            password_file,
            role,
        } => user_create(
            wired,
            &system(wired, &of)?,
            name,
            &email,
            &password_file,
            &role,
        ),
        Command::UserResetSecondFactor { of, user } => {
            let id: UserId = user.parse()?;
            wired.people.reset_second_factor(&system(wired, &of)?, id)?;
            Ok(Output::new().field("reset", id))
        }
        Command::DomainAdd { of, name } => domain_add(wired, &system(wired, &of)?, &name),
        Command::AppCreate {
            of,
            name,
            scope,
            sender,
            no_basic,
        } => app_create(
            wired,
            &system(wired, &of)?,
            name,
            (scope, sender),
            !no_basic,
        ),
        Command::KeyCreate {
            of,
            app,
            test,
            expires,
        } => key_create(wired, &system(wired, &of)?, &app, test, expires.as_deref()),
        Command::KeyRevoke { of, key } => {
            let id: ApiKeyId = key.parse()?;
            wired.people.revoke_key(&system(wired, &of)?, id)?;
            Ok(Output::new().field("revoked", id))
        }
        Command::RotateOrganisation { of } => {
            let organisation = system(wired, &of)?.organisation();
            let rotated = wired.world.rotate_organisation_key(organisation)?;
            Ok(Output::new().field("keys_wrapped", rotated.keys))
        }
        Command::RotateRoot => unreachable!("handled before the database opens"),
    }
}

fn organisation_list(wired: &Wired) -> anyhow::Result<Output> {
    let ids = wired.world.organisations()?;
    Ok(ids
        .into_iter()
        .fold(Output::new(), |out, id| out.field("organisation", id)))
}

fn app_create(
    wired: &Wired,
    ctx: &Ctx,
    name: String,
    (scopes, senders): (Vec<String>, Vec<String>),
    basic_allowed: bool,
) -> anyhow::Result<Output> {
    let new = NewApp {
        name,
        scopes,
        senders,
        basic_allowed,
    };
    Ok(Output::new().field("app", wired.people.create_app(ctx, new)?))
}

fn domain_add(wired: &Wired, ctx: &Ctx, name: &str) -> anyhow::Result<Output> {
    let view = wired.people.add_domain(ctx, &Domain::parse(name)?)?;
    let out = Output::new().field("domain", view.id);
    Ok(view
        .records
        .into_iter()
        .fold(out, |out, r| out.record(&r.name, r.kind, &r.value)))
}

fn key_create(
    wired: &Wired,
    ctx: &Ctx,
    app: &str,
    test: bool,
    expires: Option<&str>,
) -> anyhow::Result<Output> {
    let expires = match expires {
        Some(text) => Some(Timestamp::parse_rfc3339(text).context("--expires is not RFC 3339")?),
        None => None,
    };
    let mode = if test { Mode::Test } else { Mode::Live };
    let key = wired
        .people
        .create_key(ctx, app.parse::<AppId>()?, mode, expires)?;
    Ok(Output::new()
        .field("key", key.id)
        .field("secret", key.shown_once.expose()))
}

fn user_create(
    wired: &Wired,
    ctx: &Ctx,
    name: String,
    email: &str,
    password_file: &Path,
    roles: &[String],
) -> anyhow::Result<Output> {
    let text = std::fs::read_to_string(password_file)
        .with_context(|| format!("cannot read {}", password_file.display()))?;
    let roles = roles
        .iter()
        .map(|word| Role::from_word(word).with_context(|| format!("{word} is not a role")))
        .collect::<anyhow::Result<Vec<_>>>()?;
    let password = Secret::new(text.trim_end_matches(['\r', '\n']).to_owned());
    let new = NewUser {
        organisation: ctx.organisation(),
        name,
        email: Address::parse(email)?,
        password,
        roles,
    };
    Ok(Output::new().field("user", wired.people.create_user(ctx, new)?))
}

fn system(wired: &Wired, of: &Of) -> anyhow::Result<Ctx> {
    let known = wired.world.organisations()?;
    let id = match &of.organisation {
        Some(text) => text.parse::<OrganisationId>()?,
        None => match known.as_slice() {
            [only] => *only,
            [] => anyhow::bail!(
                "there is no organisation yet: caduceus admin organisation-create --name …"
            ),
            _ => anyhow::bail!("there are several organisations: name one with --organisation"),
        },
    };
    anyhow::ensure!(known.contains(&id), "there is no organisation {id}");
    Ok(wired.world.system(id))
}

/// The new key goes into the file first; what was wrapped by the old one still opens until all is
/// wrapped anew, so a crash in between loses nothing.
fn rotate_root(config: &Config) -> anyhow::Result<()> {
    let rotated = vault::FileRoot::rotate(&config.keys.root_file, &vault::SystemRng)?;
    if let Store::Sqlite { dir } = &config.store {
        page_key::rewrap(dir, &rotated, &vault::SystemRng)?;
    }
    let wired = wire(config)?;
    let count = wired.world.rewrap_organisation_keys()?;
    while wired.world.sequence()? > 0 {}
    Output::new()
        .field("root", rotated.fingerprints().join(" "))
        .field("keys_wrapped", count.keys)
        .print();
    Ok(())
}
