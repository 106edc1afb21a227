//! One TOML file. Unknown keys are refused with the nearest known one named; a setting that weakens
//! the service has `danger` in its name.

use std::net::{IpAddr, SocketAddr};
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

#[derive(Deserialize, Clone, Default)]
#[serde(deny_unknown_fields)]
pub struct Delivery {
    /// Authorities (PEM) trusted for MX certificates beside the public ones.
    #[serde(default)]
    pub ca_files: Vec<PathBuf>,
    /// Name servers; empty means the system's.
    #[serde(default)]
    pub name_servers: Vec<SocketAddr>,
    /// Public addresses of this service that its interfaces do not show.
    #[serde(default)]
    pub own_addresses: Vec<IpAddr>,
    /// Deliver to loopback and private addresses too.
    #[serde(default)]
    pub danger_allow_private_destinations: bool,
    /// Domains whose MX host is given here instead of by DNS. Protection is demanded all the same.
    #[serde(default)]
    pub routes: Vec<Route>,
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

pub fn load(path: &Path) -> anyhow::Result<Config> {
    let text =
        std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    parse(&text).with_context(|| format!("{} is not a valid configuration", path.display()))
}

fn parse(text: &str) -> anyhow::Result<Config> {
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
    let needs_tls = config
        .listen
        .smtps
        .or(config.listen.submission)
        .or(config.listen.https);
    if needs_tls.is_some() && config.tls.is_none() {
        bail!("listen.smtps, listen.submission and listen.https need a [tls] section");
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
