//! What a message is to the law: record classes by an organisation's rules over facts.
//!
//! Rules see words about a message (its label, what detectors found, roles, departments), never its text.
//! Invariants: what no rule matches, and what a rule could not tell for want of a fact, is unclassified and
//! so kept like the longest clinical class; a person's correction wins and what rules found stays beside it.

use std::collections::{BTreeMap, BTreeSet};

use model::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Class;

/// The most rules of classification an organisation can have.
pub const CLASS_RULES_MAX: usize = 1_000;

/// What rules ask about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fact {
    /// What the sender or a reader called it.
    Label,
    /// Kinds that detectors found.
    Detector,
    /// Names of keyword lists that hit.
    Keyword,
    SenderRole,
    RecipientRole,
    Department,
    /// `yes` or `no`.
    PatientIsMinor,
}

/// By fact the words that hold. A fact that is not here is unknown; an empty set is known to be none.
pub type ItemFacts = BTreeMap<Fact, BTreeSet<String>>;

/// One condition of a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Match {
    pub fact: Fact,
    pub any_of: BTreeSet<String>,
    /// True where none of the words holds.
    #[serde(default)]
    pub none: bool,
}

/// A rule: where all conditions hold, these classes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassRule {
    pub id: String,
    #[serde(default)]
    pub when: Vec<Match>,
    pub classes: BTreeSet<Class>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// Every rule that matches adds its classes.
    #[default]
    All,
    /// The first rule that matches decides.
    First,
}

/// An organisation's rules of classification.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Classifier {
    #[serde(default)]
    pub order: Order,
    pub rules: Vec<ClassRule>,
}

/// What rules found, and what a person said instead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Classification {
    pub found: BTreeSet<Class>,
    /// Rules that matched.
    pub rules: Vec<String>,
    /// Rules that could not be told for want of a fact.
    pub unsure: Vec<String>,
    pub correction: Option<Correction>,
}

/// A person's word on what something is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correction {
    pub classes: BTreeSet<Class>,
    pub by: String,
    pub at: Timestamp,
    pub reason: String,
}

/// A rule that cannot be used: its place and id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClassifierInvalid {
    TooMany,
    NoClasses(String),
    NoWords(String),
    Twice(String),
}

impl std::fmt::Display for ClassifierInvalid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::TooMany => write!(f, "more than {CLASS_RULES_MAX} rules"),
            Self::NoClasses(id) => write!(f, "{id}: names no class"),
            Self::NoWords(id) => write!(f, "{id}: a condition without words"),
            Self::Twice(id) => write!(f, "{id}: stands twice"),
        }
    }
}
impl std::error::Error for ClassifierInvalid {}

impl Classifier {
    /// To be asked before rules are stored.
    pub fn check(&self) -> Result<(), ClassifierInvalid> {
        if self.rules.len() > CLASS_RULES_MAX {
            return Err(ClassifierInvalid::TooMany);
        }
        let mut seen = BTreeSet::new();
        for rule in &self.rules {
            if rule.classes.is_empty() {
                return Err(ClassifierInvalid::NoClasses(rule.id.clone()));
            }
            if rule
                .when
                .iter()
                .any(|condition| condition.any_of.is_empty())
            {
                return Err(ClassifierInvalid::NoWords(rule.id.clone()));
            }
            if !seen.insert(&rule.id) {
                return Err(ClassifierInvalid::Twice(rule.id.clone()));
            }
        }
        Ok(())
    }
}

impl Classification {
    /// What counts: the correction, where there is one.
    pub fn classes(&self) -> BTreeSet<Class> {
        let counts = self
            .correction
            .as_ref()
            .map_or(&self.found, |correction| &correction.classes);
        match counts.is_empty() {
            true => [Class::Unclassified].into(),
            false => counts.clone(),
        }
    }
    /// The same with a person's word; an earlier one is the audit log's to keep.
    pub fn corrected(self, correction: Correction) -> Self {
        Self {
            correction: Some(correction),
            ..self
        }
    }
}

/// Applies the rules to what is known of an item.
pub fn classify(facts: &ItemFacts, classifier: &Classifier) -> Classification {
    let mut classification = Classification {
        found: BTreeSet::new(),
        rules: Vec::new(),
        unsure: Vec::new(),
        correction: None,
    };
    for rule in &classifier.rules {
        match told(rule, facts) {
            Some(true) => {
                classification.found.extend(rule.classes.iter().cloned());
                classification.rules.push(rule.id.clone());
                if classifier.order == Order::First {
                    break;
                }
            }
            Some(false) => {}
            None => classification.unsure.push(rule.id.clone()),
        }
    }
    if classification.rules.is_empty() || !classification.unsure.is_empty() {
        classification.found.insert(Class::Unclassified);
    }
    classification
}

/// `None` when a fact is missing that could make the difference.
fn told(rule: &ClassRule, facts: &ItemFacts) -> Option<bool> {
    let answers = rule.when.iter().map(|condition| {
        let words = facts.get(&condition.fact)?;
        Some(words.is_disjoint(&condition.any_of) == condition.none)
    });
    let mut is_sure = true;
    for answer in answers {
        match answer {
            Some(false) => return Some(false),
            Some(true) => {}
            None => is_sure = false,
        }
    }
    is_sure.then_some(true)
}
