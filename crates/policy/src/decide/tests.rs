//! The order of rules does not matter, and the sentences of "what would change it" are true.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::access::Stop;
use crate::facts::Facts;
use crate::question::Question;
use crate::{
    Channel, KeyState, OrgRules, PSYCHOTHERAPY, PhiLevel, RecipientClass, Restriction, Risk,
    SUBSTANCE_USE, TlsKnown,
};
use model::{Purpose, Stream};

fn facts() -> impl Strategy<Value = Facts> {
    let message = (
        prop::sample::select(PhiLevel::ALL.to_vec()),
        prop::sample::select(Stream::ALL.to_vec()),
        prop::option::of(prop::sample::select(Method::ALL.to_vec())),
        any::<[bool; 10]>(),
        prop::sample::subsequence(GROUPS.to_vec(), 0..=2),
    );
    let recipient = (
        prop::sample::select(TlsKnown::ALL.to_vec()),
        prop::option::of(prop::sample::select(Channel::ALL.to_vec())),
        prop::sample::select(RecipientClass::ALL.to_vec()),
        prop::option::weighted(0.2, prop::sample::select(Restriction::ALL.to_vec())),
        any::<[bool; 7]>(),
    );
    (message, recipient).prop_map(
        |((level, stream, demanded, m, groups), (tls_known, prefers, class, restriction, r))| {
            Facts {
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
                    labels: labels(m[7], m[9]),
                    sender_groups: groups.into_iter().map(str::to_owned).collect(),
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
            }
        },
    )
}

fn labels(substance_use: bool, psychotherapy: bool) -> BTreeSet<String> {
    let labels = [
        (substance_use, SUBSTANCE_USE),
        (psychotherapy, PSYCHOTHERAPY),
    ];
    let found = labels.into_iter().filter(|(found, _)| *found);
    found.map(|(_, label)| label.to_owned()).collect()
}

const GROUPS: &[&str] = &["care", "compliance", "counsel", "dlp_admin"];

/// Rules of who may send, one of which a sender may meet by leaving another group.
const LIMITS: &str = "
rule notes: when labels include psychotherapy and not internal recipient
  then only compliance, dlp_admin may send because notes stay with those who treat
rule vendors: when recipient is one of vendor, unknown
  then only counsel, compliance may send because they have no agreement
rule trial in shadow: when internal recipient then only care may send because it is tried
rule counsel: when sender groups include counsel and level at least likely
  then portal because what counsel writes stays here
";

fn limited() -> Rules {
    let own = OrgRules::parse(LIMITS).expect("the rules are sound");
    Rules::standard().with(std::sync::Arc::new(own))
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
    fn each_sentence_of_change_is_true(facts in facts(), own in any::<bool>()) {
        let rules = if own { limited() } else { Rules::standard() };
        let decision = decide(&facts.message, &facts.recipient, &rules);
        for condition in Question::ALL {
            let Some((other, supposition)) = condition.turned(&facts) else { continue };
            let then = decide(&other.message, &other.recipient, &rules).method;
            let told = decision.trace.would_change.iter().any(|s| s.starts_with(&format!("If {supposition},")));
            prop_assert_eq!(told, then != decision.method, "{}", supposition);
        }
        let others = decision.trace.would_change.iter().filter_map(|s| s.strip_prefix("If one of "));
        let others: Vec<(&str, &str)> = others.filter_map(|s| s.split_once(" had sent it, ")).collect();
        for group in GROUPS {
            let then = change::sent_by(group, &facts).into_iter();
            let then: BTreeSet<Method> = then.map(|f| decide(&f.message, &f.recipient, &rules).method).collect();
            let told: Vec<&str> = others.iter().filter(|(groups, _)| groups.split(", ").any(|g| g == *group)).map(|(_, then)| *then).collect();
            let way = then.first().copied().filter(|way| then.len() == 1 && *way != decision.method);
            let stopping: Vec<&OrgRule> = rules.organisation().iter()
                .filter(|rule| rule.mode == Mode::Active && rule.effect.senders().any(|g| g == *group))
                .filter(|rule| decision.trace.steps.iter().any(|step| step.rule == rule.id && step.matched))
                .collect();
            let way = way.filter(|_| !stopping.is_empty());
            let expected: Vec<String> = way.map(|way| format!("{}.", change::would(way))).into_iter().collect();
            prop_assert_eq!(told, expected, "{}", group);
        }
    }
}

/// Cedar skips what errs; here it refuses, and the trace says so.
#[test]
fn a_limit_that_errs_refuses_and_says_so() {
    let rules = limited();
    let facts = Facts {
        message: MessageFacts::quiet(),
        recipient: RecipientFacts {
            internal: true,
            ..RecipientFacts::quiet()
        },
    };
    let erring = |id: &str| Stops(BTreeMap::from([(id.to_owned(), Stop::Errs)]));
    let stops = erring("notes");
    let outcome = weigh(&facts, &rules, &stops, None);
    assert_eq!(
        (outcome.method, outcome.decided_by),
        (Method::Block, "notes")
    );
    let steps = trace::steps(&facts, &rules, &stops, &outcome);
    let step = steps.iter().find(|step| step.rule == "notes");
    let step = step.expect("each rule has its step");
    assert!(step.matched);
    assert_eq!(step.because, "it could not be evaluated, which denies");
    let trial = weigh(&facts, &rules, &erring("trial"), None);
    assert_eq!(trial.method, Method::Tls, "a rule on trial decides nothing");
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
        class: RecipientClass::Patient,
        prefers: Some(Channel::Plain),
        warned: true,
        ..RecipientFacts::quiet()
    };
    assert_eq!(
        decide(&message, &recipient, &Rules::new(Vec::new())).method,
        Method::Hold
    );
}
