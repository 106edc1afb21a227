//! The engines beside us, as configured.
//!
//! Invariant: content goes to this machine alone, unless `danger_remote` says otherwise.

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::bail;
use mta::{Engine, EngineAt, Engines, OnFound};

use crate::config::{Found, Inbound};

pub fn build(inbound: Option<&Inbound>) -> anyhow::Result<Engines> {
    let Some(inbound) = inbound else {
        return Ok(Engines::default());
    };
    let clamd = inbound.clamd.as_ref().map(|set| {
        let at = place("inbound.clamd", &set.socket, set.address, set.danger_remote)?;
        anyhow::Ok(engine(at, set.found))
    });
    let rspamd = inbound.rspamd.as_ref().map(|set| {
        let at = place(
            "inbound.rspamd",
            &set.socket,
            set.address,
            set.danger_remote,
        )?;
        anyhow::Ok(engine(at, set.found))
    });
    Ok(Engines::new(clamd.transpose()?, rspamd.transpose()?))
}

fn engine(at: EngineAt, found: Found) -> Engine {
    let found = match found {
        Found::Quarantine => OnFound::Quarantine,
        Found::Reject => OnFound::Reject,
    };
    Engine { at, found }
}

fn place(
    section: &str,
    socket: &Option<PathBuf>,
    address: Option<SocketAddr>,
    danger_remote: bool,
) -> anyhow::Result<EngineAt> {
    match (socket, address) {
        (Some(socket), None) => Ok(EngineAt::Unix(socket.clone())),
        (None, Some(address)) if address.ip().is_loopback() || danger_remote => {
            Ok(EngineAt::Tcp(address))
        }
        (None, Some(_)) => bail!("{section}.address must be a loopback address"),
        _ => bail!("{section} needs one of socket and address"),
    }
}
