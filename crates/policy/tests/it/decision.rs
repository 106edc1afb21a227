//! Reads `tests/cases/*.case`: message and facts in, decision and trace out.
//!
//! ```text
//! case the name
//! message  level certain; kinds us_ssn health_term; subject phi
//! facts    tls broken; portal on
//! => portal
//!    rule 4 "phi to an unverified domain"
//! ```
//! Lines under the arrow: `rule` decided, `also` matched, `not` did not; `demand`, `below`,
//! `neutral subject`; `would` is a whole sentence of what would change it. `would nothing else` means
//! that no other sentence is there.

use std::fmt::Write;
use std::path::Path;

use caduceus_policy::{Decision, MessageFacts, PhiLevel, RecipientFacts, Rules, TlsKnown, decide};
use model::{Method, Purpose, Stream};

#[test]
fn every_case_is_decided_as_written() -> std::io::Result<()> {
    let rules = Rules::standard();
    let mut failures = String::new();
    let mut seen = 0;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let text = std::fs::read_to_string(&path)?;
        for case in text.split("\ncase ").skip(1) {
            seen += 1;
            let (name, case) = case.split_once('\n').expect("a case has lines");
            for difference in differences(&rules, case) {
                let _ = writeln!(failures, "{} / {name}: {difference}", path.display());
            }
        }
    }
    assert!(failures.is_empty(), "\n{failures}");
    assert!(seen > 25, "only {seen} cases were read");
    Ok(())
}

fn differences(rules: &Rules, case: &str) -> Vec<String> {
    let (mut message, mut recipient) = (quiet_message(), quiet_recipient());
    let mut expectations = Vec::new();
    for line in case
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
    {
        if let Some(facts) = line.strip_prefix("message ") {
            facts
                .split(';')
                .for_each(|fact| message_fact(&mut message, fact.trim()));
        } else if let Some(facts) = line.strip_prefix("facts ") {
            facts
                .split(';')
                .for_each(|fact| recipient_fact(&mut recipient, fact.trim()));
        } else {
            expectations.push(line);
        }
    }
    let decision = decide(&message, &recipient, rules);
    expectations
        .iter()
        .filter_map(|line| differs(&decision, line, &expectations))
        .collect()
}

/// What is wrong with one expectation.
fn differs(decision: &Decision, line: &str, all: &[&str]) -> Option<String> {
    let trace = &decision.trace;
    let (word, rest) = line.trim().split_once(' ').unwrap_or((line.trim(), ""));
    let step = |rest: &str| {
        let (id, name) = rest.split_once(' ').expect("a rule's number and name");
        let name = name.trim_matches('"');
        trace
            .steps
            .iter()
            .find(|step| step.rule == id && step.name == name)
            .expect("there is such a rule")
            .clone()
    };
    let (holds, actual) = match word {
        "=>" => (
            decision.method.word() == rest,
            decision.method.word().to_owned(),
        ),
        "demand" => (
            decision.demand.word() == rest,
            decision.demand.word().to_owned(),
        ),
        "below" => {
            let below = decision.below.map_or("nothing", Method::word);
            (below == rest, below.to_owned())
        }
        "neutral" => (decision.neutral_subject, "the subject as it is".to_owned()),
        "subject" => (!decision.neutral_subject, "a neutral subject".to_owned()),
        "rule" => (
            step(rest).rule == trace.decided_by && step(rest).matched,
            format!("rule {}", trace.decided_by),
        ),
        "also" => (step(rest).matched, step(rest).because),
        "not" => (!step(rest).matched, step(rest).because),
        "because" => (
            trace.steps.iter().any(|s| s.matched && s.because == rest),
            reasons(decision),
        ),
        "would" if rest == "nothing else" => {
            let told = all
                .iter()
                .filter(|line| line.trim().starts_with("would If"))
                .count();
            (
                told == trace.would_change.len(),
                format!("{:#?}", trace.would_change),
            )
        }
        "would" => (
            trace.would_change.iter().any(|s| s == rest),
            format!("{:#?}", trace.would_change),
        ),
        other => panic!("no such expectation: {other}"),
    };
    (!holds).then(|| format!("expected {}, got {actual}", line.trim()))
}

fn reasons(decision: &Decision) -> String {
    let matched = decision.trace.steps.iter().filter(|step| step.matched);
    matched
        .map(|step| format!("{}: {}", step.rule, step.because))
        .collect::<Vec<_>>()
        .join("; ")
}

pub(crate) fn quiet_message() -> MessageFacts {
    MessageFacts {
        level: PhiLevel::None,
        kinds: Vec::new(),
        subject_phi: false,
        unscannable: false,
        stream: Stream::Transactional,
        purpose: Purpose::Operations,
        declared_no_phi: false,
        tls_minimum: false,
        demanded: None,
        system: false,
    }
}

pub(crate) fn quiet_recipient() -> RecipientFacts {
    RecipientFacts {
        portal_on: true,
        tls_known: TlsKnown::Unknown,
        prefers_plain: false,
        internal: false,
    }
}

fn message_fact(message: &mut MessageFacts, fact: &str) {
    match fact.split_once(' ').unwrap_or((fact, "")) {
        ("level", word) => message.level = PhiLevel::from_word(word).expect("a level"),
        ("kinds", words) => message.kinds = words.split(' ').map(str::to_owned).collect(),
        ("subject", "phi") => message.subject_phi = true,
        ("unscannable", "") => message.unscannable = true,
        ("stream", word) => message.stream = Stream::from_word(word).expect("a stream"),
        ("purpose", word) => message.purpose = Purpose::from_word(word).expect("a purpose"),
        ("tls", "minimum") => message.tls_minimum = true,
        ("declared", "no phi") => message.declared_no_phi = true,
        ("demanded", word) => message.demanded = Some(Method::from_word(word).expect("a method")),
        ("system", "") => message.system = true,
        ("quiet", "") => {}
        _ => panic!("no such fact of a message: {fact}"),
    }
}

fn recipient_fact(recipient: &mut RecipientFacts, fact: &str) {
    match fact.split_once(' ').unwrap_or((fact, "")) {
        ("tls", word) => {
            recipient.tls_known = TlsKnown::from_word(word).expect("what is known of TLS")
        }
        ("portal", word) => recipient.portal_on = word == "on",
        ("prefers", "plain") => recipient.prefers_plain = true,
        ("internal", "") => recipient.internal = true,
        _ => panic!("no such fact of a recipient: {fact}"),
    }
}
