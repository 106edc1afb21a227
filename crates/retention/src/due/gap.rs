//! Where no rule speaks: a state without an enabled rule for what the organisation is, a class without one.
//!
//! Some 22 states have no statute on physicians' records (records §2.2): there the organisation chooses a
//! period, as a rule of its own in that jurisdiction with the reason in its note. Until it did, nothing
//! clinical is due: another state's rule may be shorter than what was forgotten.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{Class, Item, Jurisdiction, Profile, Provider, Rule, Sentence};

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gap {
    /// No enabled rule of this state on clinical records of this provider type.
    State {
        jurisdiction: Jurisdiction,
        provider_type: Provider,
    },
    /// No enabled rule for this class.
    Class(Class),
    /// A profile without states or without provider types.
    Profile,
}

impl Gap {
    /// `no_rule_of_state`, `no_rule_for_class` or `no_profile`.
    pub fn sentence(&self) -> Sentence {
        match self {
            Self::State {
                jurisdiction,
                provider_type,
            } => Sentence::new(
                "no_rule_of_state",
                [
                    ("jurisdiction", jurisdiction.to_string()),
                    ("provider_type", provider_type.to_string()),
                ],
            ),
            Self::Class(class) => {
                Sentence::new("no_rule_for_class", [("class", class.to_string())])
            }
            Self::Profile => Sentence::new("no_profile", []),
        }
    }
}

pub(super) fn gaps(item: &Item, profile: &Profile, applying: &[&Rule]) -> Vec<Gap> {
    let floors: Vec<&Rule> = applying
        .iter()
        .copied()
        .filter(|rule| rule.is_floor())
        .collect();
    let mut gaps = Vec::new();
    if item.is_of(&Class::Clinical) {
        let is_anywhere = profile.states.iter().any(Jurisdiction::is_state);
        if !is_anywhere || profile.provider_types.is_empty() {
            gaps.push(Gap::Profile);
        }
        gaps.extend(states(profile, &floors));
    }
    gaps.extend(asked(item).iter().filter_map(|class| {
        let is_ruled = floors.iter().any(|rule| {
            rule.classes.contains(class)
                || (class.is_clinical() && rule.classes.contains(&Class::Clinical))
        });
        (!is_ruled).then(|| Gap::Class(class.clone()))
    }));
    gaps
}

/// The classes of which each needs a rule. What is unclassified may be clinical.
fn asked(item: &Item) -> BTreeSet<Class> {
    let mut classes = item.classes.clone();
    if item.is_unclassified() {
        classes.remove(&Class::Unclassified);
        classes.insert(Class::Clinical);
    }
    classes
}

fn states<'a>(profile: &'a Profile, floors: &'a [&Rule]) -> impl Iterator<Item = Gap> + 'a {
    let types = profile
        .provider_types
        .iter()
        .filter(|provider| provider.keeps_patient_records());
    profile
        .states
        .iter()
        .filter(|state| state.is_state())
        .flat_map(move |state| types.clone().map(move |provider| (state, provider)))
        .filter(|(state, provider)| !floors.iter().any(|rule| rules_on(rule, state, provider)))
        .map(|(state, provider)| Gap::State {
            jurisdiction: state.clone(),
            provider_type: provider.clone(),
        })
}

/// A rule for some programme or some condition is no rule on the records of all patients.
fn rules_on(rule: &Rule, state: &Jurisdiction, provider: &Provider) -> bool {
    rule.jurisdiction == *state
        && rule.classes.contains(&Class::Clinical)
        && rule.programmes.is_empty()
        && rule.when.is_none()
        && rule.unless.is_none()
        && (rule.providers.is_empty() || rule.providers.contains(provider))
}
