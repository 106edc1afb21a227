//! What a trace says: the facts that were looked at, and each rule's answer.
//!
//! Invariant: words, counts and ids of rules; no address, domain, subject or found value.

use model::Method;

use super::{Outcome, content_travels, subject_is_exposed};
use crate::access::Stop;
use crate::facts::Facts;
use crate::org::{Answer, Domains, Mode, OrgRule, Stops, When};
use crate::words::{Channel, Direction, KeyState, RecipientClass, Restriction, Risk, Weekday};
use crate::{Effect, OrgEffect, Rule, Rules, Step};

pub(super) fn steps(
    facts: &Facts,
    rules: &Rules,
    stops: &Stops,
    outcome: &Outcome<'_>,
) -> Vec<Step> {
    let platform = rules.iter().map(|rule| step(rule, facts, outcome));
    let own = rules.organisation().iter();
    platform
        .chain(own.map(|rule| own_step(rule, facts, stops, outcome)))
        .collect()
}

fn step(rule: &Rule, facts: &Facts, outcome: &Outcome<'_>) -> Step {
    let holding = rule.holding(facts);
    let idle = match rule.effect {
        Effect::Moves(pairs) => !pairs.iter().any(|(from, _)| outcome.passed.contains(from)),
        Effect::NeutralSubject => {
            !subject_is_exposed(outcome.method, facts) && outcome.method != Method::Portal
        }
        Effect::Needs(_) | Effect::NeedsDemanded | Effect::Notice(_) => false,
    };
    let because = match holding {
        None => missing(rule, facts),
        Some(_) if idle => "it concerns a method that was not needed".to_owned(),
        Some(all) => all
            .iter()
            .map(|l| l.question().clause(l.wanted()))
            .collect::<Vec<_>>()
            .join(", and "),
    };
    Step {
        rule: rule.id.to_owned(),
        name: rule.name.to_owned(),
        matched: holding.is_some() && !idle,
        effect: effect(rule, facts),
        because,
        why: String::new(),
    }
}

/// The first answer of each alternative that keeps the rule from matching.
fn missing(rule: &Rule, facts: &Facts) -> String {
    let mut clauses: Vec<&str> = Vec::new();
    for all in rule.when {
        let failing = all.iter().find(|literal| !literal.holds(facts));
        if let Some(question) = failing.map(|literal| literal.question()) {
            let clause = question.clause(question.holds(facts));
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
        Effect::Notice(notice) => format!("append notice {notice}"),
    }
}

fn own_step(rule: &OrgRule, facts: &Facts, stops: &Stops, outcome: &Outcome<'_>) -> Step {
    let answer = rule.answer(facts, stops);
    let released = facts.message.approved
        && matches!(rule.effect, OrgEffect::Quarantine { .. })
        && answer != Answer::No;
    let no_portal = rule.effect == OrgEffect::Redact && rule.needs(facts, stops).is_some();
    let idle = match rule.effect {
        OrgEffect::Redact => !content_travels(outcome.method) && !no_portal,
        OrgEffect::NeutralSubject => {
            !content_travels(outcome.method) && outcome.method != Method::Portal
        }
        _ => false,
    };
    let because = match answer {
        Answer::No => own_missing(rule, facts),
        _ if released => "it was released".to_owned(),
        _ if idle => "it concerns a method that was not needed".to_owned(),
        Answer::Yes if no_portal => format!(
            "{}, and there is no portal in which the whole could be read",
            own_holding(rule, stops)
        ),
        Answer::Yes => own_holding(rule, stops),
        Answer::Unknown(fact) => {
            format!("a fact that it asks for is not known: {}", fact.word())
        }
    };
    let shadow = match rule.mode {
        Mode::Active => "",
        Mode::Shadow => "in shadow: ",
    };
    Step {
        rule: rule.id.clone(),
        name: rule.name.clone(),
        matched: answer != Answer::No && !released && !idle,
        effect: format!("{shadow}{}", rule.effect.to_text()),
        because,
        why: rule.why.clone(),
    }
}

fn own_holding(rule: &OrgRule, stops: &Stops) -> String {
    let when = rule.when.to_text(Domains::Hidden);
    match stops.find(rule) {
        None => when,
        Some(Stop::Forbids) => format!("{when}, and the sender is in none of these groups"),
        Some(Stop::Errs) => "it could not be evaluated, which denies".to_owned(),
    }
}

fn own_missing(rule: &OrgRule, facts: &Facts) -> String {
    if facts.message.system {
        return "it is a notice, code or report of our own".to_owned();
    }
    let failing = match &rule.when {
        When::All(parts) => parts.iter().find(|part| part.answer(facts) == Answer::No),
        _ => None,
    };
    match failing {
        Some(part) => format!("not so: {}", part.to_text(Domains::Hidden)),
        None if rule.when.answer(facts) == Answer::No => {
            format!("not so: {}", rule.when.to_text(Domains::Hidden))
        }
        None if facts.message.direction == Direction::In => "it is mail that comes in".to_owned(),
        None => "the sender is in one of these groups".to_owned(),
    }
}

/// The facts that every message has, then those that differ from the quiet ones. Amounts are lower
/// bounds, since facts that no rule tells apart may have been joined.
pub(super) fn shown(facts: &Facts) -> Vec<(String, String)> {
    let (message, recipient) = (&facts.message, &facts.recipient);
    let row = |name: &str, value: String| (name.to_owned(), value);
    let mut rows = vec![
        row("phi_level", facts.level().word().to_owned()),
        row("kinds", listed(message.kinds.iter())),
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
        row(
            "prefers_plain",
            yes(recipient.prefers == Some(Channel::Plain) && recipient.warned),
        ),
        row("internal", yes(recipient.internal)),
    ];
    rows.extend(
        more_of_message(facts)
            .into_iter()
            .chain(more_of_recipient(facts))
            .filter_map(|(name, value)| Some((name.to_owned(), value?))),
    );
    rows
}

type More = (&'static str, Option<String>);

fn more_of_message(facts: &Facts) -> Vec<More> {
    let message = &facts.message;
    let words =
        |set: &std::collections::BTreeSet<String>| (!set.is_empty()).then(|| listed(set.iter()));
    let amount = |number: u64| (number > 0).then(|| format!("at least {number}"));
    let on = |is: bool| is.then(|| yes(true));
    vec![
        ("labels", words(&message.labels)),
        ("opaque", on(message.opaque)),
        ("whole_record", on(message.whole_record)),
        ("patients", amount(message.patients.into())),
        ("octets", amount(message.octets)),
        ("pages", amount(message.pages.into())),
        ("files", amount(message.files.into())),
        ("file_kinds", words(&message.file_kinds)),
        ("marks", words(&message.marks)),
        (
            "direction",
            (message.direction != Direction::Out).then(|| message.direction.word().to_owned()),
        ),
        (
            "sender_role",
            (!message.sender_role.is_empty()).then(|| plain_word(&message.sender_role).to_owned()),
        ),
        ("sender_groups", words(&message.sender_groups)),
        (
            "weekday",
            message.weekday.map(|d: Weekday| d.word().to_owned()),
        ),
        ("hour", message.hour.map(|hour| format!("at least {hour}"))),
        (
            "risk",
            (message.risk != Risk::Normal).then(|| message.risk.word().to_owned()),
        ),
        ("attested", on(message.attested)),
        ("approved", on(message.approved)),
        ("tls_minimum", on(message.tls_minimum)),
    ]
}

fn more_of_recipient(facts: &Facts) -> Vec<More> {
    let recipient = &facts.recipient;
    let on = |is: bool| is.then(|| yes(true));
    let key = |state: KeyState| (state != KeyState::None).then(|| state.word().to_owned());
    vec![
        (
            "class",
            (recipient.class != RecipientClass::Unknown).then(|| recipient.class.word().to_owned()),
        ),
        ("first_time", on(recipient.first_time)),
        ("look_alike", on(recipient.look_alike)),
        ("blocked", on(recipient.blocked)),
        ("agreement", on(recipient.baa)),
        ("consent_part_2", on(recipient.consent_part2)),
        (
            "restriction",
            recipient
                .restriction
                .map(|r: Restriction| r.word().to_owned()),
        ),
        ("prefers", recipient.prefers.map(|c| c.word().to_owned())),
        ("smime", key(recipient.smime)),
        ("pgp", key(recipient.pgp)),
    ]
}

fn yes(is: bool) -> String {
    if is { "yes" } else { "no" }.to_owned()
}

fn listed<'a>(words: impl Iterator<Item = &'a String>) -> String {
    let words: Vec<&str> = words.map(|word| plain_word(word)).collect();
    if words.is_empty() {
        "none".to_owned()
    } else {
        words.join(" ")
    }
}

/// A word as it may be shown: anything but a short lower-case word could be a value put there by
/// mistake.
pub(crate) fn plain_word(word: &str) -> &str {
    let is_word =
        (1..=40).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    if is_word { word } else { "other" }
}
