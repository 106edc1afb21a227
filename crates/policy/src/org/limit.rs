//! Rules of who may send: the limits that Cedar is asked, and what it answered.
//!
//! Such a rule may ask only what a limit can say: the labels, what the recipient is, and whether it is
//! a colleague. Checked rules are compiled once and kept with their set. Invariant: a limit stops where
//! the conditions of its rule hold and the sender is in none of its groups, or where it errs.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::check::{self, RuleError, RuleFault};
use super::condition::{Condition, Test, When};
use super::fact::Fact;
use super::{OrgEffect, OrgRule, OrgRules};
use crate::access::{SendLimit, SendLimits, SendTo, Side, Stop};
use crate::facts::Facts;
use crate::words::{Direction, RecipientClass};

/// The rules that stop one sending to one recipient, by their ids.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Stops(pub(crate) BTreeMap<String, Stop>);

impl Stops {
    pub(crate) fn find(&self, rule: &OrgRule) -> Option<Stop> {
        self.0.get(&rule.id).copied()
    }
}

impl OrgRules {
    /// Asks for each limit, in force or in shadow. As with other rules, our own notices and mail that
    /// comes in are left alone.
    pub(crate) fn stops(&self, facts: &Facts) -> Stops {
        let message = &facts.message;
        let Some(limits) = &self.limits else {
            return Stops::default();
        };
        if message.system || message.direction == Direction::In {
            return Stops::default();
        }
        Stops(limits.stops(&sending(facts)))
    }

    /// The same under other facts, where the answer under some is known: Cedar is asked again only where
    /// it is asked something else.
    pub(crate) fn stops_again<'a>(
        &self,
        other: &Facts,
        facts: &Facts,
        stops: &'a Stops,
    ) -> Cow<'a, Stops> {
        let concerns = |facts: &Facts| (facts.message.system, facts.message.direction);
        if concerns(other) == concerns(facts) && sending(other) == sending(facts) {
            Cow::Borrowed(stops)
        } else {
            Cow::Owned(self.stops(other))
        }
    }
}

fn sending(facts: &Facts) -> SendTo<'_> {
    SendTo {
        groups: &facts.message.sender_groups,
        labels: &facts.message.labels,
        class: facts.recipient.class,
        internal: facts.recipient.internal,
    }
}

/// What Cedar is asked about these rules; nothing where none says who may send.
///
/// # Errors
/// Every rule that says so, where Cedar takes their limits for unsound.
pub(super) fn compile(rules: &[OrgRule]) -> Result<Option<SendLimits>, Vec<RuleError>> {
    let limits: Result<Vec<SendLimit>, RuleFault> = rules
        .iter()
        .filter_map(|rule| limit(rule).transpose())
        .collect();
    let limits = limits.and_then(|limits| match limits.as_slice() {
        [] => Ok(None),
        limits => SendLimits::new(limits)
            .map(Some)
            .map_err(|_| RuleFault::NotALimit),
    });
    limits.map_err(|fault| {
        let placed = rules.iter().enumerate();
        placed
            .filter(|(_, rule)| rule.effect.is_limit())
            .map(|(place, rule)| check::error(Some(rule), place, fault, "effect"))
            .collect()
    })
}

/// The limit that a rule sets, if it sets one.
pub(super) fn limit(rule: &OrgRule) -> Result<Option<SendLimit>, RuleFault> {
    let OrgEffect::OnlyMaySend(groups) = &rule.effect else {
        return Ok(None);
    };
    let mut limit = SendLimit {
        id: rule.id.clone(),
        labels: Vec::new(),
        classes: None,
        side: None,
        groups: groups.clone(),
    };
    narrow(&mut limit, &rule.when, true)?;
    Ok(Some(limit))
}

/// Narrows the limit to what also meets these conditions: what is joined by `and`, or denied together.
fn narrow(limit: &mut SendLimit, when: &When, upright: bool) -> Result<(), RuleFault> {
    match when {
        When::Always if upright => Ok(()),
        When::All(parts) if upright => parts.iter().try_for_each(|part| narrow(limit, part, true)),
        When::Any(parts) if !upright => {
            parts.iter().try_for_each(|part| narrow(limit, part, false))
        }
        When::Not(part) => narrow(limit, part, !upright),
        When::Is(condition) => narrow_by(limit, condition, upright),
        When::Always | When::All(_) | When::Any(_) => Err(RuleFault::NotALimit),
    }
}

fn narrow_by(limit: &mut SendLimit, condition: &Condition, upright: bool) -> Result<(), RuleFault> {
    let (words, one_of) = match &condition.test {
        Test::AnyOf(words) => (words, upright),
        Test::NoneOf(words) => (words, !upright),
        Test::Holds if condition.fact == Fact::RecipientInternal => {
            return narrow_to_side(limit, upright);
        }
        _ => return Err(RuleFault::NotALimit),
    };
    match condition.fact {
        // What lacks a label would be free once the label is found: that protects less.
        Fact::Labels if one_of => limit.labels.push(words.clone()),
        Fact::Recipient => {
            let named = |class: &RecipientClass| words.contains(class.word()) == one_of;
            let within = |class: &RecipientClass| {
                limit
                    .classes
                    .as_ref()
                    .is_none_or(|known| known.contains(class))
            };
            let all = RecipientClass::ALL.iter().copied();
            let classes: BTreeSet<_> = all.filter(|class| named(class) && within(class)).collect();
            if classes.is_empty() {
                return Err(RuleFault::NotALimit);
            }
            limit.classes = Some(classes);
        }
        _ => return Err(RuleFault::NotALimit),
    }
    Ok(())
}

/// No recipient is both a colleague and none.
fn narrow_to_side(limit: &mut SendLimit, upright: bool) -> Result<(), RuleFault> {
    let side = if upright { Side::Inside } else { Side::Outside };
    if limit.side.is_some_and(|known| known != side) {
        return Err(RuleFault::NotALimit);
    }
    limit.side = Some(side);
    Ok(())
}
