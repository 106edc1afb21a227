//! The transport policy as data: what one host of a route must achieve, and by whose word.
//!
//! The demand is the floor; DANE and MTA-STS can only raise it, DANE before MTA-STS where both exist
//! (RFC 8461 §2). Invariants: a plan is never below the demand; only answers proved by DNSSEC bring
//! DANE; a TLSA lookup that failed is no absence, so the host is not used.

use mail::sts;
use model::seams::{Clock, Net, NetFault};
use model::{
    Demand, DnsSeen, Domain, Floor, PolicyFacts, StsMode, StsPolicy, TlsPolicy, Tlsa, Trust,
};

use super::asked::Asked;
use crate::net::dane;
use crate::policy::{Memory, Sts};

/// What one host must achieve.
#[derive(Clone)]
pub(crate) struct HostPlan {
    pub floor: Floor,
    pub trust: Trust,
    pub policy: PolicyFacts,
    /// For the domain's report; none where no policy of its own speaks.
    pub told: Option<Told>,
}

impl HostPlan {
    /// For a second connection after the first was noted.
    pub fn untold(&self) -> Self {
        Self {
            told: None,
            ..self.clone()
        }
    }
}

/// A policy as a report quotes it.
#[derive(Clone)]
pub(crate) struct Told {
    pub lines: Vec<String>,
    pub domain: Domain,
    pub mx: Vec<String>,
}

/// Why a host is not dialled at all.
pub(crate) enum Barred {
    /// Its TLSA records could not be told: it may ask for what we would not give.
    TlsaUnknown,
    /// The domain's MTA-STS policy does not name it.
    NotNamed(Told, PolicyFacts),
    /// RFC 8689 §4.2.1: nothing vouches for the host's name.
    NameUnproved,
}

/// What is the same for all hosts of a domain.
pub(crate) struct Planner<'a> {
    pub net: &'a dyn Net,
    pub clock: &'a dyn Clock,
    pub memory: &'a Memory,
    pub destination: &'a Domain,
    pub demand: Demand,
    /// REQUIRETLS was asked for.
    pub require_tls: bool,
    /// `TLS-Required: No` was said.
    pub tls_optional: bool,
    pub sts: Sts,
    /// The list of hosts was proved by DNSSEC.
    pub hosts_secure: bool,
    pub asked: &'a Asked,
}

impl Planner<'_> {
    /// The plan of one host, whose addresses were proved or not.
    pub async fn plan(&self, host: &Domain, addresses_secure: bool) -> Result<HostPlan, Barred> {
        let sts = self.sts.policy.as_ref().filter(|_| !self.relaxed());
        if self.hosts_secure && addresses_secure && !self.relaxed() {
            let (at, found) = self.memory.tlsa(self.net, self.clock, host).await;
            let place = (host, self.net.smtp_port());
            self.asked.note(DnsSeen::tlsa(place, at, &found));
            match found {
                Ok(answer) if answer.secure => {
                    if let Some(plan) = self.dane(host, answer.value, sts.is_some()) {
                        return Ok(plan);
                    }
                }
                // Not proved: as good as none (RFC 7672 §2.2).
                Ok(_) | Err(NetFault::NoRecord) => {}
                Err(_) => return Err(Barred::TlsaUnknown),
            }
        }
        if let Some(policy) = sts.filter(|policy| policy.mode != StsMode::None) {
            return self.sts(policy, host);
        }
        if self.require_tls && !self.hosts_secure {
            return Err(Barred::NameUnproved);
        }
        Ok(self.own(self.least()))
    }

    /// `TLS-Required: No` (RFC 8689 §5) sets the domain's policies aside, never our own demand.
    fn relaxed(&self) -> bool {
        self.tls_optional && self.demand == Demand::Opportunistic && !self.require_tls
    }

    /// What our own decision asks for.
    fn least(&self) -> Floor {
        if self.require_tls {
            Floor::Verified
        } else {
            self.demand.into()
        }
    }

    fn own(&self, floor: Floor) -> HostPlan {
        let kind = match floor {
            Floor::Verified => TlsPolicy::Pkix,
            Floor::Encrypted | Floor::Opportunistic => TlsPolicy::None,
        };
        HostPlan {
            floor,
            trust: Trust::Pkix,
            policy: PolicyFacts { kind, id: None },
            told: None,
        }
    }

    /// None: MTA-STS speaks, since no record is usable.
    fn dane(&self, host: &Domain, found: Vec<Tlsa>, sts_speaks: bool) -> Option<HostPlan> {
        let lines = found.iter().map(Tlsa::line).collect();
        let records: Vec<Tlsa> = found.into_iter().filter(dane::is_usable).collect();
        if records.is_empty() {
            // RFC 7672 §2.2: records exist, so TLS is spoken; none can say with whom.
            return (!sts_speaks).then(|| self.own(self.least().max(Floor::Encrypted)));
        }
        Some(HostPlan {
            floor: Floor::Verified,
            trust: Trust::Dane {
                records,
                domain: self.destination.clone(),
            },
            policy: PolicyFacts {
                kind: TlsPolicy::Dane,
                id: None,
            },
            told: Some(Told {
                lines,
                domain: host.clone(),
                mx: Vec::new(),
            }),
        })
    }

    fn sts(&self, policy: &StsPolicy, host: &Domain) -> Result<HostPlan, Barred> {
        let told = Told {
            lines: sts::lines(policy),
            domain: self.destination.clone(),
            mx: policy.mx.clone(),
        };
        let facts = PolicyFacts {
            kind: TlsPolicy::Sts,
            id: Some(policy.id.clone()),
        };
        let named = sts::names(policy, host);
        let needs_name =
            policy.mode == StsMode::Enforce || (self.require_tls && !self.hosts_secure);
        if needs_name && !named {
            return Err(Barred::NotNamed(told, facts));
        }
        let floor = match policy.mode {
            StsMode::Enforce => Floor::Verified,
            StsMode::Testing | StsMode::None => self.least(),
        };
        Ok(HostPlan {
            floor,
            trust: Trust::Pkix,
            policy: facts,
            told: Some(told),
        })
    }
}
