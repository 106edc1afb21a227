//! Where a request came from, as far as it may be remembered: a network and a program, never an address.
//!
//! Invariant: what is kept tells places and programs apart and names nobody; it appears in no `Debug`.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use model::limits;

/// Over which network and with which program.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Came {
    network: Option<String>,
    agent: Option<String>,
}

impl Came {
    /// Of an IPv4 address the first 24 bits count, of an IPv6 one the first 48: a provider's customers move
    /// within them. Of a `User-Agent` (RFC 9110 §10.1.5) the name of the product, without its version.
    pub fn new(from: Option<IpAddr>, agent: Option<&str>) -> Self {
        Self {
            network: from.map(network),
            agent: agent.and_then(product),
        }
    }

    pub fn network(&self) -> Option<&str> {
        self.network.as_deref()
    }
    pub fn agent(&self) -> Option<&str> {
        self.agent.as_deref()
    }
}

impl std::fmt::Debug for Came {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Came(..)")
    }
}

fn network(ip: IpAddr) -> String {
    match ip.to_canonical() {
        IpAddr::V4(ip) => {
            let [a, b, c, _] = ip.octets();
            format!("{}/24", Ipv4Addr::new(a, b, c, 0))
        }
        IpAddr::V6(ip) => {
            let [a, b, c, ..] = ip.segments();
            format!("{}/48", Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0))
        }
    }
}

fn product(agent: &str) -> Option<String> {
    let name = agent.split(['/', ' ', ';', '(']).next()?.trim();
    let name: String = name.chars().take(limits::AGENT_LETTERS_MAX).collect();
    (!name.is_empty()).then(|| name.to_ascii_lowercase())
}

#[cfg(test)]
mod tests;
