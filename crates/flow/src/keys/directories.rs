//! Directories (LDAP) that an organisation asks for certificates of its recipients: put on record by who manages
//! encryption, tried, taken out.
//!
//! An administrator may name a server inside a private network, which nobody else may: that it was named, and when it was
//! tried, is in the audit log. Invariants: a directory is never asked in the clear; its password is shown to nobody, and
//! goes to no other server than the one it was given for.

use std::sync::Arc;

use ctx::{Action, Ctx, Event};
use model::{
    Address, Code, DirectoryId, DirectoryTls, Domain, Error, Result, Secret, Timestamp, limits,
};
use seal::smime::Certificate;
use serde::{Deserialize, Serialize};
use store::Tx;
use store::tables::{directories as table, item_keys};

use super::asked::{Search, Server, Tried};
use super::kept::{base64, unbase64};
use crate::Flow;
use crate::envelope::{open_json, seal_json};

/// What somebody records of a directory.
#[derive(Clone)]
pub struct DirectorySpec {
    /// Small letters, digits and hyphens.
    pub name: String,
    pub host: String,
    pub port: u16,
    pub tls: DirectoryTls,
    pub base: String,
    /// None: nobody in particular.
    pub bind_name: Option<String>,
    /// None keeps the one on record, where host, port and name stay the same.
    pub password: Option<Secret<String>>,
    /// Certificates (PEM) of the authorities that the server is held against; empty: those that everybody trusts.
    pub roots: String,
    /// Whose addresses it is asked for; empty: all that are not the organisation's own.
    pub domains: Vec<String>,
}

/// A directory as people see it.
pub struct DirectoryView {
    pub id: DirectoryId,
    pub name: String,
    pub host: String,
    pub port: u16,
    pub tls: DirectoryTls,
    pub base: String,
    pub bind_name: Option<String>,
    /// SHA-256 of each of its authorities, in lower-case hexadecimal.
    pub roots: Vec<String>,
    pub domains: Vec<String>,
    pub changed_at: Timestamp,
    pub changed_by: String,
}

/// What is sealed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Kept {
    name: String,
    host: String,
    port: u16,
    tls: DirectoryTls,
    base: String,
    /// Name and password.
    bind: Option<(String, String)>,
    /// DER in base64.
    roots: Vec<String>,
    domains: Vec<String>,
}

impl Flow {
    /// Oldest first.
    pub fn directories(&self, ctx: &Ctx) -> Result<Vec<DirectoryView>> {
        allow(ctx)?;
        let ctx2 = ctx.clone();
        self.world().store.read(move |tx| {
            let rows = table::list(tx, ctx2.organisation())?;
            rows.iter().map(|row| view(&ctx2, tx, row)).collect()
        })
    }

    /// Asked from the next message on.
    ///
    /// # Errors
    /// `field_invalid` and `field_missing` at what is wrong, at `/directories` where there are
    /// [`limits::DIRECTORIES_MAX`]; `state_conflict` where another has the name.
    pub fn add_directory(&self, ctx: &Ctx, spec: &DirectorySpec) -> Result<DirectoryId> {
        allow(ctx)?;
        let kept = Kept::of(spec, None)?;
        let ctx2 = ctx.clone();
        self.world().store.write(move |tx| {
            // Into memory first: a transaction cannot wait for another.
            ctx2.world().keys_in(tx, ctx2.organisation())?;
            if table::list(tx, ctx2.organisation())?.len() >= limits::DIRECTORIES_MAX {
                return Err(Error::new(Code::FieldInvalid).at("/directories"));
            }
            let (world, now) = (ctx2.world(), ctx2.now());
            let id = DirectoryId::mint(now, world.rng.as_ref());
            let key = world.new_item_key(ctx2.organisation(), *id.as_bytes())?;
            let row = table::Directory {
                id,
                organisation: ctx2.organisation(),
                name_token: kept.name_token(&ctx2)?,
                sealed_directory: seal_json(&kept, key.opened(), place(&id), world.rng.as_ref())?,
                created_at: now,
                changed_at: now,
                changed_by: ctx2.actor().to_owned(),
            };
            if !table::insert(tx, &row)? {
                return Err(Error::new(Code::StateConflict).at("/name"));
            }
            key.insert(tx)?;
            kept.record_set(&ctx2, tx, id)?;
            Ok(id)
        })
    }

    /// Another in its place.
    ///
    /// # Errors
    /// As [`Flow::add_directory`]; `not_found`.
    pub fn change_directory(&self, ctx: &Ctx, id: DirectoryId, spec: &DirectorySpec) -> Result<()> {
        allow(ctx)?;
        let (ctx2, spec) = (ctx.clone(), spec.clone());
        self.world().store.write(move |tx| {
            // Into memory first: a transaction cannot wait for another.
            ctx2.world().keys_in(tx, ctx2.organisation())?;
            let organisation = ctx2.organisation();
            let mut row = table::load(tx, id, organisation)?;
            let kept = Kept::of(&spec, Some(Kept::open(&ctx2, tx, &row)?))?;
            row.name_token = kept.name_token(&ctx2)?;
            let mut others = table::list(tx, organisation)?.into_iter();
            if others.any(|other| other.id != id && other.name_token == row.name_token) {
                return Err(Error::new(Code::StateConflict).at("/name"));
            }
            let key = ctx2.world().item_key(tx, organisation, id.as_bytes())?;
            let rng = ctx2.world().rng.as_ref();
            row.sealed_directory = seal_json(&kept, &key, place(&id), rng)?;
            row.changed_at = ctx2.now();
            ctx2.actor().clone_into(&mut row.changed_by);
            table::update(tx, &row)?;
            kept.record_set(&ctx2, tx, id)
        })
    }

    /// # Errors
    /// `not_found`.
    pub fn remove_directory(&self, ctx: &Ctx, id: DirectoryId) -> Result<()> {
        allow(ctx)?;
        let ctx2 = ctx.clone();
        self.world().store.write(move |tx| {
            let organisation = ctx2.organisation();
            let row = table::load(tx, id, organisation)?;
            // What does not open can be removed all the same.
            let name = Kept::open(&ctx2, tx, &row).map_or(String::new(), |kept| kept.name);
            table::remove(tx, id, organisation)?;
            table::forget_answers(tx, organisation)?;
            item_keys::destroy(tx, id.as_bytes(), organisation)?;
            let event = Event::new("directory.removed").about(id);
            ctx2.record(tx, event.fact("name", name)).map(drop)
        })
    }

    /// Asks it for one address now. What is found is counted and not kept.
    ///
    /// # Errors
    /// `not_found`.
    pub fn try_directory(&self, ctx: &Ctx, id: DirectoryId, address: &Address) -> Result<Tried> {
        allow(ctx)?;
        let ctx2 = ctx.clone();
        let kept = self.world().store.read(move |tx| {
            let row = table::load(tx, id, ctx2.organisation())?;
            Kept::open(&ctx2, tx, &row)
        })?;
        let directories = self.lookups().directories();
        let directories = directories.ok_or_else(|| Error::new(Code::StateConflict))?;
        let search = Search {
            server: Arc::new(kept.server()?),
            addresses: vec![address.clone()],
        };
        let tried = directories.try_out(search, limits::KEY_LOOKUP_WAIT);
        let ctx2 = ctx.clone();
        self.world().store.write(move |tx| {
            let event = Event::new("directory.tried").about(id);
            let event = event.fact("name", kept.name.clone());
            let event = event.fact("step", tried.step).fact("found", tried.found);
            ctx2.record(tx, event).map(drop)
        })?;
        Ok(tried)
    }
}

fn allow(ctx: &Ctx) -> Result<()> {
    ctx.allow(Action::EncryptionManage, &ctx.own("directory"))?;
    crate::view::live_only(ctx)
}

/// All directories of an organisation, ready to be asked.
pub(super) struct Servers(Vec<(Arc<Server>, Vec<String>)>);

impl Servers {
    /// None where nobody is to be asked for.
    pub fn open(ctx: &Ctx, is_wanted: bool) -> Result<Self> {
        if !is_wanted {
            return Ok(Self(Vec::new()));
        }
        ctx.world().keys(ctx.organisation())?;
        let ctx2 = ctx.clone();
        let all = ctx.world().store.read(move |tx| {
            let rows = table::list(tx, ctx2.organisation())?;
            let kept = rows.iter().map(|row| Kept::open(&ctx2, tx, row));
            kept.filter_map(readable).collect::<Result<Vec<_>>>()
        })?;
        let servers = all.into_iter().filter_map(|kept| {
            let server = readable(kept.server())?;
            Some(server.map(|server| (Arc::new(server), kept.domains)))
        });
        Ok(Self(servers.collect::<Result<_>>()?))
    }

    /// Each for those of the addresses that it is asked for.
    pub fn searches(&self, addresses: Vec<Address>) -> Vec<Search> {
        let searches = self.0.iter().map(|(server, domains)| {
            let is_its = |address: &&Address| {
                domains.is_empty() || domains.iter().any(|d| d == address.domain().as_str())
            };
            Search {
                server: server.clone(),
                addresses: addresses.iter().filter(is_its).cloned().collect(),
            }
        });
        searches
            .filter(|search| !search.addresses.is_empty())
            .collect()
    }
}

impl Search {
    /// The same once more.
    pub(super) fn again(&self) -> Self {
        Self {
            server: self.server.clone(),
            addresses: self.addresses.clone(),
        }
    }
}

impl Kept {
    fn of(spec: &DirectorySpec, before: Option<Self>) -> Result<Self> {
        let wrong = |at: &'static str| Error::new(Code::FieldInvalid).at(at);
        if !is_name(&spec.name) {
            return Err(wrong("/name"));
        }
        let host = Domain::parse(&spec.host).map_err(|_| wrong("/host"))?;
        if spec.port == 0 {
            return Err(wrong("/port"));
        }
        if !is_text(&spec.base) {
            return Err(wrong("/base"));
        }
        if spec.domains.len() > limits::DIRECTORY_DOMAINS_MAX {
            return Err(wrong("/domains"));
        }
        let domains = spec.domains.iter().map(|text| Domain::parse(text));
        let domains = domains.collect::<Result<Vec<_>, _>>();
        let domains = domains.map_err(|_| wrong("/domains"))?;
        let mut kept = Self {
            name: spec.name.clone(),
            host: host.as_str().to_owned(),
            port: spec.port,
            tls: spec.tls,
            base: spec.base.clone(),
            bind: None,
            roots: roots(&spec.roots)?,
            domains: domains.iter().map(|d| d.as_str().to_owned()).collect(),
        };
        kept.bind = bind(spec, &kept, before)?;
        Ok(kept)
    }

    fn open(ctx: &Ctx, tx: &mut Tx<'_>, row: &table::Directory) -> Result<Self> {
        let key = ctx
            .world()
            .item_key(tx, row.organisation, row.id.as_bytes())?;
        open_json(&row.sealed_directory, &key, place(&row.id))
    }

    fn name_token(&self, ctx: &Ctx) -> Result<[u8; 32]> {
        let keys = ctx.world().keys(ctx.organisation())?;
        Ok(keys.blind("directory", &self.name))
    }

    fn server(&self) -> Result<Server> {
        let host = Domain::parse(&self.host);
        let roots = self.roots.iter().map(|root| unbase64(root));
        Ok(Server {
            host: host.map_err(|_| Error::new(Code::StoredDataInvalid))?,
            port: self.port,
            tls: self.tls,
            roots: roots.collect::<Result<_>>()?,
            base: self.base.clone(),
            bind: self
                .bind
                .clone()
                .map(|(name, password)| (name, Secret::new(password))),
        })
    }

    /// What was answered before counts no more.
    fn record_set(&self, ctx: &Ctx, tx: &mut Tx<'_>, id: DirectoryId) -> Result<()> {
        table::forget_answers(tx, ctx.organisation())?;
        let event = Event::new("directory.set")
            .about(id)
            .fact("name", self.name.clone())
            .fact("host", self.host.clone())
            .fact("port", u64::from(self.port))
            .fact("tls", self.tls)
            .fact("bound", self.bind.is_some())
            .fact("domains", self.domains.len());
        ctx.record(tx, event).map(drop)
    }
}

fn is_name(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    (1..=40).contains(&text.len()) && text.chars().all(fits)
}

fn is_text(text: &str) -> bool {
    text.len() <= limits::DIRECTORY_TEXT_OCTETS_MAX && !text.chars().any(char::is_control)
}

fn roots(pem: &str) -> Result<Vec<String>> {
    let wrong = || Error::new(Code::KeyFileInvalid).at("/roots");
    if pem.trim().is_empty() {
        return Ok(Vec::new());
    }
    if pem.len() > limits::DIRECTORY_ROOTS_OCTETS_MAX {
        return Err(wrong());
    }
    let all = Certificate::parse_all(pem.as_bytes()).map_err(|e| wrong().because(e))?;
    Ok(all.iter().map(|one| base64(one.der())).collect())
}

/// A password is for the server and the name that it was given for. One that is empty would be taken for nobody in
/// particular (RFC 4513 §5.1.2).
fn bind(
    spec: &DirectorySpec,
    new: &Kept,
    before: Option<Kept>,
) -> Result<Option<(String, String)>> {
    let Some(name) = &spec.bind_name else {
        return match spec.password {
            Some(_) => Err(Error::new(Code::FieldMissing).at("/bind_name")),
            None => Ok(None),
        };
    };
    if name.is_empty() || !is_text(name) {
        return Err(Error::new(Code::FieldInvalid).at("/bind_name"));
    }
    match &spec.password {
        Some(password) => match password.expose() {
            text if !text.is_empty() && is_text(text) => Ok(Some((name.clone(), text.clone()))),
            _ => Err(Error::new(Code::FieldInvalid).at("/password")),
        },
        None => {
            let same = before.filter(|old| {
                (&old.host, old.port, &old.roots) == (&new.host, new.port, &new.roots)
            });
            let known = same.and_then(|old| old.bind);
            let known = known.filter(|(known, _)| known == name);
            let missing = || Error::new(Code::FieldMissing).at("/password");
            known.map(Some).ok_or_else(missing)
        }
    }
}

/// What is stored and does not open concerns that directory alone: the others are asked and listed all the same.
fn readable<T>(opened: Result<T>) -> Option<Result<T>> {
    match opened {
        Err(error) if matches!(error.code(), Code::StoredDataInvalid | Code::KeyDestroyed) => None,
        other => Some(other),
    }
}

/// One that does not open is listed by its id, so that it can be removed.
fn view(ctx: &Ctx, tx: &mut Tx<'_>, row: &table::Directory) -> Result<DirectoryView> {
    let Some(kept) = readable(Kept::open(ctx, tx, row)) else {
        return Ok(DirectoryView {
            id: row.id,
            name: row.id.to_string(),
            host: String::new(),
            port: 0,
            tls: DirectoryTls::Ldaps,
            base: String::new(),
            bind_name: None,
            roots: Vec::new(),
            domains: Vec::new(),
            changed_at: row.changed_at,
            changed_by: row.changed_by.clone(),
        });
    };
    let kept = kept?;
    let fingerprint = |root: &String| {
        let read = Certificate::from_der(&unbase64(root)?);
        let read = read.map_err(|_| Error::new(Code::StoredDataInvalid))?;
        Ok(hex::encode(read.fingerprint()))
    };
    Ok(DirectoryView {
        id: row.id,
        roots: kept.roots.iter().map(fingerprint).collect::<Result<_>>()?,
        name: kept.name,
        host: kept.host,
        port: kept.port,
        tls: kept.tls,
        base: kept.base,
        bind_name: kept.bind.map(|(name, _)| name),
        domains: kept.domains,
        changed_at: row.changed_at,
        changed_by: row.changed_by.clone(),
    })
}

fn place(id: &DirectoryId) -> (&'static str, &'static str, &[u8; 16]) {
    ("directories", "sealed_directory", id.as_bytes())
}
