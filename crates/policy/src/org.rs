//! An organisation's own rules: what a compliance officer writes, as data with one text form.
//!
//! Rules of this kind can only ask for more than the platform does. Each has a reason that is shown
//! wherever it strikes. They are read and checked whole: a set that exists is sound, within its
//! limits, and cannot let PHI travel by less when more of it is found. Where a rule asks for a fact
//! that is not known, the message is held. Invariant: `parse(to_text())` gives the same rules.

mod check;
mod condition;
mod fact;
mod limit;
mod listing;
mod read;
mod token;
mod write;

use std::collections::BTreeSet;
use std::sync::Arc;

use model::Method;
use serde::{Deserialize, Serialize};

pub use check::{RuleError, RuleFault};
pub use condition::{Bound, Condition, Test, When};
pub use fact::{Fact, Shape};
pub use listing::Term;

use crate::access::SendLimits;
use crate::facts::Facts;
use crate::rules::version_of;
use crate::words::{Direction, KeyState, Notice};
pub(crate) use condition::Answer;
pub(crate) use limit::Stops;
pub(crate) use write::Domains;

/// Rules of one organisation.
pub const RULES_MAX: usize = 200;
/// Their text.
pub const RULES_OCTETS_MAX: usize = 128 * 1024;
/// Conditions of one rule, and how deep they may be bracketed.
pub const CONDITIONS_MAX: usize = 40;
pub const CONDITION_DEPTH_MAX: usize = 6;
/// Words in one list, and the length of a word.
pub const LIST_WORDS_MAX: usize = 50;
pub const RULE_WORD_OCTETS_MAX: usize = 40;
pub const RULE_NAME_CHARS_MAX: usize = 80;
pub const RULE_WHY_CHARS_MAX: usize = model::limits::REASON_CHARS_MAX;

/// One rule of an organisation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrgRule {
    /// A stable word, such as `big-records`.
    pub id: String,
    /// What people call it.
    pub name: String,
    pub when: When,
    pub effect: OrgEffect,
    /// Why the organisation has this rule. Never empty.
    pub why: String,
    #[serde(default)]
    pub mode: Mode,
}

/// What a rule does when its conditions hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum OrgEffect {
    /// At least `tls`, `tls_or_drop`, `pgp` or `smime`.
    Require(Method),
    /// To the recipient's certificate or key where there is one, else the portal.
    Encrypt,
    Portal,
    /// Kept until somebody who may releases it.
    Quarantine {
        /// Two people agree to a release.
        #[serde(default)]
        second_person: bool,
        /// Words of roles or groups that are told.
        #[serde(default)]
        notify: Vec<String>,
    },
    /// What travels is a copy without the values that were found.
    Redact,
    NeutralSubject,
    Block,
    /// The sender is told; the word names the text.
    Warn(String),
    /// It stands in the trace and changes nothing.
    Log,
    AppendNotice(Notice),
    /// Refused unless the sender is in one of these groups. An app is in none. Its conditions may ask
    /// for labels, recipient and internal recipient alone.
    OnlyMaySend(BTreeSet<String>),
}

/// Whether a rule takes effect.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    #[default]
    Active,
    /// The trace says what it would have done.
    Shadow,
}

/// A checked set of rules.
#[derive(Clone, Debug, Default)]
pub struct OrgRules {
    rules: Vec<OrgRule>,
    version: String,
    /// What Cedar is asked; made of the rules alone.
    limits: Option<Arc<SendLimits>>,
}

impl OrgRules {
    /// # Errors
    /// Every fault that was found, in the order of the rules.
    pub fn new(rules: Vec<OrgRule>) -> Result<Self, Vec<RuleError>> {
        let errors = check::errors(&rules);
        if errors.is_empty() {
            Self::of(rules)
        } else {
            Err(errors)
        }
    }

    /// Reads the text form.
    ///
    /// # Errors
    /// Every fault that was found, with its line.
    pub fn parse(text: &str) -> Result<Self, Vec<RuleError>> {
        read::rules(text).and_then(Self::of)
    }

    /// The text form: what [`OrgRules::parse`] reads. Comments are not kept.
    pub fn to_text(&self) -> String {
        self.rules
            .iter()
            .map(OrgRule::to_text)
            .collect::<Vec<_>>()
            .join("\n")
    }

    /// Rules that many organisations want, none of which is active until somebody activates them.
    ///
    /// # Errors
    /// Never, which a test shows.
    pub fn starter() -> Result<Self, Vec<RuleError>> {
        Self::parse(Self::STARTER)
    }

    /// The text of [`OrgRules::starter`] with its comments.
    pub const STARTER: &str = include_str!("org/starter.rules");

    /// First 16 hex digits of the SHA-256 of the rules' text, whatever their order.
    pub fn version(&self) -> &str {
        &self.version
    }
    pub fn iter(&self) -> impl Iterator<Item = &OrgRule> {
        self.rules.iter()
    }
    pub fn len(&self) -> usize {
        self.rules.len()
    }
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// Of rules without a fault.
    fn of(mut rules: Vec<OrgRule>) -> Result<Self, Vec<RuleError>> {
        for rule in &mut rules {
            let words: Vec<&str> = rule.why.split_whitespace().collect();
            rule.why = words.join(" ");
        }
        let mut texts: Vec<String> = rules.iter().map(OrgRule::to_text).collect();
        texts.sort();
        Ok(Self {
            version: version_of(&texts.concat()),
            limits: limit::compile(&rules)?.map(Arc::new),
            rules,
        })
    }
}

/// All else is made of the rules.
impl PartialEq for OrgRules {
    fn eq(&self, other: &Self) -> bool {
        self.rules == other.rules
    }
}

impl Eq for OrgRules {}

impl Serialize for OrgRules {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        self.rules.serialize(s)
    }
}

impl<'de> Deserialize<'de> for OrgRules {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let rules = Vec::<OrgRule>::deserialize(d)?;
        Self::new(rules).map_err(|errors| {
            let first = errors.first().map(ToString::to_string);
            serde::de::Error::custom(first.unwrap_or_default())
        })
    }
}

impl OrgRule {
    /// Whether its conditions hold, and for a rule of who may send, whether it stops the sending. A rule
    /// that does not ask for the direction is about mail that leaves; our own notices are the
    /// platform's alone.
    pub(crate) fn answer(&self, facts: &Facts, stops: &Stops) -> Answer {
        if facts.message.system {
            return Answer::No;
        }
        if facts.message.direction == Direction::In && !self.asks(Fact::Direction) {
            return Answer::No;
        }
        if self.effect.is_limit() {
            return stops.find(self).map_or(Answer::No, |_| Answer::Yes);
        }
        match self.when.answer(facts) {
            // A refusal is more than a hold already.
            Answer::Yes if self.effect != OrgEffect::Block => {
                self.when.unsure(facts).map_or(Answer::Yes, Answer::Unknown)
            }
            answer => answer,
        }
    }

    pub(crate) fn asks(&self, fact: Fact) -> bool {
        self.when.conditions().any(|c| c.fact == fact)
    }

    /// The method that it needs at least under these facts; `None` where it needs none.
    ///
    /// A rule that cannot be answered holds, unless all it does is to add something: then it does so.
    /// A release lifts the hold and no more; what might have to be refused nobody can release.
    pub(crate) fn needs(&self, facts: &Facts, stops: &Stops) -> Option<Method> {
        let answer = self.answer(facts, stops);
        let method = self.effect.method(facts)?;
        let for_people = matches!(
            self.effect,
            OrgEffect::Quarantine { .. } | OrgEffect::Redact
        );
        match answer {
            Answer::No => None,
            _ if for_people => (!facts.message.approved).then_some(Method::Hold),
            Answer::Yes => Some(method),
            Answer::Unknown(_) if facts.message.approved && method != Method::Block => Some(method),
            Answer::Unknown(_) => Some(Method::Hold),
        }
    }

    /// Whether its effect takes place beside the method.
    pub(crate) fn takes_place(&self, facts: &Facts, stops: &Stops) -> bool {
        self.answer(facts, stops) != Answer::No
    }
}

impl OrgEffect {
    /// How rules say each effect, and what it does: for editor, help and documents.
    pub const ALL: &'static [(&'static str, &'static str)] = &[
        (
            "require tls",
            "verified TLS at least, else the portal; also tls_or_drop, pgp, smime",
        ),
        (
            "encrypt",
            "S/MIME or OpenPGP where the recipient has a usable key, else the portal",
        ),
        ("portal", "it waits in the portal at least"),
        (
            "quarantine",
            "it is held until somebody who may releases it",
        ),
        (
            "quarantine with second person notify dlp_notified",
            "two people agree to a release, and these are told",
        ),
        (
            "redact",
            "a copy without the values that were found travels, the whole waits in the portal; without a portal it \
             is held",
        ),
        (
            "neutral subject",
            "the subject is replaced where it would be readable on the way",
        ),
        ("block", "it is refused, and the sender is told why"),
        ("warn check_recipient", "the sender is shown this text"),
        ("log", "it stands in the trace and changes nothing"),
        (
            "append notice part_2",
            "the statement of 42 CFR 2.32 travels with it",
        ),
        (
            "only compliance, dlp_admin may send",
            "it is refused unless the sender is in one of these groups; an app is in none",
        ),
    ];

    pub(crate) const fn is_limit(&self) -> bool {
        matches!(self, Self::OnlyMaySend(_))
    }

    /// The groups that may send what the rule is about.
    pub(crate) fn senders(&self) -> impl Iterator<Item = &str> {
        let groups = match self {
            Self::OnlyMaySend(groups) => Some(groups),
            _ => None,
        };
        groups.into_iter().flatten().map(String::as_str)
    }

    fn method(&self, facts: &Facts) -> Option<Method> {
        let recipient = &facts.recipient;
        match self {
            Self::Require(method) => Some(*method),
            Self::Encrypt if recipient.smime == KeyState::Usable => Some(Method::Smime),
            Self::Encrypt if recipient.pgp == KeyState::Usable => Some(Method::Pgp),
            Self::Encrypt | Self::Portal => Some(Method::Portal),
            Self::Quarantine { .. } => Some(Method::Hold),
            // A redacted copy points at the whole in the portal (phi.md §5): without one, people decide.
            Self::Redact if !recipient.portal_on => Some(Method::Hold),
            Self::Block | Self::OnlyMaySend(_) => Some(Method::Block),
            Self::Redact
            | Self::NeutralSubject
            | Self::Warn(_)
            | Self::Log
            | Self::AppendNotice(_) => None,
        }
    }
}

#[cfg(test)]
mod tests;
