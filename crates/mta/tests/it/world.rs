//! What an attempt needs: names, servers behind them, a clock that is set by hand, and a letter.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use mail::smtp::Transaction;
use model::seams::NetFault;
use model::{Address, Demand, Domain, Evidence, Outcome};
use mta::net::{ClientTls, Dialer, PrivateDestinations, TableNet};
use mta::{Errand, Pool, PoolSettings, carry};
use sim::kit::{SimClock, SimRng};

use crate::certificates::Authority;
use crate::peer::Peer;

pub const HEAD: &[u8] = b"From: <nurse@clinic.example>\r\nSubject: appointment\r\n\r\n";
pub const BODY: &[u8] = b"Dear reader,\r\n.a line that begins with a dot\r\nend\r\n";

pub fn domain(text: &str) -> Domain {
    Domain::parse(text).expect("a domain")
}

pub fn errand(demand: Demand) -> Errand {
    Errand {
        transaction: Transaction {
            from: Some(Address::parse("nurse@clinic.example").expect("an address")),
            to: Address::parse("pat@mail.example").expect("an address"),
            head: HEAD.into(),
            body: BODY.into(),
            utf8: false,
            eight_bit: false,
            dsn: Default::default(),
            require_tls: false,
        },
        destination: domain("mail.example"),
        demand,
        tls_optional: false,
        sts: None,
        sent_sha256: [7; 32],
        way: flow::Way::default(),
    }
}

/// Names under construction, with the authority that signs for them.
pub struct World {
    pub authority: Authority,
    pub clock: Arc<SimClock>,
    pub settings: PoolSettings,
    hosts: Vec<(u16, Domain)>,
    net: TableNet,
}

impl World {
    pub fn new() -> Self {
        let authority = Authority::new();
        let clock = Arc::new(SimClock::default());
        let tls = ClientTls::trusting(&[authority.certificate()], clock.clone()).expect("a client");
        let net = TableNet::new(Dialer::new(tls, PrivateDestinations::Allowed));
        let mut settings = PoolSettings::new(domain("mx.clinic.example"));
        // Real servers answer at once here; only silence is waited for.
        settings.reply_wait_max = Duration::from_millis(300);
        Self {
            authority,
            clock,
            settings,
            hosts: Vec::new(),
            net,
        }
    }

    /// With more in its DNS.
    pub fn dns(mut self, more: impl FnOnce(TableNet) -> TableNet) -> Self {
        self.net = more(self.net);
        self
    }

    /// Makes `peer` an MX host of mail.example.
    pub fn mx(mut self, preference: u16, host: &str, peer: &Peer) -> Self {
        let ip = IpAddr::V4(Ipv4Addr::new(
            192,
            0,
            2,
            u8::try_from(self.hosts.len() + 1).expect("few hosts"),
        ));
        self.net = self.net.host(&domain(host), ip, peer.socket);
        self.hosts.push((preference, domain(host)));
        self
    }

    /// An MX host whose address nobody answers at.
    pub fn dead_mx(mut self, preference: u16, host: &str) -> Self {
        // Bound and dropped: nobody listens there.
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let socket = listener.local_addr().expect("bound");
        let ip = IpAddr::V4(Ipv4Addr::new(
            192,
            0,
            2,
            u8::try_from(self.hosts.len() + 1).expect("few hosts"),
        ));
        self.net = self.net.host(&domain(host), ip, socket);
        self.hosts.push((preference, domain(host)));
        self
    }

    /// An MX host with a lookup of our choice.
    pub fn odd_mx(
        mut self,
        preference: u16,
        host: &str,
        answer: Result<Vec<IpAddr>, NetFault>,
    ) -> Self {
        self.net = self.net.addresses(&domain(host), answer);
        self.hosts.push((preference, domain(host)));
        self
    }

    /// A host of its own name, without MX records.
    pub fn host(mut self, host: &str, peer: &Peer) -> Self {
        self.net = self.net.host(
            &domain(host),
            IpAddr::V4(Ipv4Addr::new(192, 0, 2, 99)),
            peer.socket,
        );
        self
    }

    pub fn open(self) -> Open {
        let net = self.net.domain(&domain("mail.example"), Ok(self.hosts));
        Open {
            net,
            pool: Pool::new(self.settings),
            clock: self.clock,
        }
    }

    /// With an MX answer that is no list of these hosts.
    pub fn open_with(self, answer: Result<Vec<(u16, Domain)>, NetFault>) -> Open {
        let net = self.net.domain(&domain("mail.example"), answer);
        Open {
            net,
            pool: Pool::new(self.settings),
            clock: self.clock,
        }
    }
}

/// A world that letters are sent into.
pub struct Open {
    pub net: TableNet,
    pub pool: Pool,
    pub clock: Arc<SimClock>,
}

impl Open {
    pub async fn send(&self, demand: Demand) -> (Outcome, Evidence) {
        self.carry(&errand(demand)).await
    }

    pub async fn carry(&self, errand: &Errand) -> (Outcome, Evidence) {
        carry(&self.pool, &self.net, &*self.clock, &SimRng::new(1), errand).await
    }
}
