//! The signals and how each is judged: one row a signal.
//!
//! Words are stable: stored decisions name them. Invariant: a signal's place in [`Signal::ALL`] is its
//! place in every stored row of counts, so new ones are added at the end.

use serde::{Deserialize, Serialize};

macro_rules! signals {
    ($($signal:ident $word:literal,)*) => {
        /// Something counted.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Signal { $($signal,)* }

        pub(super) const SIGNALS: usize = [$(Signal::$signal,)*].len();

        impl Signal {
            pub const ALL: [Self; SIGNALS] = [$(Self::$signal,)*];

            pub const fn word(self) -> &'static str {
                match self { $(Self::$signal => $word,)* }
            }
        }
    };
}

signals! {
    Messages "messages",
    Recipients "recipients",
    Domains "domains",
    Patients "patients",
    Kibibytes "kibibytes",
    FirstEver "first_ever",
    FreeMail "free_mail",
    PhiLabelled "phi_labelled",
    DlpBlocks "dlp_blocks",
    Unscannable "unscannable",
    PhiInSubject "phi_in_subject",
    Bounces "bounces",
    Complaints "complaints",
    FailedSignIns "failed_sign_ins",
    NewNetwork "new_network",
    NewAgent "new_agent",
}

/// Signals that rise and fall together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    /// How much, to how many, about how many.
    Volume,
    /// To whom.
    Reach,
    /// What is in it.
    Content,
    /// What receivers said.
    Reception,
    /// Who seems to send it.
    Identity,
}

impl Signal {
    /// Those that a fixed limit can be set for: counts whose size says something without what is usual.
    pub const CAPPED: [Self; 8] = [
        Self::Messages,
        Self::Recipients,
        Self::Domains,
        Self::Patients,
        Self::DlpBlocks,
        Self::PhiInSubject,
        Self::Complaints,
        Self::FailedSignIns,
    ];

    pub(super) const fn family(self) -> Family {
        match self {
            Self::Messages | Self::Recipients | Self::Patients | Self::Kibibytes => Family::Volume,
            Self::Domains | Self::FirstEver | Self::FreeMail => Family::Reach,
            Self::PhiLabelled | Self::DlpBlocks | Self::Unscannable | Self::PhiInSubject => {
                Family::Content
            }
            Self::Bounces | Self::Complaints => Family::Reception,
            Self::FailedSignIns | Self::NewNetwork | Self::NewAgent => Family::Identity,
        }
    }
}

/// Volumes with a rhythm of hours and weeks.
pub(super) const SEASONAL: [Signal; 4] = [
    Signal::Messages,
    Signal::Recipients,
    Signal::Patients,
    Signal::Kibibytes,
];
/// Volumes watched by the day, for what is taken slowly.
pub(super) const DAILY: [Signal; 3] = [Signal::Messages, Signal::Recipients, Signal::Patients];
/// What is near zero for most subjects.
pub(super) const RARE: [Signal; 6] = [
    Signal::DlpBlocks,
    Signal::PhiInSubject,
    Signal::Complaints,
    Signal::FailedSignIns,
    Signal::NewNetwork,
    Signal::NewAgent,
];
/// A part, and the whole it is a share of.
pub(super) const SHARES: [(Signal, Signal); 5] = [
    (Signal::FirstEver, Signal::Recipients),
    (Signal::FreeMail, Signal::Recipients),
    (Signal::PhiLabelled, Signal::Messages),
    (Signal::Unscannable, Signal::Messages),
    (Signal::Bounces, Signal::Messages),
];

/// What a signal was held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Statistic {
    /// A fixed limit over an hour or a day.
    Cap,
    /// These five minutes, or this hour, against the same of earlier weeks (median and MAD).
    Season,
    /// A count against a rate near zero (Poisson or negative binomial).
    Tail,
    /// A share against the usual one (Wilson).
    Share,
    /// Hours that are all somewhat high (EWMA).
    Drift,
    /// Days that are all somewhat high (CUSUM).
    Slow,
}

impl Statistic {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Cap => "cap",
            Self::Season => "season",
            Self::Tail => "tail",
            Self::Share => "share",
            Self::Drift => "drift",
            Self::Slow => "slow",
        }
    }
}
