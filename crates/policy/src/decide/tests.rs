//! The order of rules does not matter, and the sentences of "what would change it" are true.

use proptest::prelude::*;

use super::*;
use crate::condition::Facts;
use crate::{PhiLevel, TlsKnown};
use model::{Purpose, Stream};

fn facts() -> impl Strategy<Value = Facts> {
    let message = (
        prop::sample::select(PhiLevel::ALL.to_vec()),
        prop::sample::select(Stream::ALL.to_vec()),
        prop::option::of(prop::sample::select(Method::ALL.to_vec())),
        any::<[bool; 5]>(),
    );
    let recipient = (
        prop::sample::select(TlsKnown::ALL.to_vec()),
        any::<[bool; 3]>(),
    );
    (message, recipient).prop_map(|((level, stream, demanded, m), (tls_known, r))| Facts {
        message: MessageFacts {
            level,
            kinds: Vec::new(),
            subject_phi: m[0],
            unscannable: m[1],
            stream,
            purpose: Purpose::Treatment,
            declared_no_phi: m[2],
            tls_minimum: m[4],
            demanded,
            system: m[3],
        },
        recipient: RecipientFacts {
            portal_on: r[0],
            tls_known,
            prefers_plain: r[1],
            internal: r[2],
        },
    })
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
        for condition in Condition::ALL {
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
        level: PhiLevel::None,
        kinds: Vec::new(),
        subject_phi: false,
        unscannable: false,
        stream: Stream::Transactional,
        purpose: Purpose::System,
        declared_no_phi: true,
        tls_minimum: false,
        demanded: None,
        system: true,
    };
    let recipient = RecipientFacts {
        portal_on: true,
        tls_known: TlsKnown::Verified,
        prefers_plain: true,
        internal: false,
    };
    assert_eq!(
        decide(&message, &recipient, &Rules::new(Vec::new())).method,
        Method::Hold
    );
}
