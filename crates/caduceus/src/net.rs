//! The network as configured: given routes first, DNS for everything else.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use model::seams::{
    Answer, Clock, Egress, HttpAnswer, HttpRequest, Later, MxHosts, Net, NetFault, Wire,
};
use model::{Domain, Tlsa};
use mta::net::{ClientTls, Dialer, Dnssec, NetSettings, PrivateDestinations, RealNet, TableNet};

use crate::config::Delivery;

pub fn build(delivery: &Delivery, clock: Arc<dyn Clock>) -> anyhow::Result<Arc<dyn Net>> {
    let private = if delivery.danger_allow_private_destinations {
        PrivateDestinations::Allowed
    } else {
        PrivateDestinations::Refused
    };
    let world = RealNet::new(
        NetSettings {
            ca_files: delivery.ca_files.clone(),
            private_destinations: private,
            own_addresses: delivery.own_addresses.clone(),
            name_servers: delivery.name_servers.clone(),
            dnssec: if delivery.danger_no_dnssec {
                Dnssec::Off
            } else {
                Dnssec::Validated(delivery.trust_anchor.clone())
            },
            smtp_port: 25,
            https_port: 443,
        },
        clock.clone(),
    )?;
    if delivery.routes.is_empty() {
        return Ok(Arc::new(world));
    }
    let tls = ClientTls::new(&delivery.ca_files, clock)?;
    let mut table = TableNet::new(Dialer::new(tls, PrivateDestinations::Allowed));
    let mut domains = BTreeSet::new();
    let mut places: Vec<(Domain, SocketAddr)> = Vec::new();
    for (n, route) in delivery.routes.iter().enumerate() {
        let at = || format!("delivery.routes[{n}]");
        let domain = Domain::parse(&route.domain).with_context(at)?;
        let host = Domain::parse(&route.host).with_context(at)?;
        let place = (host.clone(), SocketAddr::new(route.ip, route.port));
        table = table.domain(&domain, Ok(vec![(10, host)]));
        domains.insert(domain);
        if places.contains(&place) {
            continue;
        }
        // A key into the table that no other host and port share: addresses of TEST-NET-3 (RFC 5737).
        let number = u8::try_from(places.len() + 1).with_context(at)?;
        let shown = IpAddr::from([203, 0, 113, number]);
        table = table.host(&place.0, shown, place.1);
        places.push(place);
    }
    let hosts = places.into_iter().map(|(host, _)| host).collect();
    Ok(Arc::new(Routed {
        table,
        world,
        domains,
        hosts,
    }))
}

struct Routed {
    table: TableNet,
    world: RealNet,
    domains: BTreeSet<Domain>,
    hosts: BTreeSet<Domain>,
}

impl Routed {
    /// What is routed by hand has no word in DNS about it either.
    fn is_routed(&self, name: &str) -> bool {
        self.domains.iter().any(|domain| {
            let parent = name.strip_suffix(domain.as_str());
            parent.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        })
    }
}

impl Net for Routed {
    fn mx<'a>(&'a self, domain: &'a Domain) -> Later<'a, Result<Answer<MxHosts>, NetFault>> {
        if self.domains.contains(domain) {
            self.table.mx(domain)
        } else {
            self.world.mx(domain)
        }
    }
    fn addresses<'a>(
        &'a self,
        host: &'a Domain,
    ) -> Later<'a, Result<Answer<Vec<IpAddr>>, NetFault>> {
        if self.hosts.contains(host) {
            Net::addresses(&self.table, host)
        } else {
            self.world.addresses(host)
        }
    }
    fn txt<'a>(&'a self, name: &'a str) -> Later<'a, Result<Vec<Vec<u8>>, NetFault>> {
        if self.is_routed(name) {
            self.table.txt(name)
        } else {
            self.world.txt(name)
        }
    }
    fn proved_txt<'a>(
        &'a self,
        name: &'a str,
    ) -> Later<'a, Result<Answer<Vec<Vec<u8>>>, NetFault>> {
        if self.is_routed(name) {
            self.table.proved_txt(name)
        } else {
            self.world.proved_txt(name)
        }
    }
    fn names(&self, ip: IpAddr) -> Later<'_, Result<Vec<Domain>, NetFault>> {
        self.world.names(ip)
    }
    fn tlsa<'a>(
        &'a self,
        host: &'a Domain,
        port: u16,
    ) -> Later<'a, Result<Answer<Vec<Tlsa>>, NetFault>> {
        if self.hosts.contains(host) {
            Net::tlsa(&self.table, host, port)
        } else {
            self.world.tlsa(host, port)
        }
    }
    fn http(
        &self,
        request: HttpRequest,
        wait: Duration,
    ) -> Later<'_, Result<HttpAnswer, NetFault>> {
        self.world.http(request, wait)
    }
    fn dial<'a>(
        &'a self,
        to: SocketAddr,
        egress: &'a Egress,
        wait: Duration,
    ) -> Later<'a, Result<Box<dyn Wire>, NetFault>> {
        if self.table.may_dial(to.ip()) {
            self.table.dial(to, egress, wait)
        } else {
            self.world.dial(to, egress, wait)
        }
    }
    fn dial_named<'a>(
        &'a self,
        to: SocketAddr,
        egress: &'a Egress,
        wait: Duration,
    ) -> Later<'a, Result<Box<dyn Wire>, NetFault>> {
        if self.table.may_dial(to.ip()) {
            self.table.dial(to, egress, wait)
        } else {
            self.world.dial_named(to, egress, wait)
        }
    }
    fn smtp_port(&self) -> u16 {
        self.world.smtp_port()
    }
    fn may_dial(&self, ip: IpAddr) -> bool {
        self.table.may_dial(ip) || self.world.may_dial(ip)
    }
}
