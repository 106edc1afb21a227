//! Connecting to PostgreSQL: the address, encryption, and what each session is told.

use std::net::IpAddr;
use std::path::Path;
use std::time::Duration;

use model::{Code, Error, Result, Secret};
use postgres::config::{Host, SslMode};
use postgres::{Config, NoTls};

use super::link::Link;
use super::tls::Rustls;
use crate::fault::Fault;

/// A closure takes milliseconds: what waits longer is stuck, and must not hold others up.
const SESSION: &str = "SET lock_timeout = '30s';
    SET statement_timeout = '120s';
    SET idle_in_transaction_session_timeout = '120s';
    SET jit = off;
    SET bytea_output = 'hex';";

/// Knows the way to the server.
pub(super) struct Door {
    config: Config,
    tls: Option<Rustls>,
}

impl Door {
    pub(super) fn new(url: &Secret<String>, ca_file: Option<&Path>) -> Result<Self> {
        // The parser's error may quote the password, so it is dropped.
        let invalid = |_| Error::new(Code::ConfigInvalid).at("/store/url");
        let mut config: Config = url.expose().parse().map_err(invalid)?;
        config
            .connect_timeout(Duration::from_secs(10))
            .application_name("caduceus");
        config
            .keepalives_idle(Duration::from_secs(30))
            .tcp_user_timeout(Duration::from_secs(30));
        let tls = match ca_file {
            Some(path) => {
                config.ssl_mode(SslMode::Require);
                Some(Rustls::trusting(path)?)
            }
            None => {
                let chosen = config.get_ssl_mode() == SslMode::Disable;
                if !chosen && !is_local(&config) {
                    let cause =
                        "a server over the network needs ca_file, or sslmode=disable in its URL";
                    return Err(Error::new(Code::ConfigInvalid)
                        .at("/store/ca_file")
                        .because(cause));
                }
                config.ssl_mode(SslMode::Disable);
                None
            }
        };
        Ok(Self { config, tls })
    }

    pub(super) fn connect(&self) -> Result<Link, Fault> {
        let connected = match &self.tls {
            Some(tls) => self.config.connect(tls.clone()),
            None => self.config.connect(NoTls),
        };
        let client = connected.map_err(|e| Fault::postgres(&e, "connect"))?;
        let mut link = Link::new(client);
        link.batch(SESSION, "session settings")?;
        link.demand_durability()?;
        Ok(link)
    }
}

fn is_local(config: &Config) -> bool {
    let loopback = |ip: &IpAddr| ip.is_loopback();
    config.get_hostaddrs().iter().all(loopback)
        && config.get_hosts().iter().all(|host| match host {
            Host::Unix(_) => true,
            Host::Tcp(name) => name == "localhost" || name.parse().is_ok_and(|ip| loopback(&ip)),
        })
}
