//! The simulator: a week of facts, a draft of rules, and the difference in numbers.

use std::sync::Arc;

use caduceus_policy::{
    Compared, Decision, MessageFacts, Moved, OrgRules, PhiLevel, RecipientClass, RecipientFacts,
    RuleHits, Rules, SIMULATION_EXAMPLES_MAX, Simulation, StoredFacts, simulate,
};
use model::Method;

const DRAFT: &str = "
rule long: when pages over 20 and recipient is not provider then quarantine because it is much
rule told: when pages over 10 then warn long_document because it may be much
rule late: when hour at least 18 then portal because nobody answers
rule never: when patients over 99 then block because it would be a breach
";

fn rules(text: &str) -> Rules {
    let own = OrgRules::parse(text).unwrap_or_else(|errors| panic!("{errors:?}"));
    Rules::standard().with(Arc::new(own))
}

fn sent(pages: u32, class: RecipientClass, hour: Option<u8>) -> StoredFacts {
    let message = MessageFacts {
        level: PhiLevel::Likely,
        pages,
        hour,
        ..MessageFacts::quiet()
    };
    let recipient = RecipientFacts {
        class,
        ..RecipientFacts::quiet()
    };
    StoredFacts::of(&message, &recipient)
}

#[test]
fn a_draft_is_compared_with_what_stands() {
    let week = [
        sent(2, RecipientClass::Patient, Some(9)),
        sent(30, RecipientClass::Vendor, Some(10)),
        sent(30, RecipientClass::Provider, Some(10)),
        sent(12, RecipientClass::Patient, Some(19)),
        sent(40, RecipientClass::Unknown, Some(11)),
        sent(1, RecipientClass::Patient, None),
    ];
    let simulation = simulate(&week, &Rules::standard(), &rules(DRAFT));
    assert_eq!((simulation.total, simulation.changed), (6, 4));
    assert_eq!(
        simulation.changed_otherwise, 1,
        "the provider's sender is warned"
    );
    let moved = |to, count, examples: &[u64]| Moved {
        from: Method::Tls,
        to,
        count,
        examples: examples.to_vec(),
    };
    let expected = [
        moved(Method::Hold, 3, &[1, 4, 5]),
        moved(Method::Portal, 1, &[3]),
    ];
    assert_eq!(simulation.moves, expected);
    let hits = |matched, decided, unanswered| RuleHits {
        matched,
        decided,
        unanswered,
    };
    assert_eq!(simulation.rules["long"], hits(2, 2, 0));
    assert_eq!(
        simulation.rules["late"],
        hits(1, 2, 1),
        "one without its hour is held"
    );
    assert_eq!(simulation.rules["never"], hits(0, 0, 0));
    let shown = Compared {
        current: 0,
        draft: 4,
    };
    assert_eq!(simulation.warnings["long_document"], shown);
}

#[test]
fn a_draft_of_who_may_send_is_tried_on_stored_groups() {
    let by = |groups: &[&str], label: &str| {
        let words = |all: &[&str]| all.iter().map(|word| (*word).to_owned()).collect();
        let message = MessageFacts {
            labels: words(&[label]),
            sender_groups: words(groups),
            ..MessageFacts::quiet()
        };
        StoredFacts::of(&message, &RecipientFacts::quiet())
    };
    let week = [
        by(&["care"], "hiv"),
        by(&["care", "compliance"], "hiv"),
        by(&[], "hiv"),
        by(&[], "minor"),
    ];
    let draft =
        "rule hiv: when labels include hiv then only compliance may send because it is agreed";
    let simulation = simulate(&week, &Rules::standard(), &rules(draft));
    let moved = Moved {
        from: Method::Tls,
        to: Method::Block,
        count: 2,
        examples: vec![0, 2],
    };
    assert_eq!(simulation.moves, [moved]);
    let hits = RuleHits {
        matched: 2,
        decided: 2,
        unanswered: 0,
    };
    assert_eq!(simulation.rules["hiv"], hits);
    let trial = simulate(
        &week,
        &Rules::standard(),
        &rules(&draft.replace("hiv:", "hiv in shadow:")),
    );
    assert_eq!((trial.changed, trial.rules["hiv"].matched), (0, 2));
}

#[test]
fn the_same_rules_change_nothing() {
    let week = [sent(30, RecipientClass::Vendor, Some(20))];
    let simulation = simulate(&week, &rules(DRAFT), &rules(DRAFT));
    assert_eq!((simulation.changed, simulation.changed_otherwise), (0, 0));
}

#[test]
fn a_long_history_is_added_piece_by_piece_and_stays_small() {
    let (current, draft) = (Rules::standard(), rules(DRAFT));
    let mut simulation = Simulation::default();
    for _ in 0..500 {
        simulation.add(&sent(30, RecipientClass::Vendor, Some(9)), &current, &draft);
    }
    assert_eq!(simulation.moves[0].count, 500);
    assert_eq!(simulation.moves[0].examples.len(), SIMULATION_EXAMPLES_MAX);
    let json = serde_json::to_string(&simulation).expect("it serialises");
    assert_eq!(
        serde_json::from_str::<Simulation>(&json).expect("and comes back"),
        simulation
    );
}

#[test]
fn decisions_and_facts_of_released_versions_still_read() {
    let decision = r#"{"method":"tls","demand":"verified_tls","below":"portal","neutral_subject":false,
        "trace":{"rules_version":"0011223344556677","facts":[["phi_level","likely"]],"steps":[
        {"rule":"3","name":"PHI stays out of plain","matched":true,"effect":"at least tls","because":"x"}],
        "decided_by":"3","would_change":[]}}"#;
    let read: Decision = serde_json::from_str(decision).expect("a stored decision");
    assert!(read.quarantine.is_none() && read.warnings.is_empty() && read.shadow.is_empty());
    let facts = r#"{"message":{"level":"likely"},"recipient":{"portal_on":true}}"#;
    let read: StoredFacts = serde_json::from_str(facts).expect("stored facts");
    assert_eq!(read.message.level, PhiLevel::Likely);
}
