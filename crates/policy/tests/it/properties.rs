//! What holds for all facts: more found or more demanded never protects less, nothing PHI goes plain
//! unless the patient chose it, and the trace tells the truth without values.

use caduceus_policy::{
    Channel, Decision, MessageFacts, PhiLevel, RecipientClass, RecipientFacts, Rules, TlsKnown,
    decide, strength,
};
use model::{Demand, Method, Purpose, Stream};
use proptest::prelude::*;

fn message() -> impl Strategy<Value = MessageFacts> {
    let switches = (
        any::<bool>(),
        any::<bool>(),
        any::<bool>(),
        any::<bool>(),
        prop::bool::weighted(0.2),
    );
    let words = (
        prop::sample::select(PhiLevel::ALL.to_vec()),
        prop::sample::select(Stream::ALL.to_vec()),
        prop::sample::select(Purpose::ALL.to_vec()),
        prop::option::of(prop::sample::select(Method::ALL.to_vec())),
    );
    (switches, words).prop_map(
        |(
            (subject_phi, unscannable, declared_no_phi, tls_minimum, system),
            (level, stream, purpose, demanded),
        )| {
            MessageFacts {
                level,
                kinds: vec!["us_ssn".to_owned(), "Maria 123-45-6789".to_owned()],
                subject_phi,
                unscannable,
                stream,
                purpose,
                declared_no_phi,
                demanded,
                tls_minimum,
                system,
                ..MessageFacts::quiet()
            }
        },
    )
}

fn recipient() -> impl Strategy<Value = RecipientFacts> {
    let known = prop::sample::select(TlsKnown::ALL.to_vec());
    let class = prop::sample::select(RecipientClass::ALL.to_vec());
    (any::<bool>(), known, any::<bool>(), any::<bool>(), class).prop_map(
        |(portal_on, tls_known, plain, internal, class)| RecipientFacts {
            class,
            portal_on,
            tls_known,
            prefers: plain.then_some(Channel::Plain),
            warned: plain,
            internal,
            ..RecipientFacts::quiet()
        },
    )
}

fn decided(m: &MessageFacts, r: &RecipientFacts) -> Decision {
    decide(m, r, &Rules::standard())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn more_found_never_protects_less(m in message(), r in recipient(), level in prop::sample::select(PhiLevel::ALL.to_vec())) {
        let before = decided(&m, &r);
        let more = MessageFacts { level: m.level.max(level), ..m.clone() };
        let worse = MessageFacts { unscannable: true, subject_phi: true, ..more.clone() };
        for after in [decided(&more, &r), decided(&worse, &r)] {
            prop_assert!(strength(after.method) >= strength(before.method));
            prop_assert!(after.demand >= before.demand || after.method == Method::Portal);
        }
    }

    #[test]
    fn more_demanded_never_protects_less(m in message(), r in recipient(), asked in prop::sample::select(Method::ALL.to_vec())) {
        let without = decided(&MessageFacts { demanded: None, ..m.clone() }, &r);
        let with = decided(&MessageFacts { demanded: Some(asked), ..m }, &r);
        prop_assert!(strength(with.method) >= strength(without.method));
        prop_assert!(strength(with.method) >= strength(asked));
    }

    #[test]
    fn below_an_organisations_minimum_only_its_own_notices_leave(m in message(), r in recipient()) {
        let decision = decided(&MessageFacts { tls_minimum: true, system: false, ..m }, &r);
        prop_assert!(decision.method != Method::Plain);
    }

    #[test]
    fn phi_goes_plain_only_by_the_patients_choice(m in message(), r in recipient()) {
        let decision = decided(&m, &r);
        let found = m.level >= PhiLevel::Likely || m.unscannable;
        let chosen = r.prefers == Some(Channel::Plain) && !r.internal && r.class == RecipientClass::Patient;
        if found && !chosen {
            prop_assert_ne!(decision.method, Method::Plain);
        }
        let exposed = match decision.method {
            Method::Portal | Method::Hold | Method::Block => false,
            Method::Tls | Method::TlsOrDrop => found,
            Method::Plain | Method::Pgp | Method::Smime => true,
        };
        if exposed && m.subject_phi && !m.system {
            prop_assert!(decision.neutral_subject);
        }
        // The demand carries the decision: content leaves opportunistically only as plain mail.
        if decision.demand == Demand::Opportunistic {
            prop_assert!(matches!(decision.method, Method::Plain | Method::Portal));
        }
        prop_assert!(decision.below.is_none_or(|below| strength(below) > strength(decision.method)));
        prop_assert!(r.portal_on || (decision.method != Method::Portal && decision.below != Some(Method::Portal)));
    }

    #[test]
    fn the_trace_is_complete_and_holds_no_value(m in message(), r in recipient()) {
        let decision = decided(&m, &r);
        let trace = &decision.trace;
        prop_assert_eq!(trace.steps.len(), Rules::standard().iter().count());
        let deciding = trace.steps.iter().find(|step| step.rule == trace.decided_by);
        prop_assert!(deciding.is_some_and(|step| step.matched), "the deciding rule matched");
        let text = serde_json::to_string(&decision).expect("a decision serialises");
        prop_assert!(!text.contains("Maria") && !text.contains("6789"));
        let read: Decision = serde_json::from_str(&text).expect("and comes back");
        prop_assert_eq!(read, decision);
    }
}
