//! What the wire said about one attempt: the vocabulary between `mta`, `queue` and `flow`.

use crate::{Domain, Phi, Timestamp};

/// How far a refusal reaches. Only `Recipient` may ever lead to suppression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalScope {
    Recipient,
    Domain,
    Content,
    Us,
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
    /// Whether chain, name and time all verified.
    pub verified: bool,
    /// Why not, as a stable word: `name_mismatch`, `untrusted`, `expired`, `other`.
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
    /// SHA-256 of the exact bytes sent after DATA, before dot-stuffing.
    pub sent_sha256: Option<[u8; 32]>,
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
            sent_sha256: None,
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
