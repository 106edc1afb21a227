//! From where a connection leaves: the sending address, the name said in EHLO, the way through.

use std::net::{IpAddr, SocketAddr};

use crate::Domain;

/// One way out. Receivers judge us by its address and its name, so both stay the same over retries.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Egress {
    /// The local address to connect from; none leaves the choice to the system. Through HAProxy it is
    /// the address that the proxy shall connect from.
    pub bind: Option<IpAddr>,
    /// Said in EHLO. Its address record should be the address that receivers see.
    pub ehlo: Domain,
    pub via: Via,
}

/// What a connection goes through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Via {
    Direct,
    /// A HAProxy that takes source and destination from the PROXY protocol's header, version 2.
    Haproxy(SocketAddr),
    /// A SOCKS5 proxy without authentication (RFC 1928).
    Socks5(SocketAddr),
}

impl Egress {
    /// Straight out from whatever address the system chooses.
    pub fn direct(ehlo: Domain) -> Self {
        Self {
            bind: None,
            ehlo,
            via: Via::Direct,
        }
    }
    /// Whether its address can speak to `to` at all: an IPv4 address cannot reach an IPv6 one.
    pub fn reaches(&self, to: IpAddr) -> bool {
        self.bind
            .is_none_or(|from| from.to_canonical().is_ipv4() == to.to_canonical().is_ipv4())
    }
}
