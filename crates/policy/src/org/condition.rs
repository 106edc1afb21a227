//! Conditions of an organisation's rule, and their answer under given facts.
//!
//! There are three answers: a fact that is not known makes a condition neither true nor false, and
//! `and`, `or`, `not` carry that on unless the rest settles it (Kleene). Invariant: an answer of yes
//! or no would be the same whatever the unknown facts turned out to be.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::fact::{Fact, Value};
use crate::facts::Facts;

/// What a rule asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum When {
    Always,
    All(Vec<When>),
    Any(Vec<When>),
    Not(Box<When>),
    Is(Condition),
}

/// One test of one fact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    pub fact: Fact,
    pub test: Test,
}

/// What is asked of a fact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Test {
    Holds,
    Over(u64),
    AtLeast(Bound),
    Under(u64),
    AtMost(u64),
    /// Is, or includes, one of these words at least.
    AnyOf(BTreeSet<String>),
    NoneOf(BTreeSet<String>),
}

/// A number, or a word among words that stand in order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Bound {
    Number(u64),
    Word(String),
}

/// Whether conditions hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Yes,
    No,
    /// It hangs on this fact, which is not known.
    Unknown(Fact),
}

impl Condition {
    /// All that can be asked for: words, shapes, meanings, examples.
    pub const ALL: &'static [Fact] = Fact::ALL;

    pub(super) fn answer(&self, facts: &Facts) -> Answer {
        let holds = match self.fact.read(facts) {
            Value::Unknown => None,
            Value::Switch(on) => (self.test == Test::Holds).then_some(on),
            Value::Number(number) => self.compares(number),
            Value::Word(word) => self.finds(&[word]),
            Value::Words(words) => self.finds(&words),
        };
        match holds {
            Some(true) => Answer::Yes,
            Some(false) => Answer::No,
            // A test that does not fit its fact cannot be written; here it counts as not known.
            None => Answer::Unknown(self.fact),
        }
    }

    fn compares(&self, number: u64) -> Option<bool> {
        match &self.test {
            Test::Over(bound) => Some(number > *bound),
            Test::AtLeast(Bound::Number(bound)) => Some(number >= *bound),
            Test::AtLeast(Bound::Word(word)) => self.fact.rank(word).map(|bound| number >= bound),
            Test::Under(bound) => Some(number < *bound),
            Test::AtMost(bound) => Some(number <= *bound),
            Test::Holds | Test::AnyOf(_) | Test::NoneOf(_) => None,
        }
    }

    fn finds(&self, found: &[&str]) -> Option<bool> {
        let (wanted, some) = match &self.test {
            Test::AnyOf(words) => (words, true),
            Test::NoneOf(words) => (words, false),
            _ => return None,
        };
        let any = found
            .iter()
            .any(|word| wanted.iter().any(|pattern| self.matches(pattern, word)));
        Some(any == some)
    }

    /// Domains are compared as DNS does, without regard to case (RFC 4343).
    pub(crate) fn matches(&self, pattern: &str, word: &str) -> bool {
        if self.fact != Fact::RecipientDomain {
            return pattern == word;
        }
        let word = word.to_ascii_lowercase();
        match pattern.strip_prefix('*') {
            Some(parent) => word.len() > parent.len() && word.ends_with(parent),
            None => pattern == word,
        }
    }
}

impl When {
    pub(crate) fn answer(&self, facts: &Facts) -> Answer {
        match self {
            Self::Always => Answer::Yes,
            Self::All(parts) => settle(parts, facts, Answer::No, Answer::Yes),
            Self::Any(parts) => settle(parts, facts, Answer::Yes, Answer::No),
            Self::Not(part) => match part.answer(facts) {
                Answer::Yes => Answer::No,
                Answer::No => Answer::Yes,
                unknown => unknown,
            },
            Self::Is(condition) => condition.answer(facts),
        }
    }

    /// The first fact that is not known and whose part is not ruled out. An `or` that holds by
    /// another part still has one: otherwise a finding that settles it would end a hold.
    pub(crate) fn unsure(&self, facts: &Facts) -> Option<Fact> {
        match self {
            Self::Always => None,
            Self::All(_) if self.answer(facts) == Answer::No => None,
            Self::All(parts) | Self::Any(parts) => parts.iter().find_map(|part| part.unsure(facts)),
            Self::Not(part) => part.unsure(facts),
            Self::Is(condition) => match condition.answer(facts) {
                Answer::Unknown(fact) => Some(fact),
                Answer::Yes | Answer::No => None,
            },
        }
    }

    /// Every condition in it, as it is written.
    pub(crate) fn conditions(&self) -> Box<dyn Iterator<Item = &Condition> + '_> {
        match self {
            Self::Always => Box::new(std::iter::empty()),
            Self::All(parts) | Self::Any(parts) => {
                Box::new(parts.iter().flat_map(Self::conditions))
            }
            Self::Not(part) => part.conditions(),
            Self::Is(condition) => Box::new(std::iter::once(condition)),
        }
    }
}

/// One part settles it, or none does, or it hangs on the first that is not known.
fn settle(parts: &[When], facts: &Facts, settles: Answer, otherwise: Answer) -> Answer {
    let mut answer = otherwise;
    for part in parts {
        match part.answer(facts) {
            found if found == settles => return settles,
            Answer::Unknown(fact) if answer == otherwise => answer = Answer::Unknown(fact),
            _ => {}
        }
    }
    answer
}
