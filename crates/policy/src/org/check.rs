//! What makes a set of rules sound. A set with any fault never takes effect.
//!
//! Beyond form: a rule must not ask for less of what protects ("level is below likely"), since then
//! finding more could let a message travel by less; and its words must not name the domains or
//! addresses that it tests, since they are shown wherever it strikes. Invariant: an error holds no
//! word of the rules but the id of the rule, and that only where it is one.

use std::collections::BTreeSet;

use model::Method;

use super::condition::{Bound, Condition, Test, When};
use super::fact::{Fact, Shape};
use super::limit::limit;
use super::{
    CONDITION_DEPTH_MAX, CONDITIONS_MAX, LIST_WORDS_MAX, OrgEffect, OrgRule, RULE_NAME_CHARS_MAX,
    RULE_WHY_CHARS_MAX, RULE_WORD_OCTETS_MAX, RULES_MAX,
};
use crate::access::SEND_LIMITS_MAX;
use crate::words::words;

/// What is wrong with a set of rules, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleError {
    /// From 1, in the text form; 0 where rules did not come as text.
    pub line: u32,
    pub column: Option<u32>,
    /// The rule's id, or nothing where it has none that may be shown.
    pub rule: String,
    pub code: RuleFault,
    /// A JSON pointer into the list of rules.
    pub pointer: String,
}

words! {
    /// What is wrong. All are the author's to mend.
    RuleFault {
        TextTooLong = "text_too_long", TooManyRules = "too_many_rules", OutsideRule = "outside_rule",
        BadId = "bad_id", DuplicateId = "duplicate_id", BadName = "bad_name",
        NoReason = "no_reason", ReasonTooLong = "reason_too_long", BadReason = "bad_reason",
        AddressInText = "address_in_text", DomainInText = "domain_in_text",
        ColonExpected = "colon_expected", WhenExpected = "when_expected", ThenExpected = "then_expected",
        BecauseExpected = "because_expected", UnknownFact = "unknown_fact", TestExpected = "test_expected",
        NumberExpected = "number_expected", WordExpected = "word_expected", BracketExpected = "bracket_expected",
        UnknownEffect = "unknown_effect", UnexpectedWord = "unexpected_word", OpenQuote = "open_quote",
        TestDoesNotFit = "test_does_not_fit", UnknownWord = "unknown_word", BadDomain = "bad_domain",
        EmptyGroup = "empty_group", TooDeep = "too_deep", TooManyConditions = "too_many_conditions",
        TooManyWords = "too_many_words", AsksForLess = "asks_for_less", MethodNotRequirable = "method_not_requirable",
        NotALimit = "not_a_limit", TooManyLimits = "too_many_limits",
    }
}

impl RuleFault {
    /// What to do about it, as a sentence.
    pub const fn remedy(self) -> &'static str {
        match self {
            Self::TextTooLong => "Shorten the rules: the text is over its limit.",
            Self::TooManyRules => "Join rules: there are more than the limit.",
            Self::OutsideRule => "Begin each rule with the word rule, or a comment with #.",
            Self::BadId => {
                "Give the rule an id of lower-case letters, digits and hyphens, beginning with a letter."
            }
            Self::DuplicateId => "Give each rule an id of its own.",
            Self::BadName => {
                "Give the rule a short name without quotes, line ends and characters that are not seen."
            }
            Self::NoReason | Self::BecauseExpected => "End the rule with because and its reason.",
            Self::ReasonTooLong => "Shorten the reason.",
            Self::BadReason => {
                "Leave characters out of the reason that are not seen or change the order of others."
            }
            Self::AddressInText => {
                "Leave addresses out of name and reason: they are shown with messages."
            }
            Self::DomainInText => {
                "Leave the domains that the rule tests out of its id, name and reason."
            }
            Self::ColonExpected => "Put a colon after the rule's id and name.",
            Self::WhenExpected => "Say when and the conditions, or when always.",
            Self::ThenExpected => "Say then and what is to happen.",
            Self::UnknownFact => "Ask for one of the facts in the list.",
            Self::TestExpected | Self::TestDoesNotFit => {
                "Ask this fact as its example in the list does."
            }
            Self::NumberExpected => "Give a whole number.",
            Self::WordExpected => "Give a word of lower-case letters, digits and _.",
            Self::BracketExpected => "Close the bracket.",
            Self::UnknownEffect => "Use one of the effects in the list.",
            Self::UnexpectedWord => "Take out what stands here, or join it with and or or.",
            Self::OpenQuote => "Close the quotation mark on the same line.",
            Self::UnknownWord => "Use one of this fact's words.",
            Self::BadDomain => "Give a domain such as clinic.example, or *.clinic.example.",
            Self::EmptyGroup => "Give at least one condition or word.",
            Self::TooDeep => "Use fewer brackets within brackets.",
            Self::TooManyConditions => "Make two rules of it.",
            Self::TooManyWords => "Shorten the list.",
            Self::AsksForLess => {
                "Ask for at least, never for less, of level, risk, unread part and phi in subject."
            }
            Self::MethodNotRequirable => "Require tls, tls_or_drop, pgp or smime.",
            Self::NotALimit => {
                "For who may send, ask which labels it includes, what the recipient is and whether it is internal, joined by and."
            }
            Self::TooManyLimits => "Join rules of who may send: there are more than the limit.",
        }
    }
}

impl std::fmt::Display for RuleError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.line > 0 {
            write!(f, "line {}: ", self.line)?;
        }
        if !self.rule.is_empty() {
            write!(f, "rule {}: ", self.rule)?;
        }
        f.write_str(self.code.remedy())
    }
}

impl std::error::Error for RuleError {}

pub(super) fn errors(rules: &[OrgRule]) -> Vec<RuleError> {
    let mut errors = Vec::new();
    let mut ids = BTreeSet::new();
    if rules.len() > RULES_MAX {
        errors.push(error(None, 0, RuleFault::TooManyRules, ""));
        return errors;
    }
    let mut limits = 0;
    for (place, rule) in rules.iter().enumerate() {
        limits += usize::from(rule.effect.is_limit());
        if rule.effect.is_limit() && limits > SEND_LIMITS_MAX {
            errors.push(error(Some(rule), place, RuleFault::TooManyLimits, "effect"));
        }
        errors.extend(
            faults(rule)
                .into_iter()
                .map(|(field, fault)| error(Some(rule), place, fault, field)),
        );
        if !ids.insert(rule.id.as_str()) {
            errors.push(error(Some(rule), place, RuleFault::DuplicateId, "id"));
        }
    }
    errors
}

pub(super) fn error(
    rule: Option<&OrgRule>,
    place: usize,
    code: RuleFault,
    field: &str,
) -> RuleError {
    let shown = rule.filter(|rule| is_id(&rule.id));
    RuleError {
        line: 0,
        column: None,
        rule: shown.map_or_else(String::new, |rule| rule.id.clone()),
        code,
        pointer: rule.map_or_else(String::new, |_| format!("/{place}/{field}")),
    }
}

/// The faults of one rule, each with the field it is in.
pub(super) fn faults(rule: &OrgRule) -> Vec<(&'static str, RuleFault)> {
    let mut faults = Vec::new();
    if !is_id(&rule.id) {
        faults.push(("id", RuleFault::BadId));
    }
    let name_fits = (1..=RULE_NAME_CHARS_MAX).contains(&rule.name.chars().count());
    if !name_fits || rule.name.trim() != rule.name || rule.name.contains(is_unfit) {
        faults.push(("name", RuleFault::BadName));
    }
    if rule.why.trim().is_empty() {
        faults.push(("why", RuleFault::NoReason));
    } else if rule.why.chars().count() > RULE_WHY_CHARS_MAX {
        faults.push(("why", RuleFault::ReasonTooLong));
    } else if rule.why.chars().any(model::is_hidden) {
        faults.push(("why", RuleFault::BadReason));
    }
    let texts = [("id", &rule.id), ("name", &rule.name), ("why", &rule.why)];
    for (field, text) in texts {
        faults.extend(fault_of_shown(rule, text).map(|fault| (field, fault)));
    }
    faults.extend(fault_of_effect(&rule.effect).map(|fault| ("effect", fault)));
    let frees = protects(&rule.effect) && frees_what_is_found(&rule.when, true);
    let fault = fault_of_when(&rule.when)
        .or_else(|| limit(rule).err())
        .or_else(|| frees.then_some(RuleFault::AsksForLess));
    faults.extend(fault.map(|fault| ("when", fault)));
    faults
}

fn is_unfit(c: char) -> bool {
    c == '"' || model::is_hidden(c)
}

fn fault_of_shown(rule: &OrgRule, text: &str) -> Option<RuleFault> {
    if text.contains('@') {
        return Some(RuleFault::AddressInText);
    }
    let text = text.to_ascii_lowercase();
    let mut domains = rule
        .when
        .conditions()
        .filter(|c| c.fact == Fact::RecipientDomain);
    domains
        .any(|c| {
            c.words()
                .any(|domain| text.contains(domain.trim_start_matches("*.")))
        })
        .then_some(RuleFault::DomainInText)
}

fn fault_of_effect(effect: &OrgEffect) -> Option<RuleFault> {
    let words: Vec<&String> = match effect {
        OrgEffect::Require(Method::Tls | Method::TlsOrDrop | Method::Pgp | Method::Smime) => {
            return None;
        }
        OrgEffect::Require(_) => return Some(RuleFault::MethodNotRequirable),
        OrgEffect::Warn(word) => vec![word],
        OrgEffect::Quarantine { notify, .. } => notify.iter().collect(),
        OrgEffect::OnlyMaySend(groups) if groups.is_empty() => return Some(RuleFault::EmptyGroup),
        OrgEffect::OnlyMaySend(groups) => groups.iter().collect(),
        _ => return None,
    };
    if words.len() > LIST_WORDS_MAX {
        return Some(RuleFault::TooManyWords);
    }
    (!words.iter().all(|word| is_word(word))).then_some(RuleFault::WordExpected)
}

fn fault_of_when(when: &When) -> Option<RuleFault> {
    if depth(when) > CONDITION_DEPTH_MAX {
        return Some(RuleFault::TooDeep);
    }
    if when.conditions().count() > CONDITIONS_MAX {
        return Some(RuleFault::TooManyConditions);
    }
    if !matches!(when, When::Always) && !is_filled(when) {
        return Some(RuleFault::EmptyGroup);
    }
    when.conditions()
        .find_map(fault_of)
        .or_else(|| asks_for_less(when, true).then_some(RuleFault::AsksForLess))
}

fn depth(when: &When) -> usize {
    match when {
        When::Always | When::Is(_) => 0,
        When::Not(part) => 1 + depth(part),
        When::All(parts) | When::Any(parts) => 1 + parts.iter().map(depth).max().unwrap_or(0),
    }
}

/// Groups of less than two would be said otherwise, and `always` has no place within others.
fn is_filled(when: &When) -> bool {
    match when {
        When::Always => false,
        When::Is(_) => true,
        When::Not(part) => is_filled(part),
        When::All(parts) | When::Any(parts) => parts.len() > 1 && parts.iter().all(is_filled),
    }
}

/// Whether more of what protects could make this hold no longer.
fn asks_for_less(when: &When, upright: bool) -> bool {
    match when {
        When::Always => false,
        When::Is(condition) => condition.fact.only_rises() && !upright,
        When::Not(part) => asks_for_less(part, !upright),
        When::All(parts) | When::Any(parts) => {
            parts.iter().any(|part| asks_for_less(part, upright))
        }
    }
}

/// Whether mail is held to more by it. A limit on senders says itself what it may ask for.
fn protects(effect: &OrgEffect) -> bool {
    !matches!(
        effect,
        OrgEffect::Warn(_)
            | OrgEffect::Log
            | OrgEffect::AppendNotice(_)
            | OrgEffect::OnlyMaySend(_)
    )
}

/// Whether one more kind, label or patient that is found could make this hold no longer.
fn frees_what_is_found(when: &When, upright: bool) -> bool {
    match when {
        When::Always => false,
        When::Is(condition) => {
            let falls = matches!(
                condition.test,
                Test::NoneOf(_) | Test::Under(_) | Test::AtMost(_)
            );
            condition.fact.is_found() && falls == upright
        }
        When::Not(part) => frees_what_is_found(part, !upright),
        When::All(parts) | When::Any(parts) => {
            parts.iter().any(|part| frees_what_is_found(part, upright))
        }
    }
}

/// Whether any day has such an hour: a rule that can never match, or always does, is a slip of its author.
fn can_be(condition: &Condition) -> bool {
    match (condition.fact, &condition.test) {
        (Fact::Hour, Test::AtLeast(Bound::Number(hour)) | Test::Under(hour)) => {
            (1..24).contains(hour)
        }
        (Fact::Hour, Test::Over(hour) | Test::AtMost(hour)) => (0..23).contains(hour),
        _ => true,
    }
}

fn fault_of(condition: &Condition) -> Option<RuleFault> {
    let fits = matches!(
        (condition.fact.shape(), &condition.test),
        (Shape::Switch, Test::Holds)
            | (
                Shape::Number | Shape::Size,
                Test::Over(_) | Test::AtLeast(Bound::Number(_)) | Test::Under(_) | Test::AtMost(_)
            )
            | (Shape::Rising(_), Test::AtLeast(Bound::Word(_)))
            | (
                Shape::Word(_) | Shape::OpenWord | Shape::Domain | Shape::Words,
                Test::AnyOf(_) | Test::NoneOf(_)
            )
    );
    if !fits || !can_be(condition) {
        return Some(RuleFault::TestDoesNotFit);
    }
    match condition.words().count() {
        0 if matches!(condition.test, Test::AnyOf(_) | Test::NoneOf(_)) => {
            return Some(RuleFault::EmptyGroup);
        }
        count if count > LIST_WORDS_MAX => return Some(RuleFault::TooManyWords),
        _ => {}
    }
    condition
        .words()
        .find_map(|word| match condition.fact.shape() {
            Shape::Rising(known) | Shape::Word(known) => {
                (!known.contains(&word)).then_some(RuleFault::UnknownWord)
            }
            Shape::Domain => (!is_domain(word)).then_some(RuleFault::BadDomain),
            _ => (!is_word(word)).then_some(RuleFault::WordExpected),
        })
}

impl Condition {
    /// The words it tests for.
    pub(crate) fn words(&self) -> Box<dyn Iterator<Item = &str> + '_> {
        match &self.test {
            Test::AnyOf(words) | Test::NoneOf(words) => Box::new(words.iter().map(String::as_str)),
            Test::AtLeast(Bound::Word(word)) => Box::new(std::iter::once(word.as_str())),
            _ => Box::new(std::iter::empty()),
        }
    }
}

pub(super) fn is_id(id: &str) -> bool {
    id.len() <= RULE_WORD_OCTETS_MAX
        && id.starts_with(|c: char| c.is_ascii_lowercase())
        && id
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

fn is_word(word: &str) -> bool {
    (1..=RULE_WORD_OCTETS_MAX).contains(&word.len())
        && word
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'-'))
        && !matches!(word, "and" | "or" | "not" | "then" | "because")
}

/// Two labels at least, in the letters that DNS knows.
fn is_domain(pattern: &str) -> bool {
    let name = pattern.strip_prefix("*.").unwrap_or(pattern);
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    name.len() <= model::limits::DOMAIN_OCTETS_MAX
        && name.contains('.')
        && name.split('.').all(is_label)
}
