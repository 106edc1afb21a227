//! How a mail server and its DNS behave, drawn by chance.

use model::seams::NetFault;
use model::{TlsFacts, Trust};

use crate::kit::SimRng;

/// What DNS says about a domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dns {
    Records,
    /// No MX record: the domain itself is the host (RFC 5321 §5.1).
    Implicit,
    /// RFC 7505.
    NullMx,
    /// SERVFAIL or silence.
    Failing,
    /// The name does not exist.
    Nowhere,
}

/// What a domain asks of those who send to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Guard {
    None,
    /// Its zone is signed and names its servers' keys.
    Dane,
    /// It enforces an MTA-STS policy.
    Sts,
}

/// What a server makes of STARTTLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tls {
    Good,
    NotOffered,
    /// Offered on some connections, as behind a load balancer or an attacker.
    Downgraded,
    /// Offered, and then refused with 454.
    Liar,
    WrongName,
    Untrusted,
    Expired,
    /// Agreed, and then no handshake.
    Broken,
    /// Agreed, and then silence.
    Silent,
}

/// What may go wrong elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quirk {
    DialRefused,
    DialTimesOut,
    BusyGreeting,
    RefusingGreeting,
    BusyAtMail,
    Greylists,
    LaterAtRcpt,
    FullAtRcpt,
    UnknownUser,
    ForbidsAtRcpt,
    CutsInData,
    /// All of the data arrived, and the sender's write fails.
    CutsAfterData,
    TakesThenHangsUp,
    LosesThenHangsUp,
    TakesThenSilent,
    LosesThenSilent,
    TakesLate,
    LaterAtDot,
    RefusesAtDot,
    HangsUpIdle,
}

const QUIRKS: &[Quirk] = &[
    Quirk::DialRefused,
    Quirk::DialTimesOut,
    Quirk::BusyGreeting,
    Quirk::RefusingGreeting,
    Quirk::BusyAtMail,
    Quirk::Greylists,
    Quirk::LaterAtRcpt,
    Quirk::FullAtRcpt,
    Quirk::UnknownUser,
    Quirk::ForbidsAtRcpt,
    Quirk::CutsInData,
    Quirk::CutsAfterData,
    Quirk::TakesThenHangsUp,
    Quirk::LosesThenHangsUp,
    Quirk::TakesThenSilent,
    Quirk::LosesThenSilent,
    Quirk::TakesLate,
    Quirk::LaterAtDot,
    Quirk::RefusesAtDot,
    Quirk::HangsUpIdle,
];

#[derive(Clone, Debug)]
pub(crate) struct Habits {
    pub tls: Tls,
    /// Under DANE: the record is of the key it has.
    pub named: bool,
    /// Each with how often, in a hundred.
    quirks: Vec<(Quirk, u64)>,
}

impl Habits {
    pub fn friendly() -> Self {
        Self {
            tls: Tls::Good,
            named: true,
            quirks: Vec::new(),
        }
    }

    pub fn draw(chance: &SimRng) -> Self {
        const TLS: &[Tls] = &[
            Tls::Good,
            Tls::Good,
            Tls::Good,
            Tls::Good,
            Tls::NotOffered,
            Tls::Downgraded,
            Tls::Liar,
            Tls::WrongName,
            Tls::Untrusted,
            Tls::Expired,
            Tls::Broken,
            Tls::Silent,
        ];
        let count = *chance.pick(&[0, 0, 1, 1, 2, 3]);
        let quirks = (0..count)
            .map(|_| (*chance.pick(QUIRKS), *chance.pick(&[20, 50, 90])))
            .collect();
        Self {
            tls: *chance.pick(TLS),
            named: chance.happens(3, 4),
            quirks,
        }
    }

    pub fn happens(&self, quirk: Quirk, chance: &SimRng) -> bool {
        self.quirks
            .iter()
            .any(|(known, often)| *known == quirk && chance.happens(*often, 100))
    }

    pub fn answers_dial(&self, chance: &SimRng) -> Option<NetFault> {
        if self.happens(Quirk::DialRefused, chance) {
            return Some(NetFault::Refused);
        }
        self.happens(Quirk::DialTimesOut, chance)
            .then_some(NetFault::TimedOut)
    }

    /// The certificate as TLS judges it; `key` is the server's.
    pub fn facts(&self, key: &[u8], trust: &Trust) -> TlsFacts {
        let because = match (self.tls, trust) {
            (_, Trust::Dane { records, .. }) => {
                let matched = records.iter().any(|record| record.data == key);
                (!matched).then_some("no_tlsa_match")
            }
            (tls, Trust::Pkix | Trust::Own(_)) => tls.distrusted(),
        };
        TlsFacts {
            version: "TLSv1.3".to_owned(),
            cipher: "TLS_AES_128_GCM_SHA256".to_owned(),
            certificate_sha256: "00".repeat(32),
            verified: because.is_none(),
            unverified_because: because.map(str::to_owned),
        }
    }
}

impl Tls {
    fn distrusted(self) -> Option<&'static str> {
        match self {
            Tls::WrongName => Some("name_mismatch"),
            Tls::Untrusted => Some("untrusted"),
            Tls::Expired => Some("expired"),
            _ => None,
        }
    }
}
