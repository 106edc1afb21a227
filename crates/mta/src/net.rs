//! The real network behind the seam `model::seams::Net`: DNS by hickory, TCP by tokio, TLS by rustls
//! on aws-lc-rs, HTTP by hyper.
//!
//! Not here: which host to try, or what a failure means (`attempt` decides). Invariants: TLS is 1.2
//! or newer; a wire that was demanded verified exists only after chain, name and time verified, or a
//! TLSA record matched; an address of this machine or of a private network is not dialled unless
//! configuration says so.

pub(crate) mod dane;
mod dial;
mod dns;
mod http;
mod private;
mod proxy;
mod table;
mod tls;
mod wire;

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use model::seams::{
    Answer, Clock, Egress, HttpAnswer, HttpRequest, HttpTo, Later, MxHosts, Net, NetFault, Wire,
};
use model::{Domain, Result, Tlsa};

pub use dial::Dialer;
pub use dns::Dnssec;
pub use table::TableNet;
pub use tls::ClientTls;

/// Whether loopback and private addresses may be delivered to (`danger_allow_private_destinations`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PrivateDestinations {
    Refused,
    Allowed,
}

/// What an operator can change about the network.
#[derive(Clone, Debug)]
pub struct NetSettings {
    /// PEM files of authorities trusted beside the public ones.
    pub ca_files: Vec<PathBuf>,
    pub private_destinations: PrivateDestinations,
    /// Public addresses of this service that its interfaces do not show (behind address translation).
    pub own_addresses: Vec<IpAddr>,
    /// Name servers; empty means those of the system.
    pub name_servers: Vec<SocketAddr>,
    pub dnssec: Dnssec,
    pub smtp_port: u16,
    /// Where `https` listens when an URL names no port: 443 in the world, another in tests.
    pub https_port: u16,
}

impl Default for NetSettings {
    fn default() -> Self {
        Self {
            ca_files: Vec::new(),
            private_destinations: PrivateDestinations::Refused,
            own_addresses: Vec::new(),
            name_servers: Vec::new(),
            dnssec: Dnssec::Validated(None),
            smtp_port: 25,
            https_port: 443,
        }
    }
}

/// The world.
pub struct RealNet {
    settings: NetSettings,
    resolver: dns::Resolver,
    dialer: Dialer,
}

impl RealNet {
    /// Reads the authorities' files and the system's name servers. Fails with `ConfigInvalid` and
    /// the setting's name. Call inside a tokio runtime.
    pub fn new(settings: NetSettings, clock: Arc<dyn Clock>) -> Result<Self> {
        let tls = ClientTls::new(&settings.ca_files, clock)?;
        let resolver = dns::Resolver::new(&settings.name_servers, &settings.dnssec)?;
        let dialer = Dialer::new(tls, settings.private_destinations);
        Ok(Self {
            settings,
            resolver,
            dialer,
        })
    }
}

impl RealNet {
    fn is_own(&self, ip: IpAddr) -> bool {
        self.settings.own_addresses.contains(&ip)
    }
}

impl Net for RealNet {
    fn mx<'a>(&'a self, domain: &'a Domain) -> Later<'a, Result<Answer<MxHosts>, NetFault>> {
        Box::pin(self.resolver.mx(domain))
    }
    fn addresses<'a>(
        &'a self,
        host: &'a Domain,
    ) -> Later<'a, Result<Answer<Vec<IpAddr>>, NetFault>> {
        Box::pin(self.resolver.addresses(host))
    }
    fn txt<'a>(&'a self, name: &'a str) -> Later<'a, Result<Vec<Vec<u8>>, NetFault>> {
        Box::pin(async move { Ok(self.resolver.txt(name).await?.value) })
    }
    fn proved_txt<'a>(
        &'a self,
        name: &'a str,
    ) -> Later<'a, Result<Answer<Vec<Vec<u8>>>, NetFault>> {
        Box::pin(self.resolver.txt(name))
    }
    fn names(&self, ip: IpAddr) -> Later<'_, Result<Vec<Domain>, NetFault>> {
        Box::pin(self.resolver.names(ip))
    }
    fn tlsa<'a>(
        &'a self,
        host: &'a Domain,
        port: u16,
    ) -> Later<'a, Result<Answer<Vec<Tlsa>>, NetFault>> {
        Box::pin(self.resolver.tlsa(host, port))
    }
    fn http(
        &self,
        request: HttpRequest,
        wait: Duration,
    ) -> Later<'_, Result<HttpAnswer, NetFault>> {
        Box::pin(http::ask(self, self.dialer.tls(), request, wait))
    }
    fn dial<'a>(
        &'a self,
        to: SocketAddr,
        egress: &'a Egress,
        wait: Duration,
    ) -> Later<'a, Result<Box<dyn Wire>, NetFault>> {
        Box::pin(async move {
            // `attempt` has asked already; asserted again where it takes effect.
            if !self.may_dial(to.ip()) {
                return Err(NetFault::Refused);
            }
            self.dialer.dial(to, egress, wait).await
        })
    }
    fn dial_named<'a>(
        &'a self,
        to: SocketAddr,
        egress: &'a Egress,
        wait: Duration,
    ) -> Later<'a, Result<Box<dyn Wire>, NetFault>> {
        Box::pin(async move {
            let ip = to.ip().to_canonical();
            let is_inside = private::is_inside(ip) && !self.is_own(ip);
            if !is_inside && !self.may_dial(ip) {
                return Err(NetFault::Refused);
            }
            self.dialer.dial(to, egress, wait).await
        })
    }
    fn smtp_port(&self) -> u16 {
        self.settings.smtp_port
    }
    fn may_dial(&self, ip: IpAddr) -> bool {
        let ip = ip.to_canonical();
        if private::never_a_host(ip) || self.is_own(ip) {
            return false;
        }
        self.settings.private_destinations == PrivateDestinations::Allowed || private::is_public(ip)
    }
}

impl http::Reach for RealNet {
    fn sockets<'a>(
        &'a self,
        host: &'a str,
        port: u16,
        to: HttpTo,
    ) -> Later<'a, Result<Vec<SocketAddr>, NetFault>> {
        Box::pin(async move {
            let literal = host.trim_matches(['[', ']']).parse::<IpAddr>();
            let found = match literal {
                Ok(ip) => vec![ip],
                Err(_) => {
                    let host = Domain::parse(host).map_err(|_| NetFault::NoRecord)?;
                    self.resolver.addresses(&host).await?.value
                }
            };
            let port = if port == 443 {
                self.settings.https_port
            } else {
                port
            };
            let allowed = |ip: &IpAddr| to == HttpTo::Anywhere || self.may_dial(*ip);
            let sockets: Vec<_> = found
                .into_iter()
                .filter(allowed)
                .map(|ip| SocketAddr::new(ip, port))
                .collect();
            if sockets.is_empty() {
                Err(NetFault::Refused)
            } else {
                Ok(sockets)
            }
        })
    }
}
