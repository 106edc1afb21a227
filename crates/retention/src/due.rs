//! What all rules and holds together say of one item.
//!
//! Precedence: a hold beats everything; a permanent rule beats a period; what is missing beats a day;
//! the longest floor wins. A ceiling earlier than a floor is a task for people, never a silent choice.
//! Invariants: another rule never makes an item due earlier; another hold never makes it due; where an
//! anchor or a rule is missing nothing is due.

mod gap;
mod tell;

use std::collections::BTreeSet;

use model::Timestamp;
use serde::{Deserialize, Serialize};

use crate::reckon::{End, Reckoning, reckon};
use crate::{
    Anchor, Class, Day, Effect, HeldBy, Hold, Item, Profile, RuleRef, Rules, Zone, held_by,
};

pub use gap::Gap;

/// Whether an item may be destroyed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Verdict {
    /// Kept to the end of this day in the organisation's zone.
    NotDue { kept_through: Day },
    /// Every floor is over, the last at the end of this day.
    Due {
        kept_through: Day,
        /// A ceiling: destroyed at the latest by the end of this day.
        destroy_by: Option<Day>,
    },
    /// A permanent rule.
    Never,
    /// A hold binds it, whatever the rules say.
    Held {
        by: Vec<HeldBy>,
        otherwise: Box<Verdict>,
    },
    /// Not due, since something is not on record: a work list.
    Unknown {
        missing: BTreeSet<Anchor>,
        gaps: Vec<Gap>,
        /// Whatever is found, not before the end of this day.
        not_before: Option<Day>,
    },
    /// To be destroyed by one rule and kept by another rule or a hold: for people to decide.
    Conflict {
        destroy_by: Day,
        kept_through: Option<Day>,
        held_by: Vec<HeldBy>,
    },
}

/// A verdict and how it came about. To be stored with every decision, sealed: steps hold days of birth.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    pub verdict: Verdict,
    pub explanation: Explanation,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    pub asked_on: Day,
    pub created: Day,
    pub zone: Zone,
    /// As classified; empty is unclassified.
    pub classes: BTreeSet<Class>,
    /// Every rule that applied, by id and version.
    pub rules: Vec<Reckoning>,
    /// Those the item is kept by to the last.
    pub won: Vec<RuleRef>,
}

impl Verdict {
    pub fn is_due(&self) -> bool {
        matches!(self, Self::Due { .. })
    }
}

/// Whether `item` may be destroyed at `now`. Days are those of the profile's zone.
pub fn due(
    item: &Item,
    rules: &Rules,
    holds: &[Hold],
    profile: &Profile,
    now: Timestamp,
) -> Answer {
    let zone = profile.zone;
    let (created, today) = (zone.day_of(item.created), zone.day_of(now));
    let applying: Vec<_> = rules.applying(profile, item, created, today).collect();
    let gaps = gap::gaps(item, profile, &applying);
    let reckonings: Vec<Reckoning> = applying
        .iter()
        .map(|rule| reckon(rule, item, created, rules.majority(rule, profile)))
        .collect();
    let sum = Sum::of(&reckonings);
    let by_rules = sum.verdict(gaps, zone, now);
    let held = held_by(item, holds, zone, now);
    Answer {
        verdict: with_holds(by_rules, held, holds, sum.ceiling, zone, now),
        explanation: Explanation {
            asked_on: today,
            created,
            zone,
            classes: item.classes.clone(),
            won: sum.won,
            rules: reckonings,
        },
    }
}

/// What the reckonings come to.
struct Sum {
    is_permanent: bool,
    /// The latest day that any floor is known to reach.
    floor: Option<Day>,
    /// The earliest that any ceiling does.
    ceiling: Option<Day>,
    missing: BTreeSet<Anchor>,
    is_unknown: bool,
    won: Vec<RuleRef>,
}

impl Sum {
    fn of(reckonings: &[Reckoning]) -> Self {
        let (floors, ceilings): (Vec<_>, Vec<_>) = reckonings
            .iter()
            .partition(|reckoning| reckoning.effect == Effect::Floor);
        let is_permanent = floors.iter().any(|floor| floor.end == End::Never);
        let floor = floors.iter().filter_map(|floor| bound(&floor.end)).max();
        let missing = floors.iter().flat_map(|floor| match &floor.end {
            End::Unknown { missing, .. } => missing.clone(),
            _ => BTreeSet::new(),
        });
        let won = floors.iter().filter(|reckoning| match is_permanent {
            true => reckoning.end == End::Never,
            false => floor.is_some_and(|floor| reckoning.end == End::On(floor)),
        });
        Self {
            is_permanent,
            floor,
            ceiling: ceilings
                .iter()
                .filter_map(|ceiling| match ceiling.end {
                    End::On(day) => Some(day),
                    _ => None,
                })
                .min(),
            missing: missing.collect(),
            is_unknown: floors
                .iter()
                .any(|floor| matches!(floor.end, End::Unknown { .. })),
            won: won.map(|reckoning| reckoning.rule.clone()).collect(),
        }
    }

    fn verdict(&self, gaps: Vec<Gap>, zone: Zone, now: Timestamp) -> Verdict {
        if self.is_permanent {
            return match self.ceiling {
                Some(destroy_by) => Verdict::Conflict {
                    destroy_by,
                    kept_through: None,
                    held_by: Vec::new(),
                },
                None => Verdict::Never,
            };
        }
        let Some(kept_through) = self.floor.filter(|_| !self.is_unknown && gaps.is_empty()) else {
            return Verdict::Unknown {
                missing: self.missing.clone(),
                gaps,
                not_before: self.floor,
            };
        };
        if zone.end_of(kept_through) <= now {
            return Verdict::Due {
                kept_through,
                destroy_by: self.ceiling,
            };
        }
        match self.ceiling {
            Some(destroy_by) if destroy_by < kept_through => Verdict::Conflict {
                destroy_by,
                kept_through: Some(kept_through),
                held_by: Vec::new(),
            },
            _ => Verdict::NotDue { kept_through },
        }
    }
}

fn bound(end: &End) -> Option<Day> {
    match end {
        End::On(day) => Some(*day),
        End::Unknown { not_before, .. } => *not_before,
        End::Never => None,
    }
}

fn with_holds(
    by_rules: Verdict,
    held: Vec<HeldBy>,
    holds: &[Hold],
    ceiling: Option<Day>,
    zone: Zone,
    now: Timestamp,
) -> Verdict {
    if held.is_empty() {
        return by_rules;
    }
    let is_decided = held.iter().any(|by| {
        holds
            .iter()
            .any(|hold| hold.id == by.hold && hold.over_ceiling.is_some())
    });
    match ceiling.filter(|day| zone.end_of(*day) <= now) {
        Some(destroy_by) if !is_decided => Verdict::Conflict {
            destroy_by,
            kept_through: match by_rules {
                Verdict::Due { kept_through, .. } | Verdict::NotDue { kept_through } => {
                    Some(kept_through)
                }
                Verdict::Conflict { kept_through, .. } => kept_through,
                _ => None,
            },
            held_by: held,
        },
        _ => Verdict::Held {
            by: held,
            otherwise: Box::new(by_rules),
        },
    }
}
