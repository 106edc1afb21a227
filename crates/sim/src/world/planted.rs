//! Planted faults: wrong behaviours of a program, played between the real one and the simulated
//! world, to prove that the oracles find them.
//!
//! None of them is in the product: each alters what passes between the program and its store, its
//! network or whoever it answers. Invariant: what is drawn for a fault comes from a sequence of its
//! own, so a seed without one is the same history as ever.

use std::sync::atomic::{AtomicU32, Ordering};

use crate::kit::SimRng;

/// What a broken program would do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Planted {
    /// Says 202 before the commit, which then fails.
    AnswersBeforeCommit,
    /// An idempotency key is not looked at.
    ForgetsKeys,
    /// Work that a commit asked for is lost.
    LosesOutboxEntry,
    /// An event has no audit entry.
    LosesAuditEntry,
    /// A tile of the audit log is altered.
    ForgesTile,
    /// The head of the audit log goes back.
    RewindsLog,
    /// A recipient is said to have got what still waits.
    ClaimsDelivery,
    /// A temporary refusal is stored as a success.
    MistakesReply,
    /// Silence after the final dot is taken for a temporary refusal.
    ForgetsAmbiguity,
    /// STARTTLS is said, and what follows goes in the clear.
    FallsBackToPlaintext,
    /// Any certificate will do.
    BelievesCertificates,
    /// A letter that was taken is sent once more.
    SendsTwice,
    /// A letter goes to another's mailbox.
    MisaddressesLetter,
    /// A cancel says that it stopped what it did not.
    IgnoresCancel,
    /// A failure is reported twice to the sender.
    ReportsTwice,
    /// A provider gets more connections than it takes.
    IgnoresShaping,
    /// A new source carries more than its day allows.
    IgnoresWarmUp,
    /// A provider gets more in a minute than it takes.
    IgnoresRate,
    /// What is urgent is taken for marketing, and marketing for what is urgent.
    SwapsStreams,
    /// The same, and marketing leaves room.
    PrefersMarketing,
    /// What was suspended starts.
    IgnoresSuspension,
    /// Whatever address DNS tells is dialled.
    DialsAnywhere,
}

impl Planted {
    pub const ALL: &'static [Self] = &[
        Self::AnswersBeforeCommit,
        Self::ForgetsKeys,
        Self::LosesOutboxEntry,
        Self::LosesAuditEntry,
        Self::ForgesTile,
        Self::RewindsLog,
        Self::ClaimsDelivery,
        Self::MistakesReply,
        Self::ForgetsAmbiguity,
        Self::FallsBackToPlaintext,
        Self::BelievesCertificates,
        Self::SendsTwice,
        Self::MisaddressesLetter,
        Self::IgnoresCancel,
        Self::ReportsTwice,
        Self::IgnoresShaping,
        Self::IgnoresWarmUp,
        Self::IgnoresRate,
        Self::SwapsStreams,
        Self::PrefersMarketing,
        Self::IgnoresSuspension,
        Self::DialsAnywhere,
    ];
}

/// The fault of one history, if it has one, and its own chance.
pub(crate) struct Plant {
    fault: Option<Planted>,
    chance: SimRng,
    happened: AtomicU32,
}

impl Plant {
    pub fn new(fault: Option<Planted>, seed: u64) -> Self {
        Self {
            fault,
            chance: SimRng::new(seed ^ 0x70_6c_61_6e_74),
            happened: AtomicU32::new(0),
        }
    }

    /// Whether this fault happens now: a few times in a hundred.
    pub fn happens(&self, fault: Planted, in_a_hundred: u64) -> bool {
        let now = self.fault == Some(fault) && self.chance.happens(in_a_hundred, 100);
        if now {
            self.happened.fetch_add(1, Ordering::Relaxed);
        }
        now
    }

    pub fn is(&self, fault: Planted) -> bool {
        self.fault == Some(fault)
    }

    pub fn pick<'a, T>(&self, from: &'a [T]) -> &'a T {
        self.chance.pick(from)
    }

    /// How often it happened.
    pub fn count(&self) -> u32 {
        self.happened.load(Ordering::Relaxed)
    }
}
