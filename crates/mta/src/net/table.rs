//! A network whose names are a table: for the demo and for tests against servers on loopback.
//!
//! Dialling and TLS are the real ones. A host has a name, an address that appears in evidence
//! (take one of RFC 5737's documentation blocks), and the socket where its server really listens.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use model::seams::{
    Answer, Egress, HttpAnswer, HttpRequest, HttpTo, Later, MxHosts, Net, NetFault, Wire,
};
use model::{Domain, Tlsa};

use super::{Dialer, http};

/// Only what was entered exists; everything else is `NoRecord` and may not be dialled.
#[derive(Clone)]
pub struct TableNet {
    dialer: Dialer,
    mx: BTreeMap<Domain, Result<MxHosts, NetFault>>,
    addresses: BTreeMap<Domain, Result<Vec<IpAddr>, NetFault>>,
    sockets: BTreeMap<IpAddr, SocketAddr>,
    texts: BTreeMap<String, Result<Vec<Vec<u8>>, NetFault>>,
    names: BTreeMap<IpAddr, Vec<Domain>>,
    tlsa: BTreeMap<Domain, Result<Answer<Vec<Tlsa>>, NetFault>>,
    pages: BTreeMap<String, Result<HttpAnswer, NetFault>>,
    /// Whether MX, address and TXT answers count as proved by DNSSEC.
    secure: bool,
}

impl TableNet {
    /// `dialer` must allow private destinations, since loopback is one.
    pub fn new(dialer: Dialer) -> Self {
        Self {
            dialer,
            mx: BTreeMap::new(),
            addresses: BTreeMap::new(),
            sockets: BTreeMap::new(),
            texts: BTreeMap::new(),
            names: BTreeMap::new(),
            tlsa: BTreeMap::new(),
            pages: BTreeMap::new(),
            secure: false,
        }
    }
    /// From now on MX, address and TXT answers count as proved by DNSSEC.
    pub fn secure(mut self) -> Self {
        self.secure = true;
        self
    }
    /// One TXT record more, or a failing lookup.
    pub fn text(mut self, name: &str, answer: Result<&str, NetFault>) -> Self {
        let entry = self.texts.entry(name.to_owned()).or_insert(Ok(Vec::new()));
        match (entry, answer) {
            (Ok(known), Ok(text)) => known.push(text.into()),
            (entry, answer) => *entry = answer.map(|text| vec![text.into()]),
        }
        self
    }
    /// What an address is called.
    pub fn name(mut self, ip: IpAddr, name: &Domain) -> Self {
        self.names.entry(ip).or_default().push(name.clone());
        self
    }
    /// The TLSA records of a host's mail port.
    pub fn tlsa(mut self, host: &Domain, answer: Result<Answer<Vec<Tlsa>>, NetFault>) -> Self {
        self.tlsa.insert(host.clone(), answer);
        self
    }
    /// What an URL answers. Others are asked for real, where their host is in the table.
    pub fn page(mut self, url: &str, answer: Result<HttpAnswer, NetFault>) -> Self {
        self.pages.insert(url.to_owned(), answer);
        self
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
    fn mx<'a>(&'a self, domain: &'a Domain) -> Later<'a, Result<Answer<MxHosts>, NetFault>> {
        let answer = self.mx.get(domain).cloned();
        self.proved(answer.unwrap_or(Err(NetFault::NoRecord)))
    }
    fn addresses<'a>(
        &'a self,
        host: &'a Domain,
    ) -> Later<'a, Result<Answer<Vec<IpAddr>>, NetFault>> {
        let answer = self.addresses.get(host).cloned();
        self.proved(answer.unwrap_or(Err(NetFault::NoRecord)))
    }
    fn txt<'a>(&'a self, name: &'a str) -> Later<'a, Result<Vec<Vec<u8>>, NetFault>> {
        let answer = self.texts.get(name).cloned();
        Box::pin(async move { answer.unwrap_or(Err(NetFault::NoRecord)) })
    }
    fn proved_txt<'a>(
        &'a self,
        name: &'a str,
    ) -> Later<'a, Result<Answer<Vec<Vec<u8>>>, NetFault>> {
        let answer = self.texts.get(name).cloned();
        self.proved(answer.unwrap_or(Err(NetFault::NoRecord)))
    }
    fn names(&self, ip: IpAddr) -> Later<'_, Result<Vec<Domain>, NetFault>> {
        let answer = self.names.get(&ip).cloned();
        Box::pin(async move { answer.ok_or(NetFault::NoRecord) })
    }
    fn tlsa<'a>(
        &'a self,
        host: &'a Domain,
        _: u16,
    ) -> Later<'a, Result<Answer<Vec<Tlsa>>, NetFault>> {
        let answer = self.tlsa.get(host).cloned();
        Box::pin(async move { answer.unwrap_or(Err(NetFault::NoRecord)) })
    }
    fn http(
        &self,
        request: HttpRequest,
        wait: Duration,
    ) -> Later<'_, Result<HttpAnswer, NetFault>> {
        Box::pin(async move {
            match self.pages.get(&request.url) {
                Some(answer) => answer.clone(),
                None => http::ask(self, self.dialer.tls(), request, wait).await,
            }
        })
    }
    fn dial<'a>(
        &'a self,
        to: SocketAddr,
        egress: &'a Egress,
        wait: Duration,
    ) -> Later<'a, Result<Box<dyn Wire>, NetFault>> {
        Box::pin(async move {
            let socket = self.sockets.get(&to.ip()).ok_or(NetFault::Refused)?;
            self.dialer.dial(*socket, egress, wait).await
        })
    }
    fn smtp_port(&self) -> u16 {
        25
    }
    fn may_dial(&self, ip: IpAddr) -> bool {
        self.sockets.contains_key(&ip)
    }
}

impl TableNet {
    fn proved<T: Send + 'static>(
        &self,
        answer: Result<T, NetFault>,
    ) -> Later<'_, Result<Answer<T>, NetFault>> {
        let secure = self.secure;
        Box::pin(async move { answer.map(|value| Answer { value, secure }) })
    }
}

impl http::Reach for TableNet {
    /// The port of the table counts, not the URL's.
    fn sockets<'a>(
        &'a self,
        host: &'a str,
        _: u16,
        _: HttpTo,
    ) -> Later<'a, Result<Vec<SocketAddr>, NetFault>> {
        Box::pin(async move {
            let host = Domain::parse(host).map_err(|_| NetFault::NoRecord)?;
            let found = self.addresses.get(&host).cloned();
            let found = found.unwrap_or(Err(NetFault::NoRecord))?;
            let sockets = found.iter().filter_map(|ip| self.sockets.get(ip).copied());
            Ok(sockets.collect())
        })
    }
}
