//! The network as configured: given routes first, DNS for everything else.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use model::Domain;
use model::seams::{Clock, Later, MxHosts, Net, NetFault, Wire};
use mta::net::{ClientTls, Dialer, NetSettings, PrivateDestinations, RealNet, TableNet};

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
            smtp_port: 25,
        },
        clock.clone(),
    )?;
    if delivery.routes.is_empty() {
        return Ok(Arc::new(world));
    }
    let tls = ClientTls::new(&delivery.ca_files, clock)?;
    let mut table = TableNet::new(Dialer::new(tls, PrivateDestinations::Allowed));
    let mut domains = Vec::new();
    let mut hosts = Vec::new();
    for (n, route) in delivery.routes.iter().enumerate() {
        let at = || format!("delivery.routes[{n}]");
        let domain = Domain::parse(&route.domain).with_context(at)?;
        let host = Domain::parse(&route.host).with_context(at)?;
        // A key into the table that no other route shares: addresses of TEST-NET-3 (RFC 5737).
        let shown = IpAddr::from([203, 0, 113, u8::try_from(n + 1).with_context(at)?]);
        table = table.domain(&domain, Ok(vec![(10, host.clone())])).host(
            &host,
            shown,
            SocketAddr::new(route.ip, route.port),
        );
        domains.push(domain);
        hosts.push(host);
    }
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
    domains: Vec<Domain>,
    hosts: Vec<Domain>,
}

impl Net for Routed {
    fn mx<'a>(&'a self, domain: &'a Domain) -> Later<'a, Result<MxHosts, NetFault>> {
        if self.domains.contains(domain) {
            self.table.mx(domain)
        } else {
            self.world.mx(domain)
        }
    }
    fn addresses<'a>(&'a self, host: &'a Domain) -> Later<'a, Result<Vec<IpAddr>, NetFault>> {
        if self.hosts.contains(host) {
            Net::addresses(&self.table, host)
        } else {
            self.world.addresses(host)
        }
    }
    fn dial<'a>(
        &'a self,
        to: SocketAddr,
        wait: Duration,
    ) -> Later<'a, Result<Box<dyn Wire>, NetFault>> {
        if self.table.may_dial(to.ip()) {
            self.table.dial(to, wait)
        } else {
            self.world.dial(to, wait)
        }
    }
    fn smtp_port(&self) -> u16 {
        self.world.smtp_port()
    }
    fn may_dial(&self, ip: IpAddr) -> bool {
        self.table.may_dial(ip) || self.world.may_dial(ip)
    }
}
