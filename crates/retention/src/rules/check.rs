//! What a rule must be to be taken: whole, without contradiction, and approved by somebody with a name.

use crate::rule::{Approval, Keep, Minor, RuleState};
use crate::{Effect, Rule, RuleRef};

/// Why a set of rules cannot be used: which rule, which field, what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RulesInvalid {
    pub rule: RuleRef,
    pub field: &'static str,
    pub fault: RuleFault,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleFault {
    /// The same id and version stands twice.
    Twice,
    TooMany,
    Empty,
    TooLong,
    /// Not small letters, digits and `-`.
    NotAnId,
    /// A minor's part gives none of `until_age`, `after_majority` and `keep`.
    NoLength,
    /// An age over 120.
    AgeTooHigh,
    /// A permanent rule has no clauses, and a ceiling is not permanent.
    Permanent,
    /// It ends before it begins.
    EndsBeforeItBegins,
    /// Not 64 hexadecimal digits.
    NotADigest,
    /// A ceiling says when to destroy and knows no minors, deaths or open matters.
    NotForACeiling,
}

/// The longest text of a rule, in octets.
pub const RULE_TEXT_OCTETS_MAX: usize = 2_000;
const AGE_MAX: u8 = 120;

impl RulesInvalid {
    pub(super) fn new(rule: RuleRef, field: &'static str, fault: RuleFault) -> Self {
        Self { rule, field, fault }
    }
}

impl RuleFault {
    pub fn word(self) -> &'static str {
        match self {
            Self::Twice => "twice",
            Self::TooMany => "too_many",
            Self::Empty => "empty",
            Self::TooLong => "too_long",
            Self::NotAnId => "not_an_id",
            Self::NoLength => "no_length",
            Self::AgeTooHigh => "age_too_high",
            Self::Permanent => "permanent",
            Self::EndsBeforeItBegins => "ends_before_it_begins",
            Self::NotADigest => "not_a_digest",
            Self::NotForACeiling => "not_for_a_ceiling",
        }
    }
}

impl std::fmt::Display for RulesInvalid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}: {}", self.rule, self.field, self.fault.word())
    }
}
impl std::error::Error for RulesInvalid {}

pub(super) fn check(rule: &Rule) -> Result<(), RulesInvalid> {
    let faults = texts(rule)
        .or_else(|| whole(rule))
        .or_else(|| ages(rule))
        .or_else(|| approvals(rule));
    match faults {
        Some((field, fault)) => Err(RulesInvalid::new(rule.reference(), field, fault)),
        None => Ok(()),
    }
}

type Found = Option<(&'static str, RuleFault)>;

fn texts(rule: &Rule) -> Found {
    let is_id = !rule.id.is_empty()
        && rule.id.len() <= 80
        && rule
            .id
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if !is_id {
        return Some(("id", RuleFault::NotAnId));
    }
    let texts = [
        ("record", &rule.record),
        ("citation", &rule.citation),
        ("url", &rule.url),
        ("note", &rule.note),
    ];
    for (field, text) in texts {
        if text.len() > RULE_TEXT_OCTETS_MAX {
            return Some((field, RuleFault::TooLong));
        }
        if text.trim().is_empty() && ["record", "citation"].contains(&field) {
            return Some((field, RuleFault::Empty));
        }
    }
    let is_digest =
        |digest: &String| digest.len() == 64 && digest.bytes().all(|b| b.is_ascii_hexdigit());
    match &rule.source_sha256 {
        Some(digest) if !is_digest(digest) => Some(("source_sha256", RuleFault::NotADigest)),
        _ => None,
    }
}

fn whole(rule: &Rule) -> Found {
    if rule.classes.is_empty() {
        return Some(("classes", RuleFault::Empty));
    }
    let has_clauses = rule.minor.is_some() || rule.death.is_some() || !rule.while_open.is_empty();
    if rule.effect == Effect::Ceiling {
        if rule.keep == Keep::Permanent {
            return Some(("keep", RuleFault::Permanent));
        }
        if has_clauses {
            return Some(("effect", RuleFault::NotForACeiling));
        }
    }
    match rule.keep {
        Keep::Permanent if has_clauses || !rule.from.is_empty() => {
            return Some(("keep", RuleFault::Permanent));
        }
        Keep::For(_) if rule.from.is_empty() => return Some(("from", RuleFault::Empty)),
        _ => {}
    }
    let ends_early = rule
        .effective_from
        .zip(rule.effective_to)
        .is_some_and(|(from, to)| to < from);
    ends_early.then_some(("effective_to", RuleFault::EndsBeforeItBegins))
}

fn ages(rule: &Rule) -> Found {
    let minor = rule.minor.as_ref()?;
    let Minor {
        until_age,
        after_majority,
        keep,
        under,
        ..
    } = minor;
    if until_age.is_none() && after_majority.is_none() && keep.is_none() {
        return Some(("minor", RuleFault::NoLength));
    }
    let is_too_high = [until_age, under]
        .into_iter()
        .flatten()
        .any(|age| *age > AGE_MAX);
    is_too_high.then_some(("minor", RuleFault::AgeTooHigh))
}

fn approvals(rule: &Rule) -> Found {
    let is_nobody = |approval: &Approval| approval.by.trim().is_empty();
    if matches!(&rule.state, RuleState::Enabled(approval) if is_nobody(approval)) {
        return Some(("state", RuleFault::Empty));
    }
    rule.shorter_approved
        .as_ref()
        .is_some_and(is_nobody)
        .then_some(("shorter_approved", RuleFault::Empty))
}
