//! What an organisation is: where it works, as what, in which programmes, on whose calendar.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{Jurisdiction, Programme, Provider, Rule, Rules, Zone};

/// Which rules bind an organisation follows from this and nothing else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// States alone; federal rules and the organisation's own bind everybody.
    pub states: BTreeSet<Jurisdiction>,
    pub provider_types: BTreeSet<Provider>,
    #[serde(default)]
    pub programmes: BTreeSet<Programme>,
    pub zone: Zone,
}

impl Profile {
    /// Whether the rule is about such an organisation, enabled or not.
    pub fn is_bound_by(&self, rule: &Rule) -> bool {
        let is_here = !rule.jurisdiction.is_state() || self.states.contains(&rule.jurisdiction);
        is_here
            && (rule.providers.is_empty() || !rule.providers.is_disjoint(&self.provider_types))
            && (rule.programmes.is_empty() || !rule.programmes.is_disjoint(&self.programmes))
    }
    /// The rules about such an organisation, with drafts and disabled ones: what there is to approve.
    pub fn rules<'a>(&self, rules: &'a Rules) -> Vec<&'a Rule> {
        rules.all().filter(|rule| self.is_bound_by(rule)).collect()
    }
}
