//! What the wire said about one attempt: the vocabulary between `mta`, `queue` and `flow`.

use crate::{
    BounceAction, BounceClass, DnsSeen, Domain, Phi, PolicyFacts, RefusalScope, StsPolicy,
    Timestamp, TlsSession,
};

/// What a refusal means. Made by `mail::bounce` alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    pub class: BounceClass,
    pub scope: RefusalScope,
    pub action: BounceAction,
    /// The name of the rule that said so.
    pub rule: &'static str,
}

impl Verdict {
    /// A first attempt is told to come again (RFC 6647): rules about that are named for it.
    pub fn is_greylisting(&self) -> bool {
        self.rule.contains("greylist")
    }
}

/// A peer's literal reply, cleaned of control characters and capped. It may quote an address.
pub type ReplyText = Phi<String>;

/// What TLS achieved on the connection that carried the attempt.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct TlsFacts {
    /// `TLSv1.2` or `TLSv1.3`.
    pub version: String,
    pub cipher: String,
    /// SHA-256 of the server's leaf certificate, hex.
    pub certificate_sha256: String,
    /// Whether chain, name and time all verified, or a TLSA record matched.
    pub verified: bool,
    /// Why not, as a stable word: `name_mismatch`, `untrusted`, `expired`,
    /// `no_tlsa_match`, `other`.
    pub unverified_because: Option<String>,
}

/// What can be shown about an attempt. Host names of MX servers are kept beside the sealed rest.
#[derive(Clone)]
pub struct Evidence {
    pub started_at: Timestamp,
    pub ended_at: Timestamp,
    pub mx_host: Option<Domain>,
    pub mx_ip: Option<std::net::IpAddr>,
    pub tls: Option<TlsFacts>,
    /// Three digits of the last reply, and its enhanced status code when it had one.
    pub reply_code: Option<u16>,
    pub reply_enhanced: Option<String>,
    pub reply_text: Option<ReplyText>,
    /// What that reply means, where it refused or put off.
    pub verdict: Option<Verdict>,
    /// The sender wants to hear of success, and the server that took it reports none.
    pub success_untold: bool,
    /// SHA-256 of the exact bytes sent after DATA, before dot-stuffing.
    pub sent_sha256: Option<[u8; 32]>,
    /// What the connection was held to. None where no host was tried.
    pub policy: Option<PolicyFacts>,
    /// A domain's MTA-STS policy that this attempt learned, to be kept.
    pub learned: Option<(Domain, StsPolicy)>,
    /// Connections of this attempt that a policy of the domain spoke about.
    pub sessions: Vec<TlsSession>,
    /// What DNS was asked on the way, and what it said.
    pub dns: Vec<DnsSeen>,
}

impl Evidence {
    pub fn starting(at: Timestamp) -> Self {
        Self {
            started_at: at,
            ended_at: at,
            mx_host: None,
            mx_ip: None,
            tls: None,
            reply_code: None,
            reply_enhanced: None,
            reply_text: None,
            verdict: None,
            success_untold: false,
            sent_sha256: None,
            policy: None,
            learned: None,
            sessions: Vec::new(),
            dns: Vec::new(),
        }
    }
}

/// How one attempt for one recipient ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// 250 after the final dot.
    Accepted,
    /// A temporary answer from the peer, or no peer could be reached.
    Deferred(RefusalScope),
    /// A permanent answer from the peer.
    Refused(RefusalScope),
    /// The connection ended between the final dot and its answer: it may have been accepted.
    Ambiguous,
    /// Every host offers less protection than demanded: nothing was sent.
    BelowDemand,
    /// Our own fault (disk, DNS failure of ours, shutdown): does not count against the recipient.
    OurFault,
}
