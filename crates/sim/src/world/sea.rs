//! The simulated network: names, servers behind them, and what those servers heard and took.
//!
//! All waiting is for a moment of steady time, whatever the clock is set to. Invariant: everything that happens follows
//! from the seed and from the order in which attempts are polled.

mod habits;
mod lies;
mod peer;
mod wire;

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use model::seams::{Answer, Egress, HttpAnswer, HttpRequest, Later, MxHosts, Net, NetFault, Wire};
use model::{Address, Domain, Timestamp, Tlsa};

use super::planted::{Plant, Planted};
use crate::kit::{SimClock, SimRng};

pub(crate) use habits::{Dns, Guard, Habits};
pub(crate) use lies::LIAR;
use peer::Peer;
use wire::SeaWire;

/// What protects what a server hears.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Protection {
    Plain,
    /// TLS with a certificate that proves nothing.
    Unverified,
    Verified,
}

/// All octets of one connection under one protection.
pub(crate) struct Heard {
    pub host: String,
    pub protection: Protection,
    pub bytes: Vec<u8>,
    /// How far the oracle has read.
    pub read: usize,
}

/// A message that a server made its own, whether or not it could say so.
#[derive(Clone)]
pub(crate) struct Taken {
    pub at: Timestamp,
    pub host: String,
    /// Its domain asks for verified TLS.
    pub guarded: bool,
    pub protection: Protection,
    /// `None` is the null reverse-path.
    pub from: Option<Address>,
    pub to: Address,
    pub bytes: Arc<Vec<u8>>,
}

pub(crate) struct Host {
    pub name: Domain,
    pub habits: Habits,
    pub guard: Guard,
    /// When each pair of sender and recipient was first seen.
    greylist: BTreeMap<(String, String), Timestamp>,
}

struct Zone {
    dns: Dns,
    guard: Guard,
    hosts: Vec<usize>,
}

/// Shared by every node and every connection.
pub(crate) struct Sea {
    pub clock: Arc<SimClock>,
    inner: Mutex<Inner>,
}

pub(crate) struct Inner {
    pub chance: SimRng,
    pub hosts: Vec<Host>,
    zones: BTreeMap<Domain, Zone>,
    moments: BTreeSet<(Timestamp, u64)>,
    tickets: u64,
    /// What a planted fault does to the wire.
    pub bent: Option<Arc<Plant>>,
    pub heard: Vec<Heard>,
    pub taken: Vec<Taken>,
    /// Someone between us and DNS lies, now and then.
    lying: bool,
    /// Times that an address was dialled which no stranger's DNS may lead to.
    pub strays: u32,
}

impl Sea {
    pub fn new(seed: u64, clock: Arc<SimClock>) -> Arc<Self> {
        let inner = Inner {
            chance: SimRng::new(seed),
            hosts: vec![Inner::liar()],
            zones: BTreeMap::new(),
            moments: BTreeSet::new(),
            tickets: 0,
            bent: None,
            heard: Vec::new(),
            taken: Vec::new(),
            lying: true,
            strays: 0,
        };
        Arc::new(Self {
            clock,
            inner: Mutex::new(inner),
        })
    }

    pub fn bend(&self, plant: Arc<Plant>) {
        self.lock().bent = Some(plant);
    }

    fn is_bent(&self, fault: Planted) -> bool {
        let plant = self.lock().bent.clone();
        plant.is_some_and(|plant| plant.happens(fault, 50))
    }

    /// What an honest DNS says about a domain's mail servers.
    pub fn mail_hosts(&self, name: &Domain) -> Vec<String> {
        let inner = self.lock();
        let zone = inner.zones.get(name);
        let hosts = zone.into_iter().flat_map(|zone| zone.hosts.iter());
        hosts
            .map(|at| inner.hosts[*at].name.as_str().to_owned())
            .collect()
    }

    /// Adds a domain with its mail servers.
    pub fn add_zone(&self, name: &Domain, dns: Dns, guard: Guard, hosts: Vec<Habits>) {
        let mut inner = self.lock();
        let mut of_zone = Vec::new();
        for (i, habits) in hosts.into_iter().enumerate() {
            let host = if dns == Dns::Implicit {
                name.clone()
            } else {
                domain(&format!("mx{i}.{}", name.as_str()))
            };
            of_zone.push(inner.hosts.len());
            inner.hosts.push(Host {
                name: host,
                habits,
                guard,
                greylist: BTreeMap::new(),
            });
        }
        inner.zones.insert(
            name.clone(),
            Zone {
                dns,
                guard,
                hosts: of_zone,
            },
        );
    }

    /// Gives one server other habits; says which.
    pub fn change_weather(&self) -> String {
        let mut inner = self.lock();
        let at = inner.below(inner.hosts.len());
        let habits = Habits::draw(&inner.chance);
        let said = format!("{} is now {habits:?}", inner.hosts[at].name.as_str());
        inner.hosts[at].habits = habits;
        said
    }

    /// From now on everything works, but for domains that take no mail.
    pub fn calm(&self) {
        let mut inner = self.lock();
        inner.lying = false;
        for host in &mut inner.hosts {
            host.habits = Habits::friendly();
        }
        for zone in inner
            .zones
            .values_mut()
            .filter(|zone| zone.dns == Dns::Failing)
        {
            zone.dns = Dns::Records;
        }
    }

    /// When a waiting attempt goes on next, as the clock will tell it.
    pub fn next_moment(&self) -> Option<Timestamp> {
        let first = self.lock().moments.first().map(|(at, _)| *at);
        first.map(|at| self.clock.told_at(at))
    }

    pub fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ready at `at`.
    fn until(self: &Arc<Self>, at: Timestamp) -> Until {
        Until {
            sea: Arc::clone(self),
            at,
            ticket: None,
        }
    }
}

impl Inner {
    fn below(&self, bound: usize) -> usize {
        usize::try_from(self.chance.below(bound as u64)).unwrap_or(0)
    }

    fn position(&self, ip: IpAddr) -> Option<usize> {
        (0..self.hosts.len()).find(|at| address(*at) == ip)
    }
}

/// What a server's TLSA record names.
fn key(host: usize) -> Vec<u8> {
    vec![u8::try_from(host).unwrap_or(u8::MAX); 32]
}

/// The addresses of RFC 5737's documentation blocks.
fn address(host: usize) -> IpAddr {
    IpAddr::V4(Ipv4Addr::new(
        192,
        0,
        2,
        u8::try_from(host).unwrap_or(u8::MAX),
    ))
}

pub(crate) fn domain(name: &str) -> Domain {
    Domain::parse(name).expect("the world's names are domains")
}

/// The sea as a node sees it.
pub(crate) struct SeaNet(pub Arc<Sea>);

impl Net for SeaNet {
    fn mx<'a>(&'a self, domain: &'a Domain) -> Later<'a, Result<Answer<MxHosts>, NetFault>> {
        let answer = {
            let inner = self.0.lock();
            match inner.zones.get(domain) {
                None => Err(NetFault::NoRecord),
                Some(zone) => match zone.dns {
                    Dns::Records => inner.hosts_of(zone),
                    Dns::NullMx => Ok(Answer::insecure(Vec::new())),
                    Dns::Implicit | Dns::Nowhere => Err(NetFault::NoRecord),
                    Dns::Failing if inner.chance.happens(3, 4) => Err(NetFault::DnsFailed),
                    Dns::Failing => Err(NetFault::TimedOut),
                },
            }
        };
        let wait = self
            .0
            .until(self.0.clock.steady().plus(Duration::from_millis(40)));
        Box::pin(async move {
            wait.await;
            answer
        })
    }

    fn addresses<'a>(
        &'a self,
        host: &'a Domain,
    ) -> Later<'a, Result<Answer<Vec<IpAddr>>, NetFault>> {
        let inner = self.0.lock();
        let found = inner.hosts.iter().position(|known| known.name == *host);
        let answer = found
            .ok_or(NetFault::NoRecord)
            .map(|at| inner.addresses_of(at));
        Box::pin(async move { answer })
    }

    fn txt<'a>(&'a self, name: &'a str) -> Later<'a, Result<Vec<Vec<u8>>, NetFault>> {
        let answer = self.0.lock().policy_record(name);
        Box::pin(async move { answer })
    }

    fn names(&self, _: IpAddr) -> Later<'_, Result<Vec<Domain>, NetFault>> {
        Box::pin(async { Err(NetFault::NoRecord) })
    }

    fn tlsa<'a>(
        &'a self,
        host: &'a Domain,
        _: u16,
    ) -> Later<'a, Result<Answer<Vec<Tlsa>>, NetFault>> {
        let answer = self.0.lock().keys_of(host);
        Box::pin(async move { answer })
    }

    fn http(&self, request: HttpRequest, _: Duration) -> Later<'_, Result<HttpAnswer, NetFault>> {
        let answer = self.0.lock().policy_file(&request.url);
        Box::pin(async move { answer })
    }

    fn dial<'a>(
        &'a self,
        to: SocketAddr,
        _: &'a Egress,
        wait: Duration,
    ) -> Later<'a, Result<Box<dyn Wire>, NetFault>> {
        Box::pin(async move {
            let now = self.0.clock.steady();
            let (answers, host) = {
                let mut inner = self.0.lock();
                inner.strays += u32::from(to.ip().is_loopback());
                let host = inner.position(to.ip()).ok_or(NetFault::Refused)?;
                (inner.hosts[host].habits.answers_dial(&inner.chance), host)
            };
            if let Some(fault) = answers {
                let at = if fault == NetFault::TimedOut {
                    wait
                } else {
                    Duration::from_millis(30)
                };
                self.0.until(now.plus(at)).await;
                return Err(fault);
            }
            self.0.until(now.plus(Duration::from_millis(30))).await;
            let wire: Box<dyn Wire> =
                Box::new(SeaWire::new(&self.0, Peer::answering(&self.0, host)));
            Ok(wire)
        })
    }

    fn smtp_port(&self) -> u16 {
        25
    }

    fn may_dial(&self, ip: IpAddr) -> bool {
        !ip.is_loopback() || self.0.is_bent(Planted::DialsAnywhere)
    }
}

/// A moment of steady time, waited for.
struct Until {
    sea: Arc<Sea>,
    at: Timestamp,
    ticket: Option<u64>,
}

impl Future for Until {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if self.sea.clock.steady() >= self.at {
            return Poll::Ready(());
        }
        if self.ticket.is_none() {
            let at = self.at;
            let ticket = {
                let mut inner = self.sea.lock();
                inner.tickets += 1;
                let ticket = inner.tickets;
                inner.moments.insert((at, ticket));
                ticket
            };
            self.ticket = Some(ticket);
        }
        Poll::Pending
    }
}

impl Drop for Until {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket {
            self.sea.lock().moments.remove(&(self.at, ticket));
        }
    }
}
