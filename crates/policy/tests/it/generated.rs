//! What holds for every set of rules an organisation could write: generated rules, generated facts.

use std::collections::BTreeSet;
use std::sync::Arc;

use caduceus_policy::{
    Bound, Channel, Condition, Decision, Direction, Fact, KeyState, MessageFacts, Mode, Notice,
    OrgEffect, OrgRule, OrgRules, PhiLevel, RecipientClass, RecipientFacts, Restriction, Risk,
    Rules, Shape, StoredFacts, Test, TlsKnown, Weekday, When, decide, simulate, strength,
};
use model::{Method, Purpose, Stream};
use proptest::prelude::*;

/// Words that facts and rules share, so that they meet often.
const WORDS: &[&str] = &[
    "hiv",
    "substance_use",
    "psychotherapy",
    "pdf",
    "macro",
    "app",
];
const DOMAINS: &[&str] = &["rival.example", "*.rival.example", "clinic.example"];
/// Facts where a rule may ask for more only.
const RISING: &[Fact] = &[
    Fact::Level,
    Fact::Risk,
    Fact::PhiInSubject,
    Fact::UnreadPart,
];

/// What detection finds: a rule may ask that more of it is found only.
const FOUND: &[Fact] = &[Fact::Labels, Fact::Kinds, Fact::Patients, Fact::WholeRecord];

fn words(known: &'static [&'static str]) -> impl Strategy<Value = BTreeSet<String>> {
    prop::sample::subsequence(known.to_vec(), 1..=known.len().min(3))
        .prop_map(|words| words.into_iter().map(str::to_owned).collect())
}

fn membership(known: &'static [&'static str]) -> BoxedStrategy<Test> {
    (words(known), any::<bool>())
        .prop_map(|(words, some)| {
            if some {
                Test::AnyOf(words)
            } else {
                Test::NoneOf(words)
            }
        })
        .boxed()
}

fn test(fact: Fact) -> BoxedStrategy<Test> {
    match fact.shape() {
        Shape::Number if FOUND.contains(&fact) => (0..25_u64).prop_map(Test::Over).boxed(),
        Shape::Words if FOUND.contains(&fact) => words(WORDS).prop_map(Test::AnyOf).boxed(),
        Shape::Switch => Just(Test::Holds).boxed(),
        // 1 to 22: all that may be asked of an hour.
        Shape::Number | Shape::Size => (1..23_u64, 0..4)
            .prop_map(|(bound, kind)| match kind {
                0 => Test::Over(bound),
                1 => Test::AtLeast(Bound::Number(bound)),
                2 => Test::Under(bound),
                _ => Test::AtMost(bound),
            })
            .boxed(),
        Shape::Rising(known) => prop::sample::select(known)
            .prop_map(|word| Test::AtLeast(Bound::Word(word.to_owned())))
            .boxed(),
        Shape::Word(known) => membership(known),
        Shape::Domain => membership(DOMAINS),
        Shape::OpenWord | Shape::Words => membership(WORDS),
    }
}

fn condition(facts: Vec<Fact>) -> BoxedStrategy<When> {
    prop::sample::select(facts)
        .prop_flat_map(|fact| test(fact).prop_map(move |test| Condition { fact, test }))
        .prop_map(When::Is)
        .boxed()
}

fn when() -> BoxedStrategy<When> {
    let free: Vec<Fact> = Fact::ALL
        .iter()
        .copied()
        .filter(|fact| !RISING.contains(fact) && !FOUND.contains(fact))
        .collect();
    let negated = condition(free).prop_map(|part| When::Not(Box::new(part)));
    let leaf = prop_oneof![3 => condition(Fact::ALL.to_vec()), 1 => condition(RISING.to_vec()), 1 => negated];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(When::All),
            prop::collection::vec(inner, 2..4).prop_map(When::Any),
        ]
    })
    .boxed()
}

fn effect() -> impl Strategy<Value = OrgEffect> {
    prop::sample::select(vec![
        OrgEffect::Require(Method::Tls),
        OrgEffect::Require(Method::TlsOrDrop),
        OrgEffect::Require(Method::Pgp),
        OrgEffect::Require(Method::Smime),
        OrgEffect::Encrypt,
        OrgEffect::Portal,
        OrgEffect::Quarantine {
            second_person: true,
            notify: vec!["dlp_admin".to_owned()],
        },
        OrgEffect::Block,
        OrgEffect::Redact,
        OrgEffect::NeutralSubject,
        OrgEffect::Warn("check".to_owned()),
        OrgEffect::Log,
        OrgEffect::AppendNotice(Notice::Part2),
    ])
}

/// Who may send: of what such a rule may ask, some.
fn limit() -> BoxedStrategy<(When, OrgEffect)> {
    let labels = words(WORDS).prop_map(|words| (Fact::Labels, Test::AnyOf(words)));
    let is = |(fact, test)| When::Is(Condition { fact, test });
    let labels = prop::collection::vec(labels.prop_map(is), 0..3);
    let class = membership(RecipientClass::WORDS).prop_map(|test| (Fact::Recipient, test));
    let class = prop::option::of(class.prop_map(is));
    let side = prop::option::of(any::<bool>());
    (labels, class, side, words(WORDS))
        .prop_map(move |(mut parts, class, side, groups)| {
            parts.extend(class);
            parts.extend(side.map(|inside| {
                let internal = is((Fact::RecipientInternal, Test::Holds));
                if inside {
                    internal
                } else {
                    When::Not(Box::new(internal))
                }
            }));
            let when = match parts.len() {
                0 => When::Always,
                1 => parts.remove(0),
                _ => When::All(parts),
            };
            (when, OrgEffect::OnlyMaySend(groups))
        })
        .boxed()
}

fn rule() -> impl Strategy<Value = OrgRule> {
    let asked = prop_oneof![4 => (when(), effect()).boxed(), 1 => limit()];
    (asked, prop::bool::weighted(0.15)).prop_map(|((when, effect), shadow)| OrgRule {
        id: "rule".to_owned(),
        name: "A rule".to_owned(),
        when,
        effect,
        why: "it is wanted".to_owned(),
        mode: if shadow { Mode::Shadow } else { Mode::Active },
    })
}

fn rule_list() -> impl Strategy<Value = Vec<OrgRule>> {
    prop::collection::vec(rule(), 1..6).prop_map(|mut rules| {
        for (n, rule) in rules.iter_mut().enumerate() {
            rule.id = format!("rule-{n}");
        }
        rules
    })
}

fn message() -> impl Strategy<Value = MessageFacts> {
    let found = (
        prop::sample::select(PhiLevel::ALL.to_vec()),
        prop::sample::select(PhiLevel::ALL.to_vec()),
        prop::sample::subsequence(WORDS.to_vec(), 0..4),
        0..30_u32,
        any::<[bool; 6]>(),
    );
    let sending = (
        prop::sample::select(Stream::ALL.to_vec()),
        prop::sample::select(Purpose::ALL.to_vec()),
        prop::option::weighted(0.3, prop::sample::select(Method::ALL.to_vec())),
        prop::option::of(0..24_u8),
        prop::option::of(prop::sample::select(Weekday::ALL.to_vec())),
        prop::sample::select(Risk::ALL.to_vec()),
        prop::sample::select(vec!["", "app", "staff"]),
        (
            any::<[bool; 3]>(),
            prop::bool::weighted(0.1),
            prop::bool::weighted(0.1),
        ),
    );
    (found, sending).prop_map(
        |(
            (level, level_to_patient, words, amount, f),
            (stream, purpose, demanded, hour, weekday, risk, sender, (s, approved, coming)),
        )| {
            let words: BTreeSet<String> = words.into_iter().map(str::to_owned).collect();
            MessageFacts {
                level,
                level_to_patient,
                kinds: vec!["us_ssn".to_owned(), "Maria 123-45-6789".to_owned()],
                labels: words.clone(),
                subject_phi: f[0],
                unscannable: f[1],
                opaque: f[2],
                whole_record: f[3],
                patients: amount,
                octets: u64::from(amount),
                pages: amount / 2,
                files: amount % 5,
                file_kinds: words.clone(),
                marks: words.clone(),
                direction: if coming {
                    Direction::In
                } else {
                    Direction::Out
                },
                stream,
                purpose,
                sender_role: sender.to_owned(),
                sender_groups: words,
                weekday,
                hour,
                risk,
                declared_no_phi: f[4],
                attested: f[5],
                approved,
                demanded,
                tls_minimum: s[0],
                system: s[1] && s[2],
            }
        },
    )
}

fn recipient() -> impl Strategy<Value = RecipientFacts> {
    let keys = || prop::sample::select(KeyState::ALL.to_vec());
    let known = (
        prop::sample::select(TlsKnown::ALL.to_vec()),
        prop::sample::select(RecipientClass::ALL.to_vec()),
        prop::sample::select(vec![
            None,
            Some("rival.example"),
            Some("EU.rival.example"),
            Some("lee.example"),
        ]),
        prop::option::weighted(0.1, prop::sample::select(Restriction::ALL.to_vec())),
        prop::option::of(prop::sample::select(Channel::ALL.to_vec())),
    );
    (
        known,
        keys(),
        keys(),
        any::<[bool; 7]>(),
        prop::bool::weighted(0.05),
    )
        .prop_map(
            |((tls_known, class, domain, restriction, prefers), smime, pgp, r, blocked)| {
                RecipientFacts {
                    portal_on: r[0],
                    tls_known,
                    internal: r[1],
                    class,
                    domain: domain.map(str::to_owned),
                    first_time: r[2],
                    look_alike: r[3],
                    blocked,
                    baa: r[4],
                    consent_part2: r[5],
                    restriction,
                    prefers,
                    warned: r[6],
                    smime,
                    pgp,
                }
            },
        )
}

fn with(rules: Vec<OrgRule>) -> Rules {
    let own = OrgRules::new(rules).unwrap_or_else(|errors| panic!("{errors:?}"));
    Rules::standard().with(Arc::new(own))
}

/// Without the facts as shown: they are coarser after projection.
fn unshown(mut decision: Decision) -> Decision {
    decision.trace.facts.clear();
    decision
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn another_rule_never_allows_more(m in message(), r in recipient(), rules in rule_list(), more in rule()) {
        let before = decide(&m, &r, &with(rules.clone()));
        let added = OrgRule { id: "added".to_owned(), mode: Mode::Active, ..more };
        let after = decide(&m, &r, &with(rules.into_iter().chain([added]).collect()));
        prop_assert!(strength(after.method) >= strength(before.method));
        prop_assert!(before.warnings.iter().all(|text| after.warnings.contains(text)));
        prop_assert!(before.notices.iter().all(|notice| after.notices.contains(notice)));
        let second = |d: &Decision| d.quarantine.as_ref().is_some_and(|q| q.second_person);
        prop_assert!(!second(&before) || second(&after) || after.method == Method::Block);
    }

    #[test]
    fn no_rule_weakens_the_platform(m in message(), r in recipient(), rules in rule_list()) {
        let platform = decide(&m, &r, &Rules::standard());
        let own = decide(&m, &r, &with(rules));
        prop_assert!(strength(own.method) >= strength(platform.method));
        let found = m.unscannable || m.level >= PhiLevel::Likely;
        let exposed = match own.method {
            Method::Portal | Method::Hold | Method::Block => false,
            Method::Tls | Method::TlsOrDrop => found,
            Method::Plain | Method::Pgp | Method::Smime => true,
        };
        prop_assert!(own.neutral_subject || !(exposed && m.subject_phi));
        prop_assert!(platform.notices.iter().all(|notice| own.notices.contains(notice)));
    }

    #[test]
    fn more_found_never_protects_less(m in message(), r in recipient(), rules in rule_list(), level in prop::sample::select(PhiLevel::ALL.to_vec())) {
        let rules = with(rules);
        let before = decide(&m, &r, &rules).method;
        let more = MessageFacts { level: m.level.max(level), ..m };
        let worse = MessageFacts { unscannable: true, subject_phi: true, ..more.clone() };
        let riskier = MessageFacts { risk: Risk::Critical, ..more.clone() };
        let mut fuller = MessageFacts { patients: more.patients.saturating_add(9), whole_record: true, ..more.clone() };
        for word in WORDS {
            fuller.labels.insert((*word).to_owned());
            fuller.kinds.push((*word).to_owned());
        }
        for after in [more, worse, riskier, fuller] {
            prop_assert!(strength(decide(&after, &r, &rules).method) >= strength(before));
        }
    }

    #[test]
    fn the_order_of_rules_does_not_matter(m in message(), r in recipient(), (rules, shuffled) in rule_list().prop_flat_map(|rules| (Just(rules.clone()), Just(rules).prop_shuffle()))) {
        let one = decide(&m, &r, &with(rules));
        let mut other = decide(&m, &r, &with(shuffled));
        let place = |id: &str| one.trace.steps.iter().position(|step| step.rule == id);
        other.trace.steps.sort_by_key(|step| place(&step.rule));
        other.shadow.sort_by_key(|hit| place(&hit.rule));
        prop_assert_eq!(one, other);
    }

    #[test]
    fn a_rule_that_cannot_be_answered_denies(m in message(), r in recipient(), rules in rule_list(), hour in 0..23_u64) {
        let unknown = MessageFacts { hour: None, system: false, approved: false, direction: Direction::Out, ..m };
        let asks = OrgRule {
            id: "asks".to_owned(),
            name: "Asks for the hour".to_owned(),
            when: When::Is(Condition { fact: Fact::Hour, test: Test::Over(hour) }),
            effect: OrgEffect::Require(Method::Tls),
            why: "it is wanted".to_owned(),
            mode: Mode::Active,
        };
        let decision = decide(&unknown, &r, &with(rules.into_iter().chain([asks]).collect()));
        prop_assert!(matches!(decision.method, Method::Hold | Method::Block));
    }

    /// In the language's other words: whoever is in none of the groups is refused.
    #[test]
    fn who_may_send_refuses_all_others_and_nobody_else(m in message(), r in recipient(), rules in rule_list(), (when, effect) in limit()) {
        let OrgEffect::OnlyMaySend(groups) = effect.clone() else { unreachable!("a limit") };
        let others = When::Is(Condition { fact: Fact::SenderGroups, test: Test::NoneOf(groups) });
        let both = match when.clone() {
            When::Always => others,
            when => When::All(vec![when, others]),
        };
        let added = |when, effect| {
            let one = OrgRule {
                id: "added".to_owned(),
                name: "A rule".to_owned(),
                when,
                effect,
                why: "it is wanted".to_owned(),
                mode: Mode::Active,
            };
            decide(&m, &r, &with(rules.iter().cloned().chain([one]).collect()))
        };
        let (limited, refused) = (added(when, effect), added(both, OrgEffect::Block));
        prop_assert_eq!(limited.method, refused.method);
        prop_assert_eq!(limited.shadow, refused.shadow);
        prop_assert_eq!(limited.trace.decided_by, refused.trace.decided_by);
    }

    #[test]
    fn facts_that_no_rule_asks_for_change_nothing(m in message(), r in recipient(), rules in rule_list()) {
        let rules = with(rules);
        let (mut message, mut recipient) = (m.clone(), r.clone());
        rules.project(&mut message, &mut recipient);
        prop_assert_eq!(unshown(decide(&message, &recipient, &rules)), unshown(decide(&m, &r, &rules)));
        let (mut again, mut same) = (message.clone(), recipient.clone());
        rules.project(&mut again, &mut same);
        prop_assert_eq!((again, same), (message, recipient), "projecting twice is projecting once");
    }

    #[test]
    fn rules_read_back_as_written_and_as_json(rules in rule_list()) {
        let own = OrgRules::new(rules).expect("generated rules are sound");
        let text = own.to_text();
        prop_assert_eq!(OrgRules::parse(&text), Ok(own.clone()), "{}", text);
        let json = serde_json::to_string(&own).expect("rules serialise");
        prop_assert_eq!(serde_json::from_str::<OrgRules>(&json).expect("and come back"), own);
    }

    #[test]
    fn what_is_told_and_stored_holds_no_value(m in message(), r in recipient(), rules in rule_list()) {
        let decision = decide(&m, &r, &with(rules));
        let stored = StoredFacts::of(&m, &r);
        let told = serde_json::to_string(&(&decision, &stored)).expect("it serialises").to_lowercase();
        for value in ["maria", "45-6789", "lee.example", "rival.example"] {
            prop_assert!(!told.contains(value), "{}", told);
        }
        let deciding = decision.trace.steps.iter().find(|step| step.rule == decision.trace.decided_by);
        prop_assert!(deciding.is_some_and(|step| step.matched), "the deciding rule matched");
        let text = serde_json::to_string(&decision).expect("a decision serialises");
        prop_assert_eq!(serde_json::from_str::<Decision>(&text).expect("and comes back"), decision);
    }

    #[test]
    fn a_simulation_tells_what_deciding_would(m in message(), r in recipient(), current in rule_list(), draft in rule_list()) {
        let (current, draft) = (with(current), with(draft));
        let stored = StoredFacts::of(&m, &r);
        let simulation = simulate(std::slice::from_ref(&stored), &current, &draft);
        let before = decide(&stored.message, &stored.recipient, &current).method;
        let after = decide(&stored.message, &stored.recipient, &draft).method;
        prop_assert_eq!(simulation.changed == 1, before != after);
        let moves: Vec<_> = simulation.moves.iter().map(|moved| (moved.from, moved.to, moved.count)).collect();
        prop_assert_eq!(moves, if before == after { vec![] } else { vec![(before, after, 1)] });
    }

    #[test]
    fn reading_rules_ends_for_any_text(text in "(rule|when|then|because|level|at least|likely|and|or|not|\\(|\\)|\"|:|,|\n| |[a-z0-9.*#é]{1,6}){0,60}") {
        if let Ok(own) = OrgRules::parse(&text) {
            prop_assert_eq!(OrgRules::parse(&own.to_text()), Ok(own));
        }
    }
}
