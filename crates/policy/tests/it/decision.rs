//! Reads `tests/cases/*.case`: message and facts in, decision and trace out.
//!
//! ```text
//! case the name
//! message  level certain; kinds us_ssn health_term; subject phi
//! facts    tls broken; portal on
//! => portal
//!    rule 4 "phi to an unverified domain"
//! ```
//! Before its cases a file may hold an organisation's rules in their text form, or `starter` for those
//! that are shipped. Lines under the arrow: `rule` decided, `also` matched, `not` did not; `demand`, `below`,
//! `neutral subject`, `redacted`, `warned` with the text's word, `notice`, `held by` ids of rules,
//! `second person`, `one person`, `told` whom, `shadow` rule and method; `would` is a whole sentence of what would change it. `would nothing else` means
//! that no other sentence is there.

use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;

use caduceus_policy::{
    Channel, Decision, Direction, KeyState, MessageFacts, OrgRules, PhiLevel, RecipientClass,
    RecipientFacts, Restriction, Risk, Rules, TlsKnown, Weekday, decide,
};
use model::{Method, Purpose, Stream};

#[test]
fn every_case_is_decided_as_written() -> std::io::Result<()> {
    let mut failures = String::new();
    let mut seen = 0;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let text = std::fs::read_to_string(&path)?;
        let head = text.split("\ncase ").next().unwrap_or_default();
        let rules = Rules::standard().with(Arc::new(own_rules(head)));
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

fn own_rules(head: &str) -> OrgRules {
    let rules = if head.lines().any(|line| line == "starter") {
        OrgRules::starter()
    } else {
        OrgRules::parse(head)
    };
    rules.unwrap_or_else(|errors| panic!("{errors:?}"))
}

fn differences(rules: &Rules, case: &str) -> Vec<String> {
    let (mut message, mut recipient) = (MessageFacts::quiet(), RecipientFacts::quiet());
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
        "redacted" => (decision.redact, "the content as it is".to_owned()),
        "warned" => (
            decision.warnings.contains(&rest.to_owned()),
            format!("{:?}", decision.warnings),
        ),
        "notice" => (
            decision.notices.iter().any(|n| n.word() == rest),
            format!("{:?}", decision.notices),
        ),
        "held" | "second" | "one" | "told" => held(decision, word, rest),
        "shadow" => {
            let hits: Vec<String> = decision
                .shadow
                .iter()
                .map(|hit| format!("{} {}", hit.rule, hit.method))
                .collect();
            (hits.contains(&rest.to_owned()), format!("{hits:?}"))
        }
        "why" => (
            trace.steps.iter().any(|s| s.matched && s.why == rest),
            reasons(decision),
        ),
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

/// Who holds it, and what a release takes.
fn held(decision: &Decision, word: &str, rest: &str) -> (bool, String) {
    let Some(quarantine) = &decision.quarantine else {
        return (false, "nothing that holds it".to_owned());
    };
    let holds = match word {
        "held" => quarantine.by.join(" ") == rest.trim_start_matches("by "),
        "second" => quarantine.second_person,
        "one" => !quarantine.second_person,
        _ => quarantine.notify.join(" ") == rest,
    };
    (holds, format!("{quarantine:?}"))
}

fn reasons(decision: &Decision) -> String {
    let matched = decision.trace.steps.iter().filter(|step| step.matched);
    matched
        .map(|step| format!("{}: {}", step.rule, step.because))
        .collect::<Vec<_>>()
        .join("; ")
}

fn message_fact(message: &mut MessageFacts, fact: &str) {
    let words = |list: &str| list.split(' ').map(str::to_owned).collect();
    match fact.split_once(' ').unwrap_or((fact, "")) {
        ("level", word) => message.level = PhiLevel::from_word(word).expect("a level"),
        ("patient-level", word) => {
            message.level_to_patient = PhiLevel::from_word(word).expect("a level");
        }
        ("kinds", words) => message.kinds = words.split(' ').map(str::to_owned).collect(),
        ("labels", list) => message.labels = words(list),
        ("subject", "phi") => message.subject_phi = true,
        ("unscannable", "") => message.unscannable = true,
        ("opaque", "") => message.opaque = true,
        ("whole", "record") => message.whole_record = true,
        ("patients", count) => message.patients = count.parse().expect("a count"),
        ("octets", count) => message.octets = count.parse().expect("a count"),
        ("pages", count) => message.pages = count.parse().expect("a count"),
        ("files", list) => {
            message.file_kinds = words(list);
            message.files = u32::try_from(message.file_kinds.len()).expect("few files");
        }
        ("marks", list) => message.marks = words(list),
        ("comes", "in") => message.direction = Direction::In,
        ("sender", role) => message.sender_role = role.to_owned(),
        ("groups", list) => message.sender_groups = words(list),
        ("day", word) => message.weekday = Some(Weekday::from_word(word).expect("a day")),
        ("hour", hour) => message.hour = Some(hour.parse().expect("an hour")),
        ("risk", word) => message.risk = Risk::from_word(word).expect("a risk"),
        ("stream", word) => message.stream = Stream::from_word(word).expect("a stream"),
        ("purpose", word) => message.purpose = Purpose::from_word(word).expect("a purpose"),
        ("tls", "minimum") => message.tls_minimum = true,
        ("declared", "no phi") => message.declared_no_phi = true,
        ("attested", "") => message.attested = true,
        ("released", "") => message.approved = true,
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
        // The choice as it is recorded: with the warning.
        ("prefers", "plain") => {
            recipient.prefers = Some(Channel::Plain);
            recipient.warned = true;
            if recipient.class == RecipientClass::Unknown {
                recipient.class = RecipientClass::Patient;
            }
        }
        ("prefers", "plain unwarned") => recipient.prefers = Some(Channel::Plain),
        ("prefers", word) => recipient.prefers = Some(Channel::from_word(word).expect("a channel")),
        ("internal", "") => recipient.internal = true,
        ("class", word) => recipient.class = RecipientClass::from_word(word).expect("a class"),
        ("domain", name) => recipient.domain = Some(name.to_owned()),
        ("first-time", "") => recipient.first_time = true,
        ("look-alike", "") => recipient.look_alike = true,
        ("blocked", "") => recipient.blocked = true,
        ("agreement", "") => recipient.baa = true,
        ("consent", "") => recipient.consent_part2 = true,
        ("restriction", word) => {
            recipient.restriction = Some(Restriction::from_word(word).expect("a restriction"));
        }
        ("smime", word) => recipient.smime = KeyState::from_word(word).expect("a key's state"),
        ("pgp", word) => recipient.pgp = KeyState::from_word(word).expect("a key's state"),
        _ => panic!("no such fact of a recipient: {fact}"),
    }
}
