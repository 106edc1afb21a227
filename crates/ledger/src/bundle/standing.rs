//! How it stands with one recipient: the level, how the way ended, and the fixed words for both.
//!
//! The file, the check of it and the console say the same sentences, because they take them from here and from
//! [`Claim`]. An end takes no level away: what was shown stays shown, and the end is said beside it. Invariant: a
//! receipt that a reader's program sends, and an automatic answer, neither raise nor end anything.

use std::collections::BTreeMap;

use super::claim::{self, Claim};
use super::{LIMITS, LIMITS_SPANISH};
use crate::entry::Entry;

/// What happened, as an event and its entry both have it.
#[derive(Clone, Copy, Debug)]
pub struct Step<'a> {
    pub kind: &'a str,
    pub facts: &'a BTreeMap<String, String>,
}

/// How far it came, and how it ended where it did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    pub level: Claim,
    pub end: Option<End>,
}

/// Why nothing more will come of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    Refused,
    Returned,
    Expired,
    Cancelled,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tongue {
    English,
    Spanish,
}

impl Standing {
    /// Of one recipient's steps, oldest first; `None` where the message was never accepted for sending.
    pub fn of<'a>(steps: impl Iterator<Item = Step<'a>>) -> Option<Self> {
        let mut standing: Option<Self> = None;
        for step in steps {
            if let Some(level) = Claim::of(step) {
                let so_far = standing.get_or_insert(Self { level, end: None });
                so_far.level = so_far.level.max(level);
                // Sent again after an end, and taken.
                if level >= Claim::S2 {
                    so_far.end = None;
                }
            }
            if let (Some(standing), Some(end)) = (&mut standing, End::of(step)) {
                standing.end = Some(end);
            }
        }
        standing
    }

    /// The level, the end where there is one, and what no mail system can prove.
    pub fn sentences(&self, tongue: Tongue) -> Vec<&'static str> {
        let (level, limits) = match tongue {
            Tongue::English => (self.level.says(), LIMITS),
            Tongue::Spanish => (self.level.says_in_spanish(), LIMITS_SPANISH),
        };
        let end = self.end.map(|end| end.says(tongue));
        [Some(level), end, Some(limits)]
            .into_iter()
            .flatten()
            .collect()
    }
}

impl End {
    pub const ALL: &'static [Self] = &[
        Self::Refused,
        Self::Returned,
        Self::Expired,
        Self::Cancelled,
    ];

    pub const fn word(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Returned => "returned",
            Self::Expired => "expired",
            Self::Cancelled => "cancelled",
        }
    }

    pub const fn says(self, tongue: Tongue) -> &'static str {
        match (self, tongue) {
            (Self::Refused, Tongue::English) => {
                "The way ended: a mail server refused the message for good."
            }
            (Self::Refused, Tongue::Spanish) => {
                "El camino terminó: un servidor de correo rechazó el mensaje de forma definitiva."
            }
            (Self::Returned, Tongue::English) => {
                "The way ended: a report that came later said that the message could not be delivered. \
                 The report is another system's statement."
            }
            (Self::Returned, Tongue::Spanish) => {
                "El camino terminó: un informe posterior indicó que el mensaje no pudo entregarse. \
                 El informe es una declaración de otro sistema."
            }
            (Self::Expired, Tongue::English) => {
                "The way ended: the service stopped trying when the time for it was over."
            }
            (Self::Expired, Tongue::Spanish) => {
                "El camino terminó: el servicio dejó de intentarlo cuando se agotó el plazo."
            }
            (Self::Cancelled, Tongue::English) => {
                "The way ended: the message was withdrawn before its delivery was done."
            }
            (Self::Cancelled, Tongue::Spanish) => {
                "El camino terminó: el mensaje se retiró antes de completarse la entrega."
            }
        }
    }

    /// Of the message itself: a notice or a code that comes back ends nothing.
    fn of(step: Step<'_>) -> Option<Self> {
        if claim::is_beside(step) || claim::is_test(step) {
            return None;
        }
        match step.kind {
            "delivery.refused" => Some(Self::Refused),
            "delivery.bounced" => Some(Self::Returned),
            "dsn" if claim::says_failed(step) => Some(Self::Returned),
            "delivery.expired" => Some(Self::Expired),
            "delivery.cancelled" => Some(Self::Cancelled),
            _ => None,
        }
    }
}

impl<'a> From<&'a Entry> for Step<'a> {
    fn from(entry: &'a Entry) -> Self {
        Self {
            kind: &entry.kind,
            facts: &entry.facts,
        }
    }
}
