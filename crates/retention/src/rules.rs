//! All rules of an organisation, checked once: versions, ages of majority, what applies to an item.
//!
//! Invariants: no two rules share id and version; the order they came in changes nothing; an old version
//! goes on to bind what was made under it, unless counsel approved that the new one keeps shorter.

mod check;

use std::collections::BTreeMap;

use crate::{Anchor, Day, Item, Jurisdiction, Known, Profile, Rule, RuleRef};

pub use check::{RULE_TEXT_OCTETS_MAX, RuleFault, RulesInvalid};

/// Rules in order of id and version, with the age of majority where it is not 18.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    rules: BTreeMap<RuleRef, Rule>,
    majority: BTreeMap<Jurisdiction, u8>,
}

/// Of states that the data does not name: 18 in all but Alabama, Mississippi and Nebraska.
pub const MAJORITY_USUAL: u8 = 18;
/// The most rules an organisation can have, shipped ones counted.
pub const RULES_MAX: usize = 5_000;

impl Rules {
    /// Checks every rule by itself and all together.
    pub fn new(
        rules: impl IntoIterator<Item = Rule>,
        majority: BTreeMap<Jurisdiction, u8>,
    ) -> Result<Self, RulesInvalid> {
        let mut all = BTreeMap::new();
        for rule in rules {
            check::check(&rule)?;
            let reference = rule.reference();
            if all.insert(reference.clone(), rule).is_some() {
                return Err(RulesInvalid::new(reference, "version", RuleFault::Twice));
            }
            if all.len() > RULES_MAX {
                return Err(RulesInvalid::new(reference, "id", RuleFault::TooMany));
            }
        }
        Ok(Self {
            rules: all,
            majority,
        })
    }
    pub fn all(&self) -> impl Iterator<Item = &Rule> {
        self.rules.values()
    }
    pub fn find(&self, reference: &RuleRef) -> Option<&Rule> {
        self.rules.get(reference)
    }
    pub fn majorities(&self) -> &BTreeMap<Jurisdiction, u8> {
        &self.majority
    }
    /// The age of majority a rule counts with: its state's, or for rules of no state `majority_in` the profile.
    pub(crate) fn majority(&self, rule: &Rule, profile: &Profile) -> u8 {
        match rule.jurisdiction.is_state() {
            true => self.majority_of(&rule.jurisdiction),
            false => self.majority_in(profile),
        }
    }
    /// The highest age of majority among the profile's states, in years: nobody younger is of age in all of them.
    pub fn majority_in(&self, profile: &Profile) -> u8 {
        let ages = profile.states.iter().map(|state| self.majority_of(state));
        ages.max().unwrap_or(MAJORITY_USUAL)
    }
    fn majority_of(&self, state: &Jurisdiction) -> u8 {
        self.majority.get(state).copied().unwrap_or(MAJORITY_USUAL)
    }
    /// The rules that bind an item made on `created`, as of `today`.
    pub(crate) fn applying<'a>(
        &'a self,
        profile: &Profile,
        item: &Item,
        created: Day,
        today: Day,
    ) -> impl Iterator<Item = &'a Rule> {
        self.all().filter(move |rule| {
            rule.is_enabled()
                && profile.is_bound_by(rule)
                && rule.classes.iter().any(|class| item.is_of(class))
                && is_in_force(rule, created, today)
                && !self.is_replaced(rule, today)
                && is_met(rule, item, created)
        })
    }
    fn is_replaced(&self, rule: &Rule, today: Day) -> bool {
        self.rules
            .range(rule.reference()..)
            .skip(1)
            .take_while(|(reference, _)| reference.id == rule.id)
            .any(|(_, later)| {
                later.is_enabled()
                    && later.shorter_approved.is_some()
                    && later.effective_from.is_none_or(|from| from <= today)
                    && later.effective_to.is_none_or(|to| today <= to)
            })
    }
}

/// A version that ended binds what was there while it was law.
fn is_in_force(rule: &Rule, created: Day, today: Day) -> bool {
    rule.effective_from.is_none_or(|from| from <= today)
        && rule.effective_to.is_none_or(|to| created <= to)
}

fn is_met(rule: &Rule, item: &Item, created: Day) -> bool {
    let known = |anchor: &Anchor| item.known(anchor, created);
    let excluded = rule
        .when
        .as_ref()
        .is_some_and(|when| known(when) == Some(Known::Never))
        || rule
            .unless
            .as_ref()
            .is_some_and(|unless| matches!(known(unless), Some(Known::On(_))));
    !excluded
}
