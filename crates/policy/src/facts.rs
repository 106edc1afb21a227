//! What a decision may look at: labels, counts and switches, never a word of the message.
//!
//! Built by `flow` from the findings, the sender's request and what is known of the recipient.
//! Invariant: nothing here can hold a value that detection found.

use model::{Method, PhiLevel, Purpose, Stream};

/// What is known of the message, the same for all its recipients.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MessageFacts {
    pub level: PhiLevel,
    /// Words of the finding kinds, such as `us_ssn`. Anything that is not a plain word is shown as
    /// `other`, so that a value put here by mistake stays out of the trace.
    pub kinds: Vec<String>,
    /// PHI was found in the subject line.
    pub subject_phi: bool,
    /// Some part could not be read: counts as PHI.
    pub unscannable: bool,
    pub stream: Stream,
    pub purpose: Purpose,
    /// An administrator declared the stream or the app free of PHI.
    pub declared_no_phi: bool,
    /// The method the sender asked for. It can only strengthen.
    pub demanded: Option<Method>,
    /// The organisation lets nothing leave below verified TLS.
    pub tls_minimum: bool,
    /// Our own notices, codes and delivery reports, built from templates without PHI.
    pub system: bool,
}

/// What is known of one recipient.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RecipientFacts {
    pub portal_on: bool,
    pub tls_known: TlsKnown,
    /// The patient asked for plain mail and was warned (45 CFR 164.522(b)(1)); the record is kept.
    pub prefers_plain: bool,
    /// The recipient's domain is the organisation's own.
    pub internal: bool,
}

/// What earlier deliveries showed of the recipient's mail servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TlsKnown {
    Unknown,
    Verified,
    /// TLS missing, or its certificate did not verify.
    Broken,
}

impl TlsKnown {
    pub const ALL: &'static [Self] = &[Self::Unknown, Self::Verified, Self::Broken];

    pub const fn word(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Verified => "verified",
            Self::Broken => "broken",
        }
    }
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|known| known.word() == word)
    }
}
