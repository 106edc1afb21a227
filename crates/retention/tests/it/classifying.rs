//! Record classes by rules over facts: what adds up, what is first, what nobody knows, what a person said.

use std::collections::BTreeSet;

use caduceus_retention::{
    Class, ClassRule, Classification, Classifier, ClassifierInvalid, Correction, Fact, ItemFacts,
    Match, Order, classify,
};
use model::Timestamp;

/// `id: fact=word|word & fact!=word -> class, class`, one rule a line.
fn classifier(order: Order, text: &str) -> Classifier {
    let rules = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(|line| {
            let (id, rest) = line.split_once(": ").expect("an id");
            let (when, classes) = rest.split_once("-> ").expect("classes");
            ClassRule {
                id: id.into(),
                when: when
                    .split('&')
                    .map(str::trim)
                    .filter(|part| !part.is_empty())
                    .map(condition)
                    .collect(),
                classes: classes
                    .split(", ")
                    .map(|word| Class::parse(word).expect("a class"))
                    .collect(),
            }
        });
    let classifier = Classifier {
        order,
        rules: rules.collect(),
    };
    classifier.check().expect("rules");
    classifier
}

fn condition(text: &str) -> Match {
    let (fact, words) = text.split_once('=').expect("a condition");
    Match {
        fact: fact_of(fact.trim_end_matches('!')),
        any_of: words.split('|').map(str::to_owned).collect(),
        none: fact.ends_with('!'),
    }
}

fn fact_of(word: &str) -> Fact {
    serde_json::from_value(serde_json::Value::String(word.into())).expect("a fact")
}

/// `fact=word|word; fact=` where nothing after `=` is known to be none.
fn facts(text: &str) -> ItemFacts {
    text.split("; ")
        .filter(|part| !part.is_empty())
        .map(|part| {
            let (fact, words) = part.split_once('=').expect("a fact");
            let words = words
                .split('|')
                .filter(|word| !word.is_empty())
                .map(str::to_owned);
            (fact_of(fact), words.collect())
        })
        .collect()
}

const CLINIC: &str = "
    billing: department=billing|front_desk & detector=claim_number|member_id -> billing
    care: sender_role=clinician & recipient_role=patient|clinician -> clinical
    child: patient_is_minor=yes -> clinical, clinical_minor
    rehab: keyword=substance_use -> substance_use
    news: label=newsletter & detector!=mrn|health_term -> routine
";

fn found(order: Order, known: &str) -> String {
    let classification = classify(&facts(known), &classifier(order, CLINIC));
    words(&classification)
}

fn words(classification: &Classification) -> String {
    let classes = classification.classes();
    let words: Vec<&str> = classes.iter().map(Class::word).collect();
    words.join(" ")
}

const ALL_KNOWN: &str =
    "label=; detector=; keyword=; sender_role=; recipient_role=; department=; patient_is_minor=no";

fn but(changes: &str) -> String {
    let mut known = facts(ALL_KNOWN);
    known.extend(facts(changes));
    let told = known.iter().map(|(fact, words)| {
        let fact = serde_json::to_value(fact).expect("a word");
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        format!("{}={}", fact.as_str().expect("a word"), words.join("|"))
    });
    told.collect::<Vec<_>>().join("; ")
}

#[test]
fn every_rule_that_matches_adds_its_classes() {
    let both = but(
        "sender_role=clinician; recipient_role=patient; patient_is_minor=yes; keyword=substance_use",
    );
    assert_eq!(
        found(Order::All, &both),
        "clinical clinical_minor substance_use"
    );
    assert_eq!(found(Order::First, &both), "clinical");
    let claim = but("department=billing; detector=member_id|date");
    assert_eq!(found(Order::All, &claim), "billing");
}

#[test]
fn what_no_rule_matches_is_unclassified() {
    assert_eq!(found(Order::All, ALL_KNOWN), "unclassified");
    assert_eq!(found(Order::First, ALL_KNOWN), "unclassified");
    assert_eq!(
        found(Order::All, &but("department=billing")),
        "unclassified"
    );
}

#[test]
fn a_fact_that_is_missing_leaves_unclassified_beside_what_was_found() {
    // The text could not be read, so nobody knows what keywords it has.
    let unread = "label=; detector=; sender_role=clinician; recipient_role=patient; department=; patient_is_minor=no";
    assert_eq!(found(Order::All, unread), "clinical unclassified");
    // The first rule that matches comes before the one that could not be told.
    assert_eq!(found(Order::First, unread), "clinical");
    // And here after it.
    let department_unknown = "label=; detector=claim_number; keyword=; sender_role=clinician; recipient_role=patient; patient_is_minor=no";
    assert_eq!(
        found(Order::First, department_unknown),
        "clinical unclassified"
    );
    let classification = classify(
        &facts(department_unknown),
        &classifier(Order::First, CLINIC),
    );
    assert_eq!(classification.unsure, ["billing"]);
    assert_eq!(classification.rules, ["care"]);
}

#[test]
fn a_missing_fact_that_cannot_matter_leaves_nothing_open() {
    // No claim number, so the department is of no account.
    let known = "label=; detector=; keyword=; sender_role=clinician; recipient_role=patient; patient_is_minor=no";
    assert_eq!(found(Order::All, known), "clinical");
}

#[test]
fn none_of_the_words_is_a_condition_too() {
    assert_eq!(
        found(Order::All, &but("label=newsletter; detector=date")),
        "routine"
    );
    assert_eq!(
        found(Order::All, &but("label=newsletter; detector=mrn")),
        "unclassified"
    );
}

#[test]
fn the_order_of_unordered_rules_changes_nothing() {
    let mut reversed = classifier(Order::All, CLINIC);
    reversed.rules.reverse();
    for known in [
        but("sender_role=clinician; recipient_role=patient; patient_is_minor=yes"),
        but("keyword=substance_use"),
        "sender_role=clinician".into(),
    ] {
        assert_eq!(
            words(&classify(&facts(&known), &reversed)),
            found(Order::All, &known)
        );
    }
}

#[test]
fn a_correction_wins_and_stands_beside_what_was_found() {
    let correction = |classes: &[Class]| Correction {
        classes: classes.iter().cloned().collect(),
        by: "usr_1".into(),
        at: Timestamp::from_secs(1_700_000_000),
        reason: "a bill, not a letter".into(),
    };
    let known = but("sender_role=clinician; recipient_role=patient");
    let classification = classify(&facts(&known), &classifier(Order::All, CLINIC))
        .corrected(correction(&[Class::Billing]));
    assert_eq!(words(&classification), "billing");
    assert_eq!(classification.found, BTreeSet::from([Class::Clinical]));
    let stored = serde_json::to_string(&classification).expect("JSON");
    assert_eq!(
        classification,
        serde_json::from_str(&stored).expect("the same")
    );
    assert_eq!(
        words(&classification.corrected(correction(&[]))),
        "unclassified"
    );
}

#[test]
fn rules_that_cannot_be_meant_are_refused() {
    let rule = |id: &str| ClassRule {
        id: id.into(),
        when: Vec::new(),
        classes: [Class::Clinical].into(),
    };
    let refused = |rules: Vec<ClassRule>| {
        Classifier {
            order: Order::All,
            rules,
        }
        .check()
        .expect_err("refused")
    };
    let twice = refused(vec![rule("a"), rule("a")]);
    assert_eq!(twice, ClassifierInvalid::Twice("a".into()));
    let mut empty = rule("a");
    empty.classes.clear();
    assert_eq!(
        refused(vec![empty]),
        ClassifierInvalid::NoClasses("a".into())
    );
    let mut wordless = rule("a");
    wordless.when.push(Match {
        fact: Fact::Label,
        any_of: BTreeSet::new(),
        none: true,
    });
    assert_eq!(
        refused(vec![wordless]),
        ClassifierInvalid::NoWords("a".into())
    );
    let many = (0..1_001).map(|n| rule(&n.to_string())).collect();
    assert_eq!(refused(many), ClassifierInvalid::TooMany);
}
