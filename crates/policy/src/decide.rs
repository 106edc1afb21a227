//! Decide: facts and rules in, method and trace out. Pure and total.
//!
//! What a rule needs moves to a stronger method until it can be used, and never to a weaker one; the
//! strongest of all needs stands. Invariant: more found, or more demanded, never gives
//! weaker protection, and an organisation's rule never gives less than none.

mod change;
mod trace;

pub(crate) use trace::plain_word;

use std::collections::BTreeSet;

use model::{Demand, Method, PhiLevel};

use crate::facts::Facts;
use crate::org::{Mode, OrgEffect, OrgRule, Stops};
use crate::words::Notice;
use crate::{
    Decision, Effect, MessageFacts, Quarantine, RecipientFacts, Rule, Rules, ShadowHit, Trace,
};

/// How one message reaches one recipient, and why.
pub fn decide(m: &MessageFacts, r: &RecipientFacts, rules: &Rules) -> Decision {
    let facts = Facts {
        message: m.clone(),
        recipient: r.clone(),
    };
    let stops = rules.organisation().stops(&facts);
    let outcome = weigh(&facts, rules, &stops, None);
    let verdict = outcome.verdict(&facts, rules, stops);
    let stops = &verdict.stops;
    let method = verdict.method;
    Decision {
        method,
        demand: demand(method),
        below: below(method, &facts, rules),
        neutral_subject: verdict.neutral_subject,
        redact: verdict.redact,
        warnings: verdict.warnings,
        quarantine: verdict.quarantine,
        notices: verdict.notices,
        shadow: shadow(&facts, rules, stops),
        trace: Trace {
            rules_version: rules.version().to_owned(),
            facts: trace::shown(&facts),
            steps: trace::steps(&facts, rules, stops, &outcome),
            decided_by: outcome.decided_by.to_owned(),
            would_change: change::would_change(&facts, rules, stops, method),
        },
    }
}

/// A decision without its explanation, which costs most of the work.
pub(crate) fn verdict<'a>(facts: &Facts, rules: &'a Rules) -> Verdict<'a> {
    let stops = rules.organisation().stops(facts);
    weigh(facts, rules, &stops, None).verdict(facts, rules, stops)
}

pub(crate) struct Verdict<'a> {
    pub method: Method,
    pub neutral_subject: bool,
    pub redact: bool,
    pub warnings: Vec<String>,
    pub notices: Vec<Notice>,
    pub quarantine: Option<Quarantine>,
    pub decided_by: &'a str,
    pub stops: Stops,
}

impl Verdict<'_> {
    /// Whether anything that is done differs, whoever decided it.
    pub(crate) fn differs_from(&self, other: &Self) -> bool {
        let release = |verdict: &Self| {
            let quarantine = verdict.quarantine.as_ref();
            quarantine.map(|q| (q.second_person, q.notify.clone()))
        };
        self.method != other.method
            || self.neutral_subject != other.neutral_subject
            || self.redact != other.redact
            || self.warnings != other.warnings
            || self.notices != other.notices
            || release(self) != release(other)
    }
}

/// How well a method protects; greater is stronger. `tls` and `tls_or_drop` demand the same of the
/// wire and differ only in what happens below it. In the portal nothing of a message travels at all,
/// so that it may stand in for a key that is not known.
pub const fn strength(method: Method) -> u8 {
    match method {
        Method::Plain => 0,
        Method::TlsOrDrop | Method::Tls => 1,
        Method::Pgp => 2,
        Method::Smime => 3,
        Method::Portal => 4,
        Method::Hold => 5,
        Method::Block => 6,
    }
}

/// The result without its explanation.
struct Outcome<'a> {
    method: Method,
    /// The methods that those needs went through which stand.
    passed: Vec<Method>,
    decided_by: &'a str,
    /// By the platform's rule, and by one of the organisation's own.
    neutral: bool,
    asked_neutral: bool,
    redact: bool,
    warnings: BTreeSet<String>,
    notices: BTreeSet<Notice>,
}

/// `stops`: what limits said under these facts. `shadow`: a rule in shadow mode that is taken for active.
fn weigh<'a>(
    facts: &Facts,
    rules: &'a Rules,
    stops: &Stops,
    shadow: Option<&OrgRule>,
) -> Outcome<'a> {
    let matching: Vec<&Rule> = rules
        .iter()
        .filter(|rule| rule.holding(facts).is_some())
        .collect();
    let own: Vec<&OrgRule> = rules
        .organisation()
        .iter()
        .filter(|rule| rule.mode == Mode::Active || shadow.is_some_and(|s| s.id == rule.id))
        .collect();
    let asked = matching
        .iter()
        .filter_map(|rule| Some((rule.id, platform_need(rule, facts)?)))
        .chain(
            own.iter()
                .filter_map(|rule| Some((rule.id.as_str(), rule.needs(facts, stops)?))),
        );
    let needs: Vec<Need<'_>> = asked
        .map(|(rule, method)| Need::resolved(rule, method, &matching))
        .collect();
    let strongest = needs
        .iter()
        .fold(None, |strongest, need| Some(join(strongest, need.method)));
    // Were no rule to speak, nothing would be known to be allowed.
    let method = strongest.unwrap_or(Method::Hold);
    let standing = || needs.iter().filter(|need| need.method == method);
    let mut outcome = Outcome {
        method,
        passed: standing()
            .flat_map(|need| need.passed.iter().copied())
            .collect(),
        decided_by: standing()
            .min_by_key(|need| need.precedence())
            .map_or("none", |need| need.decided_by),
        neutral: matching
            .iter()
            .any(|rule| rule.effect == Effect::NeutralSubject),
        asked_neutral: false,
        redact: false,
        warnings: BTreeSet::new(),
        notices: BTreeSet::new(),
    };
    for rule in &matching {
        if let Effect::Notice(notice) = rule.effect {
            outcome.notices.insert(notice);
        }
    }
    for rule in own.iter().filter(|rule| rule.takes_place(facts, stops)) {
        outcome.add(&rule.effect);
    }
    outcome
}

/// What one rule asks for, moved until it can be used. Each need is moved by itself, so that the
/// strongest of them is never less for another one beside it.
struct Need<'a> {
    method: Method,
    passed: Vec<Method>,
    decided_by: &'a str,
}

impl<'a> Need<'a> {
    fn resolved(rule: &'a str, method: Method, matching: &[&'a Rule]) -> Self {
        let mut need = Self {
            method,
            passed: vec![method],
            decided_by: rule,
        };
        while let Some((rule, to)) = find_move(need.method, matching) {
            need.method = to;
            need.decided_by = rule.id;
            need.passed.push(to);
        }
        need
    }

    /// Who is named of several that ask for the same: first those that ask for it outright, and of
    /// these the platform's rules, by their numbers.
    fn precedence(&self) -> (bool, bool, usize, &'a str) {
        let id = self.decided_by;
        let own = !id.starts_with(|c: char| c.is_ascii_digit());
        let length = if own { 0 } else { id.len() };
        (self.passed.len() > 1, own, length, id)
    }
}

impl<'a> Outcome<'a> {
    fn verdict(&self, facts: &Facts, rules: &Rules, stops: Stops) -> Verdict<'a> {
        let method = self.method;
        Verdict {
            method,
            neutral_subject: method == Method::Portal
                || (self.neutral && subject_is_exposed(method, facts))
                || (self.asked_neutral && content_travels(method)),
            redact: self.redact && content_travels(method),
            warnings: self.warnings.iter().cloned().collect(),
            notices: self.notices.iter().copied().collect(),
            quarantine: quarantine(facts, rules, &stops, self),
            decided_by: self.decided_by,
            stops,
        }
    }

    /// What an organisation's rule does besides asking for a method.
    fn add(&mut self, effect: &OrgEffect) {
        match effect {
            OrgEffect::Redact => self.redact = true,
            OrgEffect::NeutralSubject => self.asked_neutral = true,
            OrgEffect::Warn(text) => {
                self.warnings.insert(text.clone());
            }
            OrgEffect::AppendNotice(notice) => {
                self.notices.insert(*notice);
            }
            OrgEffect::Require(_)
            | OrgEffect::Encrypt
            | OrgEffect::Portal
            | OrgEffect::Quarantine { .. }
            | OrgEffect::Block
            | OrgEffect::Log
            | OrgEffect::OnlyMaySend(_) => {}
        }
    }
}

const fn platform_need(rule: &Rule, facts: &Facts) -> Option<Method> {
    match rule.effect {
        Effect::Needs(method) => Some(method),
        Effect::NeedsDemanded => facts.message.demanded,
        Effect::Moves(_) | Effect::NeutralSubject | Effect::Notice(_) => None,
    }
}

/// The stronger of two needs; of equals the one that also forbids a copy in the portal.
fn join(a: Option<Method>, b: Method) -> Method {
    match a {
        Some(a) if strength(a) > strength(b) => a,
        Some(a) if strength(a) == strength(b) => a.min(b),
        _ => b,
    }
}

/// Moves only strengthen, whatever the table says: a weaker target is not taken.
fn find_move<'a>(from: Method, matching: &[&'a Rule]) -> Option<(&'a Rule, Method)> {
    matching.iter().find_map(|rule| match rule.effect {
        Effect::Moves(pairs) => pairs
            .iter()
            .find(|(start, to)| *start == from && strength(*to) > strength(from))
            .map(|(_, to)| (*rule, *to)),
        _ => None,
    })
}

const fn demand(method: Method) -> Demand {
    match method {
        // The portal's is for the notice, which says nothing.
        Method::Plain | Method::Portal => Demand::Opportunistic,
        // Encryption to a key hides the content; who writes to whom stays a matter of the wire.
        Method::TlsOrDrop
        | Method::Tls
        | Method::Pgp
        | Method::Smime
        | Method::Hold
        | Method::Block => Demand::VerifiedTls,
    }
}

/// What verified TLS falls back to when the wire does not give it.
fn below(method: Method, facts: &Facts, rules: &Rules) -> Option<Method> {
    let matching: Vec<&Rule> = rules
        .iter()
        .filter(|rule| rule.holding(facts).is_some())
        .collect();
    matches!(method, Method::Tls | Method::Pgp | Method::Smime)
        .then(|| find_move(Method::Portal, &matching).map_or(Method::Portal, |(_, to)| to))
}

/// Whether the subject line is readable on the way although the body may not be.
/// Outside of encryption a subject stands in the clear. Verified TLS covers it until the next server; after that it
/// shows in lists, logs and on locked screens, so one that tells stays inside where the message holds PHI.
fn subject_is_exposed(method: Method, facts: &Facts) -> bool {
    match method {
        Method::Plain | Method::Pgp | Method::Smime => true,
        _ => content_travels(method) && facts.level_assumed() >= PhiLevel::Likely,
    }
}

const fn content_travels(method: Method) -> bool {
    !matches!(method, Method::Portal | Method::Hold | Method::Block)
}

fn quarantine(
    facts: &Facts,
    rules: &Rules,
    stops: &Stops,
    outcome: &Outcome<'_>,
) -> Option<Quarantine> {
    if outcome.method != Method::Hold {
        return None;
    }
    let platform = rules.iter().filter(|rule| {
        rule.holding(facts).is_some() && platform_need(rule, facts) == Some(Method::Hold)
    });
    let mut by: BTreeSet<&str> = platform.map(|rule| rule.id).collect();
    by.insert(outcome.decided_by);
    let (mut second_person, mut notify) = (false, BTreeSet::new());
    let own = rules.organisation().iter();
    let holds = |rule: &&OrgRule| rule.needs(facts, stops) == Some(Method::Hold);
    for rule in own.filter(|rule| rule.mode == Mode::Active && holds(rule)) {
        by.insert(&rule.id);
        if let OrgEffect::Quarantine {
            second_person: second,
            notify: told,
        } = &rule.effect
        {
            second_person |= *second;
            notify.extend(told.iter().cloned());
        }
    }
    Some(Quarantine {
        by: by.into_iter().map(str::to_owned).collect(),
        second_person,
        notify: notify.into_iter().collect(),
    })
}

fn shadow(facts: &Facts, rules: &Rules, stops: &Stops) -> Vec<ShadowHit> {
    rules
        .organisation()
        .iter()
        .filter(|rule| rule.mode == Mode::Shadow && rule.takes_place(facts, stops))
        .map(|rule| ShadowHit {
            rule: rule.id.clone(),
            method: weigh(facts, rules, stops, Some(rule)).method,
        })
        .collect()
}

#[cfg(test)]
mod tests;
