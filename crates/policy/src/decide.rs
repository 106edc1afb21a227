//! Decide: facts and rules in, method and trace out. Pure and total.
//!
//! Needs are joined to the strongest; then a method that cannot be used moves to a stronger one until
//! it can. Nothing ever moves to a weaker one. Invariant: more found, or more demanded, never gives
//! weaker protection.

use model::{Demand, Method};

use crate::condition::{Condition, Facts};
use crate::{Decision, Effect, MessageFacts, RecipientFacts, Rule, Rules, Step, Trace};

/// How one message reaches one recipient, and why.
pub fn decide(m: &MessageFacts, r: &RecipientFacts, rules: &Rules) -> Decision {
    let facts = Facts {
        message: m.clone(),
        recipient: r.clone(),
    };
    let outcome = weigh(&facts, rules);
    let method = outcome.method;
    Decision {
        method,
        demand: demand(method),
        below: below(method, &facts, rules),
        neutral_subject: method == Method::Portal
            || (outcome.neutral && subject_is_exposed(method)),
        trace: Trace {
            rules_version: rules.version().to_owned(),
            facts: shown(&facts),
            steps: rules
                .iter()
                .map(|rule| step(rule, &facts, &outcome))
                .collect(),
            decided_by: outcome.decided_by.to_owned(),
            would_change: would_change(&facts, rules, method),
        },
    }
}

/// How well a method protects; greater is stronger. `tls` and `tls_or_drop` demand the same of the
/// wire and differ only in what happens below it.
pub const fn strength(method: Method) -> u8 {
    match method {
        Method::Plain => 0,
        Method::TlsOrDrop | Method::Tls => 1,
        Method::Portal => 2,
        Method::Pgp => 3,
        Method::Smime => 4,
        Method::Hold => 5,
        Method::Block => 6,
    }
}

/// The result without its explanation.
struct Outcome {
    method: Method,
    /// What was needed before moves.
    passed: Vec<Method>,
    decided_by: &'static str,
    neutral: bool,
}

fn weigh(facts: &Facts, rules: &Rules) -> Outcome {
    let matching: Vec<&Rule> = rules
        .iter()
        .filter(|rule| rule.holding(facts).is_some())
        .collect();
    let needs = |rule: &Rule| match rule.effect {
        Effect::Needs(method) => Some(method),
        Effect::NeedsDemanded => facts.message.demanded,
        Effect::Moves(_) | Effect::NeutralSubject => None,
    };
    let needed = matching
        .iter()
        .filter_map(|rule| needs(rule))
        .fold(None, |a, b| Some(join(a, b)));
    // Were no rule to speak, nothing would be known to be allowed.
    let needed = needed.unwrap_or(Method::Hold);
    let mut outcome = Outcome {
        method: needed,
        passed: vec![needed],
        decided_by: first_by_number(matching.iter().filter(|rule| needs(rule) == Some(needed))),
        neutral: matching
            .iter()
            .any(|rule| rule.effect == Effect::NeutralSubject),
    };
    while let Some((rule, to)) = find_move(outcome.method, &matching) {
        outcome.method = to;
        outcome.decided_by = rule.id;
        outcome.passed.push(to);
    }
    outcome
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

fn first_by_number<'a>(rules: impl Iterator<Item = &'a &'a Rule>) -> &'static str {
    rules
        .map(|rule| rule.id)
        .min_by_key(|id| (id.len(), *id))
        .unwrap_or("none")
}

const fn demand(method: Method) -> Demand {
    match method {
        // The portal's is for the notice, which says nothing.
        Method::Plain | Method::Portal => Demand::Opportunistic,
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
    (method == Method::Tls)
        .then(|| find_move(Method::Portal, &matching).map_or(Method::Portal, |(_, to)| to))
}

/// Whether the subject line is readable on the way although the body may not be.
const fn subject_is_exposed(method: Method) -> bool {
    matches!(method, Method::Plain | Method::Pgp | Method::Smime)
}

fn step(rule: &Rule, facts: &Facts, outcome: &Outcome) -> Step {
    let holding = rule.holding(facts);
    let idle = match rule.effect {
        Effect::Moves(pairs) => !pairs.iter().any(|(from, _)| outcome.passed.contains(from)),
        Effect::NeutralSubject => {
            !subject_is_exposed(outcome.method) && outcome.method != Method::Portal
        }
        Effect::Needs(_) | Effect::NeedsDemanded => false,
    };
    let because = match holding {
        None => missing(rule, facts),
        Some(_) if idle => "it concerns a method that was not needed".to_owned(),
        Some([]) => "this version keeps no keys of recipients".to_owned(),
        Some(all) => all
            .iter()
            .map(|l| l.condition().clause(l.wanted()))
            .collect::<Vec<_>>()
            .join(", and "),
    };
    Step {
        rule: rule.id.to_owned(),
        name: rule.name.to_owned(),
        matched: holding.is_some() && !idle,
        effect: effect(rule, facts),
        because,
    }
}

/// The first answer of each alternative that keeps the rule from matching.
fn missing(rule: &Rule, facts: &Facts) -> String {
    let mut clauses: Vec<&str> = Vec::new();
    for all in rule.when {
        let failing = all.iter().find(|literal| !literal.holds(facts));
        if let Some(condition) = failing.map(|literal| literal.condition()) {
            let clause = condition.clause(condition.holds(facts));
            if !clauses.contains(&clause) {
                clauses.push(clause);
            }
        }
    }
    clauses.join(", and ")
}

fn effect(rule: &Rule, facts: &Facts) -> String {
    match rule.effect {
        Effect::Needs(method) => format!("at least {method}"),
        Effect::NeedsDemanded => match facts.message.demanded {
            Some(method) => format!("at least {method}"),
            None => "at least what is asked for".to_owned(),
        },
        Effect::Moves(pairs) => pairs
            .iter()
            .map(|(from, to)| format!("{from} becomes {to}"))
            .collect::<Vec<_>>()
            .join(", "),
        Effect::NeutralSubject => "neutral subject".to_owned(),
    }
}

/// Each single fact that would have led to another method, found by deciding again.
fn would_change(facts: &Facts, rules: &Rules, method: Method) -> Vec<String> {
    Condition::ALL
        .iter()
        .filter_map(|condition| condition.turned(facts))
        .filter_map(|(other, supposition)| {
            let then = weigh(&other, rules).method;
            (then != method).then(|| format!("If {supposition}, {}.", would(then)))
        })
        .collect()
}

const fn would(method: Method) -> &'static str {
    match method {
        Method::Plain => "it would go as plain mail",
        Method::TlsOrDrop => "it would go by verified TLS or not at all",
        Method::Tls => "it would go by verified TLS",
        Method::Portal => "it would wait in the portal",
        Method::Pgp => "it would be encrypted to the recipient's OpenPGP key",
        Method::Smime => "it would be encrypted to the recipient's S/MIME certificate",
        Method::Hold => "it would be held for a person to decide",
        Method::Block => "it would be refused",
    }
}

fn shown(facts: &Facts) -> Vec<(String, String)> {
    let (message, recipient) = (&facts.message, &facts.recipient);
    let yes = |is: bool| if is { "yes" } else { "no" }.to_owned();
    let kinds: Vec<&str> = message.kinds.iter().map(|kind| plain_word(kind)).collect();
    let row = |name: &str, value: String| (name.to_owned(), value);
    vec![
        row("phi_level", message.level.word().to_owned()),
        row(
            "kinds",
            if kinds.is_empty() {
                "none".to_owned()
            } else {
                kinds.join(" ")
            },
        ),
        row("subject_phi", yes(message.subject_phi)),
        row("unscannable", yes(message.unscannable)),
        row("stream", message.stream.word().to_owned()),
        row("purpose", message.purpose.word().to_owned()),
        row("declared_no_phi", yes(message.declared_no_phi)),
        row(
            "demanded",
            message.demanded.map_or("none", Method::word).to_owned(),
        ),
        row("system", yes(message.system)),
        row("portal_on", yes(recipient.portal_on)),
        row("tls_known", recipient.tls_known.word().to_owned()),
        row("prefers_plain", yes(recipient.prefers_plain)),
        row("internal", yes(recipient.internal)),
    ]
}

/// A kind as it may be shown: anything but a short lower-case word could be a value put there by
/// mistake.
fn plain_word(kind: &str) -> &str {
    let is_word =
        (1..=40).contains(&kind.len()) && kind.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    if is_word { kind } else { "other" }
}

#[cfg(test)]
mod tests;
