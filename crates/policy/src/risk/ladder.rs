//! The restrictions that follow a judgement, one above the other, each timed and taken back by a click.
//!
//! It says where a subject stands; who holds mail, slows a client or tells the owner reads it there.
//! What was held stays held until somebody looks at it, whatever becomes of the rung. Invariants: the
//! machine climbs above `Hold` once an alert and only for [`ABOVE_HOLD_SECONDS`]; what a person
//! confirmed ends by a person; a release leads to `Observe`.

use model::Timestamp;
use serde::{Deserialize, Serialize};

use super::judge::{Judgement, Reason, Risk};
use super::signal::{SIGNALS, Signal};

const HOUR_SECONDS: i64 = 3_600;
const SLOW_SECONDS: i64 = 3_600;
const HOLD_SECONDS: i64 = 24 * 3_600;
const ABOVE_HOLD_SECONDS: i64 = 4 * 3_600;
/// Critical for so long on a rung above `Hold` leads to the next.
const CLIMB_SECONDS: i64 = 900;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rung {
    Observe,
    /// 429 or 451 with a time to come back.
    Slow,
    /// Accepted, and parked until a person looks.
    Hold,
    /// Only recipients written to before.
    KnownOnly,
    /// Nothing that is labelled PHI, or by the portal alone.
    NoPhi,
    /// Nothing.
    Suspend,
}

impl Rung {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Observe => "observe",
            Self::Slow => "slow",
            Self::Hold => "hold",
            Self::KnownOnly => "known_only",
            Self::NoPhi => "no_phi",
            Self::Suspend => "suspend",
        }
    }

    const fn next(self) -> Self {
        match self {
            Self::Observe => Self::Slow,
            Self::Slow => Self::Hold,
            Self::Hold => Self::KnownOnly,
            Self::KnownOnly => Self::NoPhi,
            Self::NoPhi | Self::Suspend => Self::Suspend,
        }
    }

    const fn seconds(self) -> i64 {
        match self {
            Self::Observe | Self::Slow => SLOW_SECONDS,
            Self::Hold => HOLD_SECONDS,
            Self::KnownOnly | Self::NoPhi | Self::Suspend => ABOVE_HOLD_SECONDS,
        }
    }
}

/// Where a subject stands. Moments are whole seconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    rung: Rung,
    since: i64,
    /// When the restrictions that stand now began, whatever rungs they went over.
    #[serde(default)]
    begun: Option<i64>,
    /// None: on `Observe`, or confirmed by a person.
    until: Option<i64>,
    is_confirmed: bool,
    /// The machine was above `Hold` in this alert and may not climb there again.
    is_spent: bool,
    expected: Vec<Signal>,
    expected_until: i64,
}

impl Standing {
    pub fn new(now: Timestamp) -> Self {
        Self {
            rung: Rung::Observe,
            since: now.secs(),
            begun: None,
            until: None,
            is_confirmed: false,
            is_spent: false,
            expected: Vec::new(),
            expected_until: 0,
        }
    }

    pub const fn rung(&self) -> Rung {
        self.rung
    }

    pub const fn since(&self) -> Timestamp {
        Timestamp::from_secs(self.since)
    }

    /// Before that moment it sent as it should, for all that is known: what led to the restrictions came within
    /// the hour before they began.
    pub fn trusted_before(&self) -> Timestamp {
        let begun = self.begun.unwrap_or(self.since);
        Timestamp::from_secs(begun.saturating_sub(HOUR_SECONDS))
    }

    /// When it ends by itself.
    pub fn until(&self) -> Option<Timestamp> {
        self.until.map(Timestamp::from_secs)
    }

    pub const fn is_confirmed(&self) -> bool {
        self.is_confirmed
    }

    pub const fn is_restricted(&self) -> bool {
        !matches!(self.rung, Rung::Observe)
    }

    /// A person looked and lets it stand, on this rung or another, until somebody releases it.
    #[must_use]
    pub fn confirmed(&self, rung: Rung, now: Timestamp) -> Self {
        if rung == Rung::Observe {
            return self.released(now, &[], now);
        }
        Self {
            rung,
            since: now.secs(),
            begun: self.begun.or(Some(now.secs())),
            until: None,
            is_confirmed: true,
            ..self.clone()
        }
    }

    /// One click: no restriction any more, and what was expected after all is passed over until then,
    /// except by caps.
    #[must_use]
    pub fn released(&self, now: Timestamp, expected: &[Signal], until: Timestamp) -> Self {
        Self {
            expected: expected.iter().copied().take(SIGNALS).collect(),
            expected_until: until.secs(),
            ..Self::new(now)
        }
    }

    /// A person announced more until then, as a campaign or a migration brings it: of a signal and of
    /// those that rise with it.
    pub(super) fn expects(&self, signal: Signal, now: Timestamp) -> bool {
        let mut expected = self.expected.iter().map(|expected| expected.family());
        now.secs() < self.expected_until && expected.any(|family| family == signal.family())
    }

    fn on(&self, rung: Rung, now: i64) -> Self {
        let until = (rung != Rung::Observe).then_some(now.saturating_add(rung.seconds()));
        Self {
            rung,
            since: now,
            begun: until.and(self.begun.or(Some(now))),
            until,
            is_confirmed: false,
            is_spent: self.is_spent && rung != Rung::Observe,
            ..self.clone()
        }
    }

    /// What is left of it at this moment, whatever is judged.
    fn lasting(&self, now: i64) -> Self {
        match self.until {
            Some(until) if until <= now && self.rung > Rung::Hold => Self {
                is_spent: true,
                ..self.on(Rung::Hold, now)
            },
            Some(until) if until <= now => self.on(Rung::Observe, now),
            _ => self.clone(),
        }
    }
}

/// Where a subject stands after a judgement.
#[must_use]
pub fn ladder(standing: &Standing, judgement: &Judgement, now: Timestamp) -> Standing {
    let now = now.secs();
    let standing = standing.lasting(now);
    let wanted = match judgement.risk {
        Risk::Normal => return standing,
        Risk::Raised => Rung::Slow,
        Risk::High => Rung::Hold,
        Risk::Critical => after_critical(&standing, now),
    };
    let wanted = if standing.is_spent {
        wanted.min(Rung::Hold)
    } else {
        wanted
    };
    if wanted > standing.rung {
        return standing.on(wanted, now);
    }
    // Up to `Hold` an alert that goes on keeps its rung; above, only a person does.
    if wanted == standing.rung && standing.rung <= Rung::Hold && !standing.is_confirmed {
        let until = Some(now.saturating_add(standing.rung.seconds()));
        return Standing { until, ..standing };
    }
    standing
}

fn after_critical(standing: &Standing, now: i64) -> Rung {
    let stayed = now.saturating_sub(standing.since) >= CLIMB_SECONDS;
    if standing.rung > Rung::Hold && stayed {
        standing.rung.next()
    } else {
        standing.rung.max(Rung::KnownOnly)
    }
}

/// One step up or down, for the audit log: words and numbers alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    pub from: Rung,
    pub to: Rung,
    pub until_seconds: Option<i64>,
    pub is_confirmed: bool,
    pub reasons: Vec<Reason>,
}

/// None where nothing changed that anybody must be told.
pub fn change(
    before: &Standing,
    after: &Standing,
    judgement: Option<&Judgement>,
) -> Option<Change> {
    let changed = before.rung != after.rung || before.is_confirmed != after.is_confirmed;
    changed.then(|| Change {
        from: before.rung,
        to: after.rung,
        until_seconds: after.until,
        is_confirmed: after.is_confirmed,
        reasons: judgement.map_or_else(Vec::new, |judgement| judgement.reasons.clone()),
    })
}
