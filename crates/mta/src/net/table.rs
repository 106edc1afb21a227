//! A network whose names are a table: for the demo and for tests against servers on loopback.
//!
//! Dialling and TLS are the real ones. A host has a name, an address that appears in evidence
//! (take one of RFC 5737's documentation blocks), and the socket where its server really listens.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use model::Domain;
use model::seams::{Later, MxHosts, Net, NetFault, Wire};

use super::Dialer;

/// Only what was entered exists; everything else is `NoRecord` and may not be dialled.
#[derive(Clone)]
pub struct TableNet {
    dialer: Dialer,
    mx: BTreeMap<Domain, Result<MxHosts, NetFault>>,
    addresses: BTreeMap<Domain, Result<Vec<IpAddr>, NetFault>>,
    sockets: BTreeMap<IpAddr, SocketAddr>,
}

impl TableNet {
    /// `dialer` must allow private destinations, since loopback is one.
    pub fn new(dialer: Dialer) -> Self {
        Self {
            dialer,
            mx: BTreeMap::new(),
            addresses: BTreeMap::new(),
            sockets: BTreeMap::new(),
        }
    }
    /// The MX answer of a domain; an empty list is the null MX.
    pub fn domain(mut self, domain: &Domain, answer: Result<MxHosts, NetFault>) -> Self {
        self.mx.insert(domain.clone(), answer);
        self
    }
    /// One more address of a host; connections to `ip` go to `socket`.
    pub fn host(mut self, host: &Domain, ip: IpAddr, socket: SocketAddr) -> Self {
        let entry = self
            .addresses
            .entry(host.clone())
            .or_insert_with(|| Ok(Vec::new()));
        match entry {
            Ok(known) => known.push(ip),
            Err(_) => *entry = Ok(vec![ip]),
        }
        self.sockets.insert(ip, socket);
        self
    }
    /// Addresses that nobody may dial, or a failing lookup.
    pub fn addresses(mut self, host: &Domain, answer: Result<Vec<IpAddr>, NetFault>) -> Self {
        self.addresses.insert(host.clone(), answer);
        self
    }
}

impl Net for TableNet {
    fn mx<'a>(&'a self, domain: &'a Domain) -> Later<'a, Result<MxHosts, NetFault>> {
        let answer = self
            .mx
            .get(domain)
            .cloned()
            .unwrap_or(Err(NetFault::NoRecord));
        Box::pin(async move { answer })
    }
    fn addresses<'a>(&'a self, host: &'a Domain) -> Later<'a, Result<Vec<IpAddr>, NetFault>> {
        let answer = self
            .addresses
            .get(host)
            .cloned()
            .unwrap_or(Err(NetFault::NoRecord));
        Box::pin(async move { answer })
    }
    fn dial<'a>(
        &'a self,
        to: SocketAddr,
        wait: Duration,
    ) -> Later<'a, Result<Box<dyn Wire>, NetFault>> {
        Box::pin(async move {
            let socket = self.sockets.get(&to.ip()).ok_or(NetFault::Refused)?;
            self.dialer.dial(*socket, wait).await
        })
    }
    fn smtp_port(&self) -> u16 {
        25
    }
    fn may_dial(&self, ip: IpAddr) -> bool {
        self.sockets.contains_key(&ip)
    }
}
