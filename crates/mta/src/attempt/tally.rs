//! What several hosts said, reduced to one outcome.
//!
//! Invariant: a permanent outcome needs every host to be sure. One that may work later wins over
//! one that is below the demand, and that over one that refuses the connection.

use model::{Evidence, Outcome, Phi, RefusalScope};

/// How telling a host's failure is; the highest decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rank {
    /// The name has no address.
    Nowhere,
    /// Its addresses are this machine's or private ones.
    Forbidden,
    /// It refused every sender, or cannot carry this message at all.
    Refused,
    /// No connection, no DNS answer, or the connection ended before the message was sent.
    Unreachable,
    /// It was reached and offers less protection than demanded.
    Below,
    /// It said "later".
    Later,
}

/// The most telling failure so far. Of equals the first counts: it came from the preferred host.
pub(crate) struct Tally {
    best: Option<(Rank, Outcome, Evidence)>,
}

impl Tally {
    pub fn new() -> Self {
        Self { best: None }
    }

    pub fn add(&mut self, rank: Rank, outcome: Outcome, evidence: Evidence) {
        if self.best.as_ref().is_none_or(|(best, ..)| rank > *best) {
            self.best = Some((rank, outcome, evidence));
        }
    }

    /// The outcome; `start` is the evidence when no host was tried because time ran out.
    pub fn close(self, start: Evidence) -> (Outcome, Evidence) {
        match self.best {
            Some((_, outcome, evidence)) => (outcome, evidence),
            None => (Outcome::Deferred(RefusalScope::Domain), start),
        }
    }
}

/// A verdict of ours about the domain, in the words a postmaster knows.
pub(crate) fn stating(mut evidence: Evidence, status: &str, text: &str) -> Evidence {
    evidence.reply_enhanced = Some(status.to_owned());
    evidence.reply_text = Some(Phi::new(text.to_owned()));
    evidence
}
