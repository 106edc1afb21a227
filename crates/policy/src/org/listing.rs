//! The listing of all that a rule may ask for and do: editor, help and documents are made from it.
//!
//! Invariant: every fact and every effect is in it once, with an example that parses.

use super::{Fact, OrgEffect, Shape};

/// A fact or an effect, as the listing has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// As rules say it.
    pub word: &'static str,
    pub meaning: &'static str,
    /// A condition or an effect that parses.
    pub example: &'static str,
    /// The words that it knows; none where any number, word or domain will do.
    pub words: &'static [&'static str],
}

const EFFECTS: &[(&str, &str, &str)] = &[
    (
        "require",
        "at least this method is needed: tls, tls_or_drop, pgp or smime",
        "require tls",
    ),
    (
        "encrypt",
        "to the recipient's certificate or key where there is one, else the portal",
        "encrypt",
    ),
    ("portal", "it stays in the portal", "portal"),
    (
        "quarantine",
        "it is kept until somebody who may releases it; two people where the rule says so",
        "quarantine with second person notify compliance",
    ),
    (
        "redact",
        "what travels is a copy without the values that were found; the whole stays in the portal",
        "redact",
    ),
    (
        "neutral subject",
        "the subject that travels says nothing",
        "neutral subject",
    ),
    ("block", "it is refused", "block"),
    (
        "warn",
        "the sender is shown a warning; the word names it",
        "warn check_recipient",
    ),
    ("log", "it stands in the trace and changes nothing", "log"),
    (
        "append notice",
        "a statement of law travels with it",
        "append notice part_2",
    ),
    (
        "only",
        "it is refused unless the sender is in one of these groups; an app is in none",
        "only compliance, dlp_admin may send",
    ),
];

impl Term {
    /// Everything that a rule may ask for.
    pub fn facts() -> impl Iterator<Item = Self> {
        Fact::ALL.iter().map(|fact| Self {
            word: fact.word(),
            meaning: fact.meaning(),
            example: fact.example(),
            words: match fact.shape() {
                Shape::Rising(words) | Shape::Word(words) => words,
                _ => &[],
            },
        })
    }

    /// Everything that a rule may do.
    pub fn effects() -> impl Iterator<Item = Self> {
        EFFECTS.iter().map(|(word, meaning, example)| Self {
            word,
            meaning,
            example,
            words: &[],
        })
    }
}

impl OrgEffect {
    /// Its word in the listing.
    pub const fn listed_as(&self) -> &'static str {
        match self {
            Self::Require(_) => "require",
            Self::Encrypt => "encrypt",
            Self::Portal => "portal",
            Self::Quarantine { .. } => "quarantine",
            Self::Redact => "redact",
            Self::NeutralSubject => "neutral subject",
            Self::Block => "block",
            Self::Warn(_) => "warn",
            Self::Log => "log",
            Self::AppendNotice(_) => "append notice",
            Self::OnlyMaySend(_) => "only",
        }
    }
}
