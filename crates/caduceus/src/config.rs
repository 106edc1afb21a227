//! One TOML file. Unknown keys are refused with the nearest known one named; a setting that weakens
//! the service has `danger` in its name.

use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use serde::Deserialize;

#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Our name in EHLO, Received and Message-ID.
    pub hostname: String,
    /// Where readers and staff reach the web, without a slash at the end.
    pub portal_url: String,
    pub store: Store,
    pub keys: Keys,
    pub tls: Option<Tls>,
    #[serde(default)]
    pub listen: Listen,
    #[serde(default)]
    pub delivery: Delivery,
    #[serde(default)]
    pub api: Api,
    #[serde(default)]
    pub policy: Policy,
    /// Sending addresses; none means whatever address the system chooses, under `hostname`.
    #[serde(default, rename = "source")]
    pub sources: Vec<Source>,
    /// Which mail leaves by which sources; what no pool names leaves by all of them.
    #[serde(default, rename = "pool")]
    pub pools: Vec<Pool>,
    /// Taking mail in: bounces, reports, answers, letters to staff. Left out, nothing comes in.
    pub inbound: Option<Inbound>,
    #[serde(default)]
    pub health: Health,
    #[serde(default)]
    pub records: Records,
    #[serde(default)]
    pub anchors: Anchors,
    #[serde(default)]
    pub log: Log,
    #[serde(default)]
    pub telemetry: Telemetry,
}

/// What is kept, and how it goes.
#[derive(Deserialize, Clone, Copy)]
#[serde(deny_unknown_fields)]
pub struct Records {
    /// Days after which no backup of the database is left: a certificate of disposal is provisional for so long,
    /// since a backup holds the keys of what was destroyed. Default: 30.
    pub backup_days: u32,
}

impl Default for Records {
    fn default() -> Self {
        Self {
            backup_days: model::limits::BACKUP_DAYS,
        }
    }
}

/// Where the newest checkpoint of each audit log goes once a day, out of the hands of whoever runs this. Nowhere by
/// default.
#[derive(Deserialize, Clone, Default)]
#[serde(deny_unknown_fields)]
pub struct Anchors {
    /// A folder that somebody else copies, or a disk that is written once: one file an organisation.
    pub folder: Option<PathBuf>,
    /// An authority that stamps with the time (RFC 3161), such as `https://tsa.example/`.
    pub authority_url: Option<String>,
    /// The certificates (PEM) of authorities whose stamps are believed.
    pub authority_file: Option<PathBuf>,
    /// Addresses, such as counsel's, that get it as a letter.
    #[serde(default)]
    pub mail: Vec<String>,
}

/// What is watched of the sending domains.
#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub struct Health {
    /// Look at each sending domain once a day, and when somebody asks.
    #[serde(default = "yes")]
    pub daily: bool,
    /// DNS zones that list addresses, asked about ours at each look. None by default: asking tells
    /// their operators about us.
    #[serde(default)]
    pub blocklists: Vec<String>,
}

impl Default for Health {
    fn default() -> Self {
        Self {
            daily: yes(),
            blocklists: Vec::new(),
        }
    }
}

fn yes() -> bool {
    true
}

#[derive(Deserialize, Clone, Default)]
#[serde(deny_unknown_fields)]
pub struct Log {
    #[serde(default)]
    pub format: LogFormat,
    /// `error`, `warn`, `info` (by default), `debug` or `trace`, of our own parts; `CADUCEUS_LOG` in
    /// the environment is asked first. Other libraries are heard from `info` up.
    pub level: Option<String>,
}

/// Who hears how long each stage took.
#[derive(Deserialize, Clone, Default)]
#[serde(deny_unknown_fields)]
pub struct Telemetry {
    /// Where an OpenTelemetry collector takes traces (OTLP over HTTP), such as
    /// `http://127.0.0.1:4318`; none by default. Spans hold ids and numbers, never a value.
    pub otlp: Option<String>,
}

#[derive(Deserialize, Clone, Copy, Default, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// One object a line.
    #[default]
    Json,
    /// For reading at a terminal.
    Text,
}

#[derive(Deserialize, Clone)]
#[serde(tag = "engine", rename_all = "lowercase", deny_unknown_fields)]
pub enum Store {
    /// One process, one folder, encrypted pages.
    Sqlite { dir: PathBuf },
    /// Any number of nodes.
    Postgres {
        /// A file that holds the connection URL, readable by the service alone.
        url_file: PathBuf,
        ca_file: Option<PathBuf>,
        #[serde(default = "connections")]
        connections: usize,
        blob_dir: PathBuf,
    },
}

fn connections() -> usize {
    8
}

#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    /// The root key file; keep it on another disk than the data. Made at the first start.
    pub root_file: PathBuf,
}

#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    /// PEM chain for submission and web.
    pub certificate_file: PathBuf,
    pub key_file: PathBuf,
}

#[derive(Deserialize, Clone, Default)]
#[serde(deny_unknown_fields)]
pub struct Listen {
    /// Submission with TLS from the first byte (port 465).
    pub smtps: Option<SocketAddr>,
    /// Submission with STARTTLS (port 587).
    pub submission: Option<SocketAddr>,
    /// API, portal and console.
    pub https: Option<SocketAddr>,
    /// The same without TLS, for loopback behind a proxy that does TLS.
    pub danger_http: Option<SocketAddr>,
    /// Prometheus metrics; keep it on loopback.
    pub metrics: Option<SocketAddr>,
}

/// How often one app may ask, with each of its two kinds of key.
#[derive(Deserialize, Clone, Default)]
#[serde(deny_unknown_fields)]
pub struct Api {
    /// Requests that may come at once after a rest; 2000 when left out.
    pub rate_burst: Option<NonZeroU32>,
    /// Requests a second that may go on for ever; 200 when left out.
    pub rate_per_second: Option<NonZeroU32>,
}

impl Api {
    pub fn settings(&self) -> api::Settings {
        let mut settings = api::Settings::default();
        if let Some(burst) = self.rate_burst {
            settings.rate.burst = burst.get();
        }
        if let Some(per_second) = self.rate_per_second {
            settings.rate.per_second = per_second.get();
        }
        settings
    }
}

#[derive(Deserialize, Clone, Default)]
#[serde(deny_unknown_fields)]
pub struct Delivery {
    /// Authorities (PEM) trusted for MX certificates beside the public ones.
    #[serde(default)]
    pub ca_files: Vec<PathBuf>,
    /// Name servers; empty means the system's.
    #[serde(default)]
    pub name_servers: Vec<SocketAddr>,
    /// Keys that DNSSEC starts from (DNSKEY records in a zone file's form); none means the root's.
    pub trust_anchor: Option<PathBuf>,
    /// Do not validate DNS answers: DANE is then never used. For name servers that strip signatures.
    #[serde(default)]
    pub danger_no_dnssec: bool,
    /// Public addresses of this service that its interfaces do not show.
    #[serde(default)]
    pub own_addresses: Vec<IpAddr>,
    /// Deliver to loopback and private addresses too.
    #[serde(default)]
    pub danger_allow_private_destinations: bool,
    /// What providers take from us, on top of what the program knows (docs/shaping.md).
    pub shaping_file: Option<PathBuf>,
    /// Messages a day from a new source to one provider: the first day, the second, … Default: 30
    /// days from 50 to 320,000 (docs/shaping.md).
    #[serde(default)]
    pub warm_up_days: Vec<u32>,
    /// Deliveries that are held in memory (default 200,000, some 500 octets each); what is over that waits
    /// in the database.
    pub in_memory_max: Option<usize>,
    /// Domains whose MX host is given here instead of by DNS. Protection is demanded all the same.
    #[serde(default)]
    pub routes: Vec<Route>,
}

/// One sending address.
#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Shown on the queue page and in metrics.
    pub name: String,
    /// Its name in EHLO; its address record should be the address that receivers see.
    pub ehlo: String,
    /// The local address to connect from; with HAProxy, the address that the proxy connects from.
    pub bind: Option<IpAddr>,
    /// Its share of a pool's mail.
    #[serde(default = "one")]
    pub weight: u32,
    /// The day (UTC) a new address was first used: it carries little at first and more day by day.
    pub warm_from: Option<String>,
    pub proxy: Option<Proxy>,
    /// It signs what leaves by it, beside the author's domain.
    pub dkim: Option<SourceDkim>,
}

/// A source's own DKIM key.
#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub struct SourceDkim {
    /// The domain that answers for the source: `d=` of its signature.
    pub domain: String,
    pub selector: String,
    /// A private key (PEM, PKCS #8): RSA of 2048 bits or more, or Ed25519.
    pub key_file: PathBuf,
}

fn one() -> u32 {
    1
}

/// What a source's connections go through.
#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum Proxy {
    /// HAProxy that reads the PROXY protocol, version 2.
    Haproxy(SocketAddr),
    /// SOCKS5 without authentication.
    Socks5(SocketAddr),
}

/// Sources for the mail of a stream, of an organisation, of both. The most particular pool counts.
#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub struct Pool {
    /// transactional or marketing
    pub stream: Option<String>,
    /// An organisation's id.
    pub organisation: Option<String>,
    pub sources: Vec<String>,
}

#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub struct Inbound {
    /// Where the MX listens (port 25). A node without it still gives out return paths.
    pub listen: Option<SocketAddr>,
    /// The domain of return paths, reply and report addresses, whose MX record names this service;
    /// `hostname` when left out.
    pub domain: Option<String>,
    /// Letters without a Reply-To of their own ask for answers to come back here.
    #[serde(default = "yes")]
    pub replies: bool,
    /// Strangers who write to people here are asked to come back after a minute.
    #[serde(default)]
    pub greylist: bool,
    /// ClamAV: each message for people is scanned before it is taken in. Set its `AlertExceedsMax yes`, and
    /// `StreamMaxLength` above 36M.
    pub clamd: Option<Clamd>,
    /// rspamd: its advice on each message for people becomes a suspicion. Turn off what it asks of others
    /// with content (fuzzy hashes, URL services).
    pub rspamd: Option<Rspamd>,
}

/// One of `socket` and `address`.
#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub struct Clamd {
    /// A Unix socket, such as `/run/clamav/clamd.ctl`.
    pub socket: Option<PathBuf>,
    /// A loopback address and port.
    pub address: Option<SocketAddr>,
    /// What becomes of a message in which it finds something.
    #[serde(default)]
    pub found: Found,
    /// The address may be another machine's: mail travels there in the clear.
    #[serde(default)]
    pub danger_remote: bool,
}

/// One of `socket` and `address`.
#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub struct Rspamd {
    /// A Unix socket of its normal worker.
    pub socket: Option<PathBuf>,
    /// A loopback address and port, such as `127.0.0.1:11333`.
    pub address: Option<SocketAddr>,
    /// What becomes of a message that it would reject.
    #[serde(default)]
    pub found: Found,
    /// The address may be another machine's: mail travels there in the clear.
    #[serde(default)]
    pub danger_remote: bool,
}

#[derive(Deserialize, Clone, Copy, Default, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Found {
    /// Taken in; nobody reads it before somebody decided.
    #[default]
    Quarantine,
    /// Refused while its client listens.
    Reject,
}

#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub struct Route {
    pub domain: String,
    /// The name that the host's certificate must have.
    pub host: String,
    pub ip: IpAddr,
    pub port: u16,
}

#[derive(Deserialize, Clone, Default)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// Sending domains whose mail is declared free of PHI. It is scanned like any mail, and what
    /// something is found in goes by verified TLS or the portal; the rest takes what the wire offers.
    #[serde(default)]
    pub danger_declared_free: Vec<String>,
}

impl Policy {
    pub fn declared_free(&self) -> anyhow::Result<Vec<model::Domain>> {
        self.danger_declared_free
            .iter()
            .map(|name| model::Domain::parse(name).context("policy.danger_declared_free"))
            .collect()
    }
}

pub fn load(path: &Path) -> anyhow::Result<Config> {
    let text =
        std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    parse(&text).with_context(|| format!("{} is not a valid configuration", path.display()))
}

pub(crate) fn parse(text: &str) -> anyhow::Result<Config> {
    let config: Config = match toml::from_str(text) {
        Ok(config) => config,
        // The message without the excerpt: an excerpt could show a secret.
        Err(error) => bail!("{}{}", error.message(), nearest(error.message())),
    };
    if model::Domain::parse(&config.hostname).is_err() {
        bail!("hostname is not a domain name");
    }
    if config.portal_url.ends_with('/') || !config.portal_url.starts_with("http") {
        bail!("portal_url must start with https:// and have no slash at its end");
    }
    if let Some(collector) = &config.telemetry.otlp
        && (collector.ends_with('/') || !collector.starts_with("http"))
    {
        bail!("telemetry.otlp must start with http:// or https:// and have no slash at its end");
    }
    config.policy.declared_free()?;
    let inbound = config.inbound.as_ref();
    if let Some(domain) = inbound.and_then(|i| i.domain.as_ref())
        && model::Domain::parse(domain).is_err()
    {
        bail!("inbound.domain is not a domain name");
    }
    crate::engines::build(inbound)?;
    let needs_tls = config
        .listen
        .smtps
        .or(inbound.and_then(|i| i.listen))
        .or(config.listen.submission)
        .or(config.listen.https);
    if needs_tls.is_some() && config.tls.is_none() {
        bail!(
            "listen.smtps, listen.submission, listen.https and inbound.listen need a [tls] section"
        );
    }
    if let Some(http) = config.listen.danger_http
        && !http.ip().is_loopback()
    {
        bail!("listen.danger_http must be a loopback address");
    }
    Ok(config)
}

/// «unknown field `lisen`, expected one of `listen`, …» gains «; did you mean `listen`?».
fn nearest(message: &str) -> String {
    let Some(rest) = message.strip_prefix("unknown field `") else {
        return String::new();
    };
    let Some((given, expected)) = rest.split_once('`') else {
        return String::new();
    };
    let known = expected.split('`').skip(1).step_by(2);
    match known.min_by_key(|name| strsim::damerau_levenshtein(name, given)) {
        Some(name) => format!("; did you mean `{name}`?"),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests;
