//! `caduceus admin`: setting up and running an installation from its own server. Each command is one
//! use case as the system actor, and leaves its audit entry.
//!
//! With SQLite the service must be stopped first: its data folder belongs to one process.

mod correspondents;
mod detector;
mod directories;
mod domain;
mod import;
mod inbound;
mod keys;
mod mail;
mod output;
mod own_detectors;
mod own_keys;
mod probe;
mod queue;
mod registry;
mod rules;
mod suppressions;
mod triggers;
mod waiting;
mod webhooks;

use std::io::{BufRead, IsTerminal};
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
    /// Make ten recovery codes for someone, in place of earlier ones. They are shown once, here.
    UserRecoveryCodes {
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
    /// Take mail for an address of one of the organisation's domains; staff read it in the console.
    MailboxAdd {
        #[command(flatten)]
        of: Of,
        #[arg(long)]
        address: String,
    },
    /// Take no more mail for an address.
    MailboxRemove {
        #[command(flatten)]
        of: Of,
        #[arg(long)]
        address: String,
    },
    /// Print the addresses that receivers send DMARC and TLS reports to, one a sending domain.
    ReportAddresses {
        #[command(flatten)]
        of: Of,
    },
    /// Sending domains: look at them, rotate their keys.
    Domain {
        #[command(flatten)]
        of: Of,
        #[command(subcommand)]
        act: domain::Act,
    },
    /// The least TLS for all mail; the domain of return paths.
    Mail {
        #[command(flatten)]
        of: Of,
        #[command(subcommand)]
        act: mail::Act,
    },
    /// What came in for people, what looks wrong about it, what is in quarantine.
    Inbound {
        #[command(flatten)]
        of: Of,
        #[command(subcommand)]
        act: inbound::Act,
    },
    /// List what waits to leave, why, and until when.
    QueueList {
        #[command(flatten)]
        of: Of,
        /// transactional or marketing
        #[arg(long)]
        stream: Option<String>,
        /// How many, the next one first.
        #[arg(long, default_value_t = 50)]
        rows: usize,
    },
    /// Register software that sends or reads mail.
    AppCreate {
        #[command(flatten)]
        of: Of,
        #[arg(long)]
        name: String,
        /// message.send, message.attest, message.read, message.open, message.addresses, message.cancel, message.list,
        /// proof.download, audit.read, queue.read, queue.manage, suppression.read, suppression.manage,
        /// webhook.manage
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
    /// Look at what a domain's mail servers would achieve now. Nothing is sent; the service may run.
    Probe {
        #[arg(value_name = "DOMAIN")]
        domain: String,
    },
    /// Look at the queue and order something about it: suspend, bounce, expire, rebind, transfer.
    #[command(subcommand)]
    Queue(queue::Command),
    /// Addresses that get no more mail: list, add, lift, import, export, rules.
    #[command(subcommand)]
    Suppressions(suppressions::Command),
    /// Who addresses belong to, how their owners want mail, what was agreed with them.
    #[command(subcommand)]
    Correspondents(correspondents::Command),
    /// Certificates and OpenPGP keys of recipients, which mail is encrypted to.
    #[command(subcommand)]
    Keys(keys::Command),
    /// Directories (LDAP) that are asked for certificates of recipients.
    #[command(subcommand)]
    Directories(directories::Command),
    /// Keys of the organisation's own: to sign by, to open what comes, and for copies that it can open.
    #[command(subcommand)]
    OwnKeys(own_keys::Command),
    /// Detectors of the organisation's own: add, change, switch off, remove, try; learn record numbers.
    #[command(subcommand)]
    OwnDetectors(own_detectors::Command),
    /// The organisation's patients, as keyed tokens, so that detection knows their names.
    #[command(subcommand)]
    Registry(registry::Command),
    /// Older archives: take them in as records, go on, cancel, see what could not be read.
    #[command(subcommand)]
    Import(import::Command),
    /// The organisation's own rules: write, try on what was decided before, make active.
    #[command(subcommand)]
    Rules(rules::Command),
    /// How detection does on what people said about messages.
    #[command(subcommand)]
    Detector(detector::Command),
    /// Words and header fields that ask for more protection, and what a whole stream asks for.
    #[command(subcommand)]
    Triggers(triggers::Command),
    /// Tell software what happens: webhooks by the Standard Webhooks specification.
    Webhooks {
        #[command(flatten)]
        of: Of,
        #[command(subcommand)]
        act: webhooks::Act,
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
    let config = config::load(path)?;
    telemetry::log(&config.log);
    if matches!(command, Command::RotateRoot) {
        return rotate_root(&config);
    }
    if let Command::Probe { domain } = &command {
        return probe::run(&config, domain);
    }
    let wired = wire(&config)?;
    let output = match command {
        Command::Domain { of, act } => {
            let ctx = system(&wired, &of)?;
            domain::run(&config, &wired, &ctx, &act)?
        }
        other => dispatch(&wired, other)?,
    };
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
            reset_second_factor(wired, &system(wired, &of)?, &user)
        }
        Command::UserRecoveryCodes { of, user } => {
            recovery_codes(wired, &system(wired, &of)?, &user)
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
        Command::KeyRevoke { of, key } => key_revoke(wired, &system(wired, &of)?, &key),
        Command::RotateOrganisation { of } => rotate_organisation(wired, &system(wired, &of)?),
        mail => dispatch_mail(wired, mail),
    }
}

/// What is about mail rather than about who may send it.
fn dispatch_mail(wired: &Wired, command: Command) -> anyhow::Result<Output> {
    match command {
        Command::MailboxAdd { of, address } => mailbox_add(wired, &of, &address),
        Command::MailboxRemove { of, address } => mailbox_remove(wired, &of, &address),
        Command::ReportAddresses { of } => report_addresses(wired, &system(wired, &of)?),
        Command::Queue(command) => queue::dispatch(wired, command),
        Command::Suppressions(command) => suppressions::run(wired, command),
        Command::Inbound { of, act } => inbound::run(wired, &of, act),
        Command::Correspondents(command) => correspondents::run(wired, command),
        Command::Keys(command) => keys::run(wired, command),
        Command::Directories(command) => directories::run(wired, command),
        Command::OwnKeys(command) => own_keys::run(wired, command),
        Command::OwnDetectors(command) => own_detectors::run(wired, command),
        Command::Registry(command) => registry::run(wired, command),
        Command::Import(command) => import::run(wired, command),
        Command::Rules(command) => rules::run(wired, command),
        Command::Detector(command) => detector::run(wired, command),
        Command::Mail { of, act } => mail::run(wired, &system(wired, &of)?, &act),
        Command::Triggers(command) => triggers::run(wired, command),
        Command::Webhooks { of, act } => webhooks::run(wired, &system(wired, &of)?, act),
        Command::QueueList { of, stream, rows } => {
            waiting::list(wired, &system(wired, &of)?, stream.as_deref(), rows)
        }
        _ => unreachable!("handled before: they need more, or less, than the database"),
    }
}

fn organisation_list(wired: &Wired) -> anyhow::Result<Output> {
    let ids = wired.world.organisations()?;
    Ok(ids
        .into_iter()
        .fold(Output::new(), |out, id| out.field("organisation", id)))
}

fn reset_second_factor(wired: &Wired, ctx: &Ctx, user: &str) -> anyhow::Result<Output> {
    let id: UserId = user.parse()?;
    wired.people.reset_second_factor(ctx, id)?;
    Ok(Output::new().field("reset", id))
}

fn key_revoke(wired: &Wired, ctx: &Ctx, key: &str) -> anyhow::Result<Output> {
    let id: ApiKeyId = key.parse()?;
    wired.people.revoke_key(ctx, id)?;
    Ok(Output::new().field("revoked", id))
}

fn rotate_organisation(wired: &Wired, ctx: &Ctx) -> anyhow::Result<Output> {
    let rotated = wired.world.rotate_organisation_key(ctx.organisation())?;
    Ok(Output::new().field("keys_wrapped", rotated.keys))
}

fn recovery_codes(wired: &Wired, ctx: &Ctx, user: &str) -> anyhow::Result<Output> {
    let codes = wired.people.make_recovery_codes_for(ctx, user.parse()?)?;
    let out = Output::new();
    Ok(codes
        .iter()
        .fold(out, |out, code| out.field("code", code.expose())))
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
        .fold(out, |out, r| out.record(&r.name, &r.kind, &r.value)))
}

fn mailbox_add(wired: &Wired, of: &Of, address: &str) -> anyhow::Result<Output> {
    let ctx = system(wired, of)?;
    wired.flow.add_mailbox(&ctx, &Address::parse(address)?)?;
    Ok(Output::new().field("mailbox", "added"))
}

fn mailbox_remove(wired: &Wired, of: &Of, address: &str) -> anyhow::Result<Output> {
    let ctx = system(wired, of)?;
    wired.flow.remove_mailbox(&ctx, &Address::parse(address)?)?;
    Ok(Output::new().field("mailbox", "removed"))
}

fn report_addresses(wired: &Wired, ctx: &Ctx) -> anyhow::Result<Output> {
    let mut out = Output::new();
    for domain in wired.people.domains(ctx)? {
        let address = wired.flow.report_address(ctx.organisation(), domain.id)?;
        let address = address.context("the configuration has no [inbound] section")?;
        out = out.field(
            "rua",
            format!("{} mailto:{}", domain.name, address.as_str()),
        );
    }
    Ok(out)
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

/// Asks a person at a terminal; a script says `--yes`.
fn sure(yes: bool, what: &str) -> anyhow::Result<()> {
    if yes {
        return Ok(());
    }
    anyhow::ensure!(
        std::io::stdin().is_terminal(),
        "{what} Say --yes to go on without being asked."
    );
    crate::terminal::ask(&format!("{what} Go on? [y/N] "));
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    anyhow::ensure!(
        answer.trim().eq_ignore_ascii_case("y"),
        "nothing was changed"
    );
    Ok(())
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
    // First that the data is ours alone and opens: where it does not, nothing is changed.
    let before = wire(config)?;
    let rotated = vault::FileRoot::rotate(&config.keys.root_file, &vault::SystemRng)?;
    if let Store::Sqlite { dir } = &config.store {
        page_key::rewrap(dir, &rotated, &vault::SystemRng)?;
    }
    before.close();
    let wired = wire(config)?;
    let count = wired.world.rewrap_organisation_keys()?;
    while wired.world.sequence()? > 0 {}
    Output::new()
        .field("root", rotated.fingerprints().join(" "))
        .field("keys_wrapped", count.keys)
        .print();
    Ok(())
}
