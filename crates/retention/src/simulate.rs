//! What other rules would change for items as they are now, before anybody switches them on.
//!
//! Holds are left out, so that a change is the rules' alone. Invariant: a simulation holds counts and ids.

use model::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Day, Item, Profile, Rules, Verdict, due};

/// Examples kept of each change.
pub const SIMULATION_EXAMPLES_MAX: usize = 20;

/// How two sets of rules differ over some items. An item may count in several.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Simulation {
    pub total: u64,
    /// Items with another verdict or another day.
    pub changed: u64,
    pub kept_longer: Change,
    pub kept_shorter: Change,
    pub newly_due: Change,
    pub no_longer_due: Change,
    /// An anchor or a rule is missing now.
    pub newly_unknown: Change,
    pub no_longer_unknown: Change,
    pub newly_in_conflict: Change,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    pub count: u64,
    /// Ids of the first items.
    pub examples: Vec<String>,
}

impl Change {
    fn join(&mut self, other: Self) {
        self.count += other.count;
        let room = SIMULATION_EXAMPLES_MAX.saturating_sub(self.examples.len());
        self.examples.extend(other.examples.into_iter().take(room));
    }
    fn add(&mut self, id: &str, is_so: bool) {
        if !is_so {
            return;
        }
        self.count += 1;
        if self.examples.len() < SIMULATION_EXAMPLES_MAX {
            self.examples.push(id.to_owned());
        }
    }
}

/// Asks old and new, each rules with the profile they are read by, about every item.
pub fn simulate<'a>(
    old: (&Rules, &Profile),
    new: (&Rules, &Profile),
    items: impl IntoIterator<Item = (&'a str, &'a Item)>,
    now: Timestamp,
) -> Simulation {
    let mut simulation = Simulation::default();
    for (id, item) in items {
        let was = due(item, old.0, &[], old.1, now).verdict;
        let is = due(item, new.0, &[], new.1, now).verdict;
        simulation.add(id, &was, &is);
    }
    simulation
}

impl Simulation {
    /// The same with what came of other items.
    pub fn join(&mut self, other: Self) {
        self.total += other.total;
        self.changed += other.changed;
        self.kept_longer.join(other.kept_longer);
        self.kept_shorter.join(other.kept_shorter);
        self.newly_due.join(other.newly_due);
        self.no_longer_due.join(other.no_longer_due);
        self.newly_unknown.join(other.newly_unknown);
        self.no_longer_unknown.join(other.no_longer_unknown);
        self.newly_in_conflict.join(other.newly_in_conflict);
    }
    fn add(&mut self, id: &str, was: &Verdict, is: &Verdict) {
        self.total += 1;
        self.changed += u64::from(was != is);
        let days = kept(was).zip(kept(is));
        self.kept_longer
            .add(id, days.is_some_and(|(was, is)| was < is));
        self.kept_shorter
            .add(id, days.is_some_and(|(was, is)| is < was));
        self.newly_due.add(id, !was.is_due() && is.is_due());
        self.no_longer_due.add(id, was.is_due() && !is.is_due());
        self.newly_unknown
            .add(id, !is_unknown(was) && is_unknown(is));
        self.no_longer_unknown
            .add(id, is_unknown(was) && !is_unknown(is));
        self.newly_in_conflict
            .add(id, !is_conflict(was) && is_conflict(is));
    }
}

/// The last day of keeping, where it can be told; never is later than any day.
fn kept(verdict: &Verdict) -> Option<(bool, Option<Day>)> {
    match verdict {
        Verdict::NotDue { kept_through } | Verdict::Due { kept_through, .. } => {
            Some((false, Some(*kept_through)))
        }
        Verdict::Conflict { kept_through, .. } => Some((kept_through.is_none(), *kept_through)),
        Verdict::Never => Some((true, None)),
        Verdict::Held { otherwise, .. } => kept(otherwise),
        Verdict::Unknown { .. } => None,
    }
}

fn is_unknown(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::Unknown { .. })
}

fn is_conflict(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::Conflict { .. })
}
