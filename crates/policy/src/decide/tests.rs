//! The order of rules does not matter, and the sentences of "what would change it" are true.

use proptest::prelude::*;

use super::*;
use crate::facts::Facts;
use crate::question::Question;
use crate::{
    Channel, KeyState, PhiLevel, RecipientClass, Restriction, Risk, SUBSTANCE_USE, TlsKnown,
};
use model::{Purpose, Stream};

fn facts() -> impl Strategy<Value = Facts> {
    let message = (
        prop::sample::select(PhiLevel::ALL.to_vec()),
        prop::sample::select(Stream::ALL.to_vec()),
        prop::option::of(prop::sample::select(Method::ALL.to_vec())),
        any::<[bool; 9]>(),
    );
    let recipient = (
        prop::sample::select(TlsKnown::ALL.to_vec()),
        prop::option::of(prop::sample::select(Channel::ALL.to_vec())),
        prop::sample::select(RecipientClass::ALL.to_vec()),
        prop::option::weighted(0.2, prop::sample::select(Restriction::ALL.to_vec())),
        any::<[bool; 7]>(),
    );
    (message, recipient).prop_map(
        |((level, stream, demanded, m), (tls_known, prefers, class, restriction, r))| Facts {
            message: MessageFacts {
                level,
                subject_phi: m[0],
                unscannable: m[1],
                stream,
                purpose: Purpose::Treatment,
                declared_no_phi: m[2],
                tls_minimum: m[4],
                demanded,
                system: m[3],
                attested: m[5],
                approved: m[6],
                labels: labels(m[7]),
                risk: if m[8] { Risk::Critical } else { Risk::Normal },
                ..MessageFacts::quiet()
            },
            recipient: RecipientFacts {
                portal_on: r[0],
                tls_known,
                prefers,
                warned: r[1],
                internal: r[2],
                consent_part2: r[3],
                blocked: r[4],
                smime: if r[5] {
                    KeyState::Usable
                } else {
                    KeyState::None
                },
                pgp: if r[6] {
                    KeyState::Usable
                } else {
                    KeyState::Expired
                },
                class,
                restriction,
                ..RecipientFacts::quiet()
            },
        },
    )
}

fn labels(substance_use: bool) -> BTreeSet<String> {
    substance_use
        .then(|| SUBSTANCE_USE.to_owned())
        .into_iter()
        .collect()
}

fn shuffled() -> impl Strategy<Value = Rules> {
    let rules: Vec<Rule> = Rules::standard().iter().copied().collect();
    Just(rules).prop_shuffle().prop_map(Rules::new)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_rules_does_not_matter(facts in facts(), rules in shuffled()) {
        let one = decide(&facts.message, &facts.recipient, &Rules::standard());
        let mut other = decide(&facts.message, &facts.recipient, &rules);
        other.trace.steps.sort_by_key(|step| (step.rule.len(), step.rule.clone()));
        prop_assert_eq!(one, other);
    }

    #[test]
    fn each_sentence_of_change_is_true(facts in facts()) {
        let rules = Rules::standard();
        let decision = decide(&facts.message, &facts.recipient, &rules);
        for condition in Question::ALL {
            let Some((other, supposition)) = condition.turned(&facts) else { continue };
            let then = decide(&other.message, &other.recipient, &rules).method;
            let told = decision.trace.would_change.iter().any(|s| s.starts_with(&format!("If {supposition},")));
            prop_assert_eq!(told, then != decision.method, "{}", supposition);
        }
    }
}

#[test]
fn rules_are_numbered_in_order_and_named_apart() {
    let rules = Rules::standard();
    let mut names = std::collections::BTreeSet::new();
    for (place, rule) in rules.iter().enumerate() {
        assert_eq!(rule.id, (place + 1).to_string());
        assert!(names.insert(rule.name), "{} stands twice", rule.name);
    }
}

#[test]
fn the_version_follows_the_rules_and_not_their_order() {
    let mut rules: Vec<Rule> = Rules::standard().iter().copied().collect();
    rules.reverse();
    assert_eq!(
        Rules::new(rules.clone()).version(),
        Rules::standard().version()
    );
    rules.pop();
    assert_ne!(Rules::new(rules).version(), Rules::standard().version());
}

#[test]
fn without_rules_nothing_leaves() {
    let message = MessageFacts {
        declared_no_phi: true,
        system: true,
        ..MessageFacts::quiet()
    };
    let recipient = RecipientFacts {
        tls_known: TlsKnown::Verified,
        prefers: Some(Channel::Plain),
        warned: true,
        ..RecipientFacts::quiet()
    };
    assert_eq!(
        decide(&message, &recipient, &Rules::new(Vec::new())).method,
        Method::Hold
    );
}
