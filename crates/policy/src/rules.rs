//! What a rule of the platform is, and the set that decides: the platform's and an organisation's.
//! [`crate::decide()`] is its only reader.
//!
//! The platform's rules stand in `standard` and come first; an organisation's are added by
//! [`Rules::with`] and can only ask for more. Invariant: the decision is the same in whatever order
//! the rules stand.

mod standard;

use std::sync::Arc;

use aws_lc_rs::digest;
use model::Method;

use crate::OrgRules;
use crate::facts::Facts;
use crate::question::Question;
use crate::words::Notice;

/// A condition or its opposite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Literal {
    Is(Question),
    Not(Question),
}
use Literal::{Is, Not};

/// What a rule does when it matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// At least this method is needed.
    Needs(Method),
    /// At least the method the sender asked for is needed.
    NeedsDemanded,
    /// A method that cannot be used gives way to a stronger one: pairs of from and to.
    Moves(&'static [(Method, Method)]),
    /// The subject is replaced: it shows on locked screens, in lists and in the logs of servers, however it travels.
    NeutralSubject,
    /// Something travels with the message.
    Notice(Notice),
}

/// One rule: it matches when all literals of any one alternative hold.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    pub id: &'static str,
    pub name: &'static str,
    pub when: &'static [&'static [Literal]],
    pub effect: Effect,
}

/// A set of rules and the version that traces name.
#[derive(Clone, Debug)]
pub struct Rules {
    rules: Vec<Rule>,
    organisation: Arc<OrgRules>,
    version: String,
}

impl Rules {
    /// The platform's rules. No tenant setting weakens them.
    pub fn standard() -> Self {
        Self::new(standard::STANDARD.to_vec())
    }
    /// The platform's rules and an organisation's own.
    #[must_use]
    pub fn with(mut self, organisation: Arc<OrgRules>) -> Self {
        if !organisation.is_empty() {
            let both = format!("{}\n{}\n", self.version, organisation.version());
            self.version = version_of(&both);
        }
        self.organisation = organisation;
        self
    }
    /// First 16 hex digits of the SHA-256 of the rules' text, whatever their order.
    pub fn version(&self) -> &str {
        &self.version
    }
    pub fn iter(&self) -> impl Iterator<Item = &Rule> {
        self.rules.iter()
    }
    pub fn organisation(&self) -> &OrgRules {
        &self.organisation
    }
    pub(crate) fn new(rules: Vec<Rule>) -> Self {
        let mut lines: Vec<String> = rules.iter().map(Rule::text).collect();
        lines.sort();
        Self {
            version: version_of(&lines.concat()),
            rules,
            organisation: Arc::default(),
        }
    }
}

/// First 16 hex digits of the SHA-256 of rules' text.
pub(crate) fn version_of(text: &str) -> String {
    let digest = digest::digest(&digest::SHA256, text.as_bytes());
    let octets = digest.as_ref().iter().take(8);
    octets.map(|octet| format!("{octet:02x}")).collect()
}

impl Rule {
    /// The alternative that holds, if any: the reason why the rule matches.
    pub(crate) fn holding(&self, facts: &Facts) -> Option<&'static [Literal]> {
        self.when
            .iter()
            .copied()
            .find(|all| all.iter().all(|literal| literal.holds(facts)))
    }
    fn text(&self) -> String {
        let when: Vec<String> = self
            .when
            .iter()
            .map(|all| {
                all.iter()
                    .map(|literal| literal.text())
                    .collect::<Vec<_>>()
                    .join(" & ")
            })
            .collect();
        format!(
            "{}|{}|{}|{:?}\n",
            self.id,
            self.name,
            when.join(" or "),
            self.effect
        )
    }
}

impl Literal {
    pub(crate) fn holds(self, facts: &Facts) -> bool {
        match self {
            Is(question) => question.holds(facts),
            Not(question) => !question.holds(facts),
        }
    }
    /// The answer that this literal asks for.
    pub(crate) const fn wanted(self) -> bool {
        matches!(self, Is(_))
    }
    pub(crate) const fn question(self) -> Question {
        match self {
            Is(question) | Not(question) => question,
        }
    }
    fn text(self) -> String {
        match self {
            Is(question) => question.word().to_owned(),
            Not(question) => format!("!{}", question.word()),
        }
    }
}
