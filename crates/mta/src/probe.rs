//! A look at what a domain's mail servers would achieve now: EHLO, STARTTLS, the certificate, QUIT.
//!
//! Nothing is sent. An answer is kept for a few minutes, so that nobody can use us to knock often.
//! Invariant: a probe takes no longer than its cap, whatever the servers do.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use mail::smtp::ClientSession;
use model::seams::{Clock, Egress, Net, NetFault, Rng};
use model::{Demand, Domain, Floor, Outcome, ProbeState, Timestamp, TlsProbe};
use tokio::time::timeout;

use crate::attempt::asked::Asked;
use crate::attempt::plan::{Barred, HostPlan, Planner};
use crate::attempt::route::{self, DeadEnd, Route};
use crate::policy::Memory;
use crate::pool::{Bounds, Connection, PoolKey, Turn};

const CAP: Duration = Duration::from_secs(12);
const KEPT: Duration = Duration::from_secs(300);
const KEPT_MAX: usize = 5_000;
/// A domain's best few servers say enough.
const HOSTS_MAX: usize = 3;

/// Probes domains, one look for all who ask within a few minutes.
pub struct Prober {
    net: Arc<dyn Net>,
    clock: Arc<dyn Clock>,
    rng: Arc<dyn Rng>,
    hostname: Domain,
    memory: Memory,
    seen: Mutex<BTreeMap<Domain, (Timestamp, TlsProbe)>>,
}

impl Prober {
    /// `hostname` is our own name, said in EHLO.
    pub fn new(
        net: Arc<dyn Net>,
        clock: Arc<dyn Clock>,
        rng: Arc<dyn Rng>,
        hostname: Domain,
    ) -> Self {
        Self {
            net,
            clock,
            rng,
            hostname,
            memory: Memory::default(),
            seen: Mutex::new(BTreeMap::new()),
        }
    }

    /// What the domain's servers would achieve; `Unknown` when they take too long.
    pub async fn probe(&self, domain: &Domain) -> TlsProbe {
        let now = self.clock.now();
        if let Some(seen) = self.recent(domain, now) {
            return seen;
        }
        let found = timeout(CAP, self.look(domain)).await;
        let found = found.unwrap_or_else(|_| TlsProbe::only(ProbeState::Unknown));
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= KEPT_MAX {
            seen.clear();
        }
        seen.insert(domain.clone(), (now, found.clone()));
        found
    }

    fn recent(&self, domain: &Domain, now: Timestamp) -> Option<TlsProbe> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, found) = seen.get(domain)?;
        (now.since(*at) < KEPT).then(|| found.clone())
    }

    async fn look(&self, domain: &Domain) -> TlsProbe {
        let asked = Asked::default();
        let seams = (&*self.net, &*self.clock, &*self.rng);
        let found = route::find(seams, &self.hostname, domain, &asked).await;
        let route = match found {
            Ok(route) => route,
            Err(DeadEnd::NullMx | DeadEnd::Loop) => return TlsProbe::only(ProbeState::NoMail),
            Err(DeadEnd::DnsFailed) => return TlsProbe::only(ProbeState::Unreachable),
        };
        let planner = Planner {
            net: &*self.net,
            clock: &*self.clock,
            memory: &self.memory,
            destination: domain,
            demand: Demand::VerifiedTls,
            require_tls: false,
            tls_optional: false,
            sts: self
                .memory
                .sts(&*self.net, &*self.clock, domain, None)
                .await,
            hosts_secure: route.secure,
            asked: &asked,
        };
        let mut said = TlsProbe::only(ProbeState::Unreachable);
        for host in route.hosts.iter().take(HOSTS_MAX) {
            match self.host(&planner, &route, host).await {
                probe if probe.state == ProbeState::Unreachable => said = probe,
                probe => return probe,
            }
        }
        said
    }

    async fn host(&self, planner: &Planner<'_>, route: &Route, host: &Domain) -> TlsProbe {
        let nowhere = |state| TlsProbe {
            mx_host: Some(host.clone()),
            ..TlsProbe::only(state)
        };
        let addresses = match self.net.addresses(host).await {
            Ok(addresses) => addresses,
            Err(NetFault::NoRecord) if route.implicit => return nowhere(ProbeState::NoMail),
            Err(_) => return nowhere(ProbeState::Unreachable),
        };
        let plan = match planner.plan(host, addresses.secure).await {
            Ok(plan) => plan,
            Err(Barred::NotNamed(_, policy)) => {
                return TlsProbe {
                    policy: Some(policy),
                    ..nowhere(ProbeState::Unverified)
                };
            }
            Err(Barred::TlsaUnknown | Barred::NameUnproved) => {
                return nowhere(ProbeState::Unreachable);
            }
        };
        let egress = Arc::new(Egress::direct(self.hostname.clone()));
        for ip in addresses
            .value
            .into_iter()
            .filter(|ip| self.net.may_dial(*ip))
        {
            let to = SocketAddr::new(ip, self.net.smtp_port());
            let Ok(wire) = self.net.dial(to, &egress, CAP).await else {
                continue;
            };
            let key = PoolKey {
                host: host.clone(),
                ip,
                floor: Floor::Verified,
                trust: plan.trust.clone(),
                egress: Arc::clone(&egress),
            };
            let ehlo = self.hostname.as_str().to_owned();
            let session = ClientSession::new(ehlo, Floor::Verified);
            return self.greet(Connection::new(key, session, wire), &plan).await;
        }
        nowhere(ProbeState::Unreachable)
    }

    async fn greet(&self, mut connection: Connection, plan: &HostPlan) -> TlsProbe {
        let bounds = Bounds {
            clock: &*self.clock,
            until: self.clock.now().plus(CAP),
            reply_wait_max: CAP,
            kept_for_last: Duration::ZERO,
        };
        let turn = connection.advance(&bounds).await;
        let below = matches!(&turn, Turn::Done(done) if done.outcome == Outcome::BelowDemand);
        let tls = connection.tls().cloned();
        let state = match &tls {
            Some(tls) if tls.verified => ProbeState::Verified,
            Some(_) => ProbeState::Unverified,
            None if below && !connection.began_tls() => ProbeState::Plain,
            None if below => ProbeState::Unverified,
            None => ProbeState::Unreachable,
        };
        let probe = TlsProbe {
            state,
            mx_host: Some(connection.key().host.clone()),
            policy: Some(plan.policy.clone()),
            tls,
        };
        connection.quit().await;
        probe
    }
}
