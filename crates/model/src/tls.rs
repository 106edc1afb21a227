//! What a connection to a mail server must achieve, and what its certificate is held against.
//!
//! A demand is decided per recipient and stored; a floor is what one connection must reach: the
//! demand, or more where the receiving domain's own policy asks for more. Invariant: nothing turns a
//! demand into a lower floor.

use std::net::IpAddr;

use crate::{Demand, Domain, ProbeState, StsMode, Timestamp, TlsFacts, TlsPolicy};

/// The least that a connection must achieve before a message travels on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Floor {
    /// TLS where it is offered.
    Opportunistic,
    /// TLS, whoever the other end is (RFC 7672 §2.2: TLSA records exist, none is usable).
    Encrypted,
    /// TLS with a certificate that was verified.
    Verified,
}

impl From<Demand> for Floor {
    fn from(demand: Demand) -> Self {
        match demand {
            Demand::Opportunistic => Self::Opportunistic,
            Demand::VerifiedTls => Self::Verified,
        }
    }
}

/// One TLSA record (RFC 6698 §2.1).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tlsa {
    pub usage: u8,
    pub selector: u8,
    pub matching: u8,
    pub data: Vec<u8>,
}

impl Tlsa {
    /// As zone files write it.
    pub fn line(&self) -> String {
        let mut out = format!("{} {} {} ", self.usage, self.selector, self.matching);
        for octet in &self.data {
            out.push_str(&format!("{octet:02x}"));
        }
        out
    }
}

/// What a server's certificate is held against.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trust {
    /// The authorities trusted by everyone and those configured; the host's name.
    Pkix,
    /// DANE (RFC 7672 §3): usable records, one of which must match. With an authority's record the
    /// certificate must name the host or, what a sender also asked for, `domain`.
    Dane { records: Vec<Tlsa>, domain: Domain },
    /// These authorities (DER) and no others; the host's name.
    Own(Vec<Vec<u8>>),
}

/// One handshake's aim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsGoal {
    pub host: Domain,
    pub floor: Floor,
    pub trust: Trust,
}

impl TlsGoal {
    pub fn pkix(host: Domain, floor: impl Into<Floor>) -> Self {
        Self {
            host,
            floor: floor.into(),
            trust: Trust::Pkix,
        }
    }
}

/// A domain's MTA-STS policy as it was fetched (RFC 8461 §3.2).
#[derive(Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct StsPolicy {
    /// Of the TXT record that announced it.
    pub id: String,
    pub mode: StsMode,
    /// Names of MX hosts; `*.` stands for exactly one label.
    pub mx: Vec<String>,
    pub fetched_at: Timestamp,
    /// Honoured until then, whatever DNS and the policy host say meanwhile.
    pub ends_at: Timestamp,
}

/// Which policy an attempt was held to.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct PolicyFacts {
    pub kind: TlsPolicy,
    /// Of an MTA-STS policy.
    pub id: Option<String>,
}

/// How one connection did under a policy of the receiving domain, for the report that the domain may
/// have asked for (RFC 8460).
#[derive(Clone, PartialEq, Eq)]
pub struct TlsSession {
    /// The recipient's, to whom the report goes.
    pub domain: Domain,
    pub policy: TlsPolicy,
    /// The policy itself: lines of MTA-STS, or TLSA records.
    pub lines: Vec<String>,
    /// The recipient's domain; under DANE the host whose records were used (RFC 8460 §4.4).
    pub policy_domain: Domain,
    pub mx_patterns: Vec<String>,
    pub mx_host: Option<Domain>,
    pub mx_ip: Option<IpAddr>,
    /// A result type of RFC 8460 §4.3; none for success.
    pub failure: Option<&'static str>,
}

/// What a domain's mail servers would achieve now: of the first that answered.
#[derive(Clone)]
pub struct TlsProbe {
    pub state: ProbeState,
    pub mx_host: Option<Domain>,
    /// What a connection to it is held to.
    pub policy: Option<PolicyFacts>,
    pub tls: Option<TlsFacts>,
}

impl TlsProbe {
    pub fn only(state: ProbeState) -> Self {
        Self {
            state,
            mx_host: None,
            policy: None,
            tls: None,
        }
    }
}
