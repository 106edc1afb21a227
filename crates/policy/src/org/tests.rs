//! Rules read and write the same, their faults are told with their place, and what is shipped is sound.

use super::*;
use crate::{Decision, MessageFacts, RecipientFacts, Rules, decide};

fn faults(text: &str) -> Vec<(u32, &'static str)> {
    match OrgRules::parse(text) {
        Ok(_) => Vec::new(),
        Err(errors) => errors
            .iter()
            .map(|error| (error.line, error.code.word()))
            .collect(),
    }
}

/// One rule about mail with this condition and effect.
fn rule(when: &str, then: &str) -> String {
    format!("rule one: when {when} then {then} because it is wanted")
}

fn decided(text: &str, message: &MessageFacts, recipient: &RecipientFacts) -> Decision {
    let own = OrgRules::parse(text).expect("the rules are sound");
    let rules = Rules::standard().with(std::sync::Arc::new(own));
    decide(message, recipient, &rules)
}

#[test]
fn the_starter_rules_are_sound_and_few() {
    let starter = OrgRules::starter().expect("the shipped rules parse");
    assert!((8..=12).contains(&starter.len()));
    assert!(starter.iter().all(|rule| rule.why.len() > 20));
}

#[test]
fn rules_read_back_as_they_were_written() {
    let starter = OrgRules::starter().expect("the shipped rules parse");
    assert_eq!(OrgRules::parse(&starter.to_text()).as_ref(), Ok(&starter));
    let json = serde_json::to_string(&starter).expect("rules serialise");
    assert_eq!(
        serde_json::from_str::<OrgRules>(&json).expect("and come back"),
        starter
    );
}

#[test]
fn every_fact_has_an_example_that_reads_and_asks_for_it() {
    for fact in Fact::ALL {
        let text = rule(fact.example(), "log");
        let own = OrgRules::parse(&text).unwrap_or_else(|e| panic!("{}: {e:?}", fact.word()));
        assert!(own.iter().all(|rule| rule.asks(*fact)), "{}", fact.word());
        assert!(own.to_text().contains(fact.example()), "{}", fact.example());
        assert!(!fact.meaning().is_empty());
    }
}

#[test]
fn every_effect_in_the_list_reads_and_is_said_so() {
    for (text, meaning) in OrgEffect::ALL {
        let own = OrgRules::parse(&rule("always", text)).expect("the effect reads");
        assert!(
            own.iter().all(|rule| rule.effect.to_text() == *text),
            "{text}"
        );
        assert!(!meaning.is_empty());
    }
}

#[test]
fn every_effect_is_listed_with_an_example_that_reads() {
    let mut listed: Vec<&str> = Vec::new();
    for term in Term::effects() {
        let own = OrgRules::parse(&rule("always", term.example));
        let own = own.unwrap_or_else(|e| panic!("{}: {e:?}", term.word));
        let words = own.iter().map(|rule| rule.effect.listed_as());
        assert!(words.eq([term.word]), "{}", term.word);
        listed.push(term.word);
    }
    // Each effect that there is has its word in `listed_as`; the list has as many.
    assert_eq!(listed.len(), 11);
    assert_eq!(Term::facts().count(), Fact::ALL.len());
}

#[test]
fn the_order_of_rules_leaves_the_version_and_a_change_does_not() {
    let (a, b) = (rule("always", "log"), rule("always", "portal"));
    let b = b.replace("rule one", "rule two");
    let one = OrgRules::parse(&format!("{a}\n{b}")).expect("sound");
    let other = OrgRules::parse(&format!("{b}\n{a}")).expect("sound");
    assert_eq!(one.version(), other.version());
    let changed = OrgRules::parse(&format!("{a}\n{}", b.replace("portal", "block")));
    assert_ne!(changed.expect("sound").version(), one.version());
}

#[test]
fn faults_are_told_with_their_line_and_hide_no_other() {
    let text = "# ours\nrule Big: when always then log because of us\n\n\
                rule two:\n  when pages over many\n  then log\n  because of us\n\n\
                rule three:\n  when always\n  then log\n\nstray words\n\
                rule four: when always then burn because of us";
    let expected = [
        (5, "number_expected"),
        (11, "because_expected"),
        (13, "outside_rule"),
        (14, "unknown_effect"),
    ];
    assert_eq!(faults(text), expected);
}

#[test]
fn what_is_no_rule_is_refused() {
    let cases = [
        (rule("pages is long", "log"), "test_expected"),
        (rule("colour is red", "log"), "unknown_fact"),
        (rule("recipient is friend", "log"), "unknown_word"),
        (rule("recipient domain is clinic", "log"), "bad_domain"),
        (rule("level at least sure", "log"), "unknown_word"),
        (rule("level under likely", "log"), "test_expected"),
        (rule("not level at least likely", "log"), "asks_for_less"),
        (
            rule("not (unread part or whole record)", "portal"),
            "asks_for_less",
        ),
        (rule("kinds lack us_ssn", "portal"), "asks_for_less"),
        (rule("labels lack hiv", "encrypt"), "asks_for_less"),
        (rule("patients under 2", "quarantine"), "asks_for_less"),
        (rule("not patients over 2", "redact"), "asks_for_less"),
        (
            rule("pages over 3 and not kinds include us_ssn", "block"),
            "asks_for_less",
        ),
        (rule("always", "require plain"), "method_not_requirable"),
        (rule("always", "require portal"), "method_not_requirable"),
        (rule("always", "only may send"), "unknown_effect"),
        (rule("always", "only care, may send"), "unknown_effect"),
        (rule("always", "only care may read"), "unknown_effect"),
        (rule("always", "only ca/re may send"), "word_expected"),
        (rule("(pages over 1", "log"), "bracket_expected"),
        (rule("pages over 1 files over 1", "log"), "unexpected_word"),
        (rule("always", "log twice"), "unexpected_word"),
        (rule("(((((((((pages over 1)))))))))", "log"), "too_deep"),
        (
            rule("always", "log").replace("it is wanted", ""),
            "no_reason",
        ),
        (
            rule("always", "log").replace("wanted", "wan\u{202e}ted"),
            "bad_reason",
        ),
        (
            rule("always", "log").replace("one:", "one \"n\u{0}me\":"),
            "bad_name",
        ),
        (
            rule("always", "log").replace("wanted", "for a@b.example"),
            "address_in_text",
        ),
        (
            rule("always", "log").replace("one:", "one \"open:"),
            "open_quote",
        ),
        (rule("always", "log").replace("one:", "One!:"), "bad_id"),
        (
            rule("recipient domain is *.rival.example", "log")
                .replace("wanted", "for Rival.example"),
            "domain_in_text",
        ),
    ];
    for (text, fault) in cases {
        assert_eq!(faults(&text), [(1, fault)], "{text}");
    }
}

const ONLY: &str = "only compliance, dlp_admin may send";

#[test]
fn who_may_send_is_asked_of_what_a_limit_can_say() {
    for when in [
        "always",
        "labels include psychotherapy",
        "labels include any of hiv, genetic and labels include minor",
        "not internal recipient and recipient is none of patient, provider",
        "(internal recipient and labels include hiv) and recipient is staff",
        "not (recipient is patient or internal recipient)",
        "not labels lack hiv",
    ] {
        assert_eq!(faults(&rule(when, ONLY)), [], "{when}");
    }
    for when in [
        // More found would free it.
        "labels lack hiv",
        "not labels include hiv",
        "level at least likely",
        "labels include hiv and level at least likely",
        "labels include hiv or internal recipient",
        "not (labels lack hiv and internal recipient)",
        "sender groups lack billing",
        "direction is in",
        "recipient domain is rival.example",
        // Nothing could ever meet these.
        "internal recipient and not internal recipient",
        "recipient is patient and recipient is provider",
        "recipient is none of patient, provider, staff, vendor, unknown",
    ] {
        assert_eq!(faults(&rule(when, ONLY)), [(1, "not_a_limit")], "{when}");
    }
    let both = rule("labels lack hiv", "log").replace("one", "zero")
        + "\n\n"
        + &rule("labels lack hiv", ONLY);
    let errors = OrgRules::parse(&both).expect_err("the second has a fault");
    let places: Vec<_> = errors
        .iter()
        .map(|e| (e.line, e.pointer.as_str(), e.rule.as_str()))
        .collect();
    assert_eq!(places, [(3, "/1/when", "one")]);
}

#[test]
fn who_may_send_reads_the_same_as_text_and_as_json() {
    let text = rule(
        "labels include hiv",
        "only Dlp_Admin, compliance, compliance may send",
    );
    let own = OrgRules::parse(&text).expect("sound");
    assert!(own.to_text().contains(&format!("then {ONLY}\n")));
    assert_eq!(OrgRules::parse(&own.to_text()).as_ref(), Ok(&own));
    let json = serde_json::to_string(&own).expect("rules serialise");
    let effect = r#""effect":{"only_may_send":["compliance","dlp_admin"]}"#;
    assert!(json.contains(effect), "{json}");
    let read = serde_json::from_str::<OrgRules>(&json).expect("and come back");
    assert_eq!((&read, read.version()), (&own, own.version()));
    for groups in ["", r#""Care Team""#, r#""x\"]}""#, r#""and""#] {
        let bad = json.replace(r#""compliance","dlp_admin""#, groups);
        assert!(serde_json::from_str::<OrgRules>(&bad).is_err(), "{groups}");
    }
}

#[test]
fn the_rule_of_who_may_send_that_is_shipped_as_a_note_is_sound() {
    let note = OrgRules::STARTER
        .split("\n\n")
        .find(|block| block.starts_with("# rule"))
        .expect("the starter rules have one as a note");
    let lines: Vec<&str> = note.lines().filter_map(|l| l.strip_prefix("# ")).collect();
    let own = OrgRules::parse(&lines.join("\n")).expect("it reads without its marks");
    assert!(own.iter().all(|rule| rule.effect.is_limit()));
}

#[test]
fn sizes_of_rules_are_limited() {
    let many: String = (0..=RULES_MAX)
        .map(|n| rule("always", "log").replace("one", &format!("r{n}")) + "\n")
        .collect();
    assert_eq!(faults(&many), [(1, "too_many_rules")]);
    assert_eq!(
        faults(&"#".repeat(RULES_OCTETS_MAX + 1)),
        [(1, "text_too_long")]
    );
    let limits = |count: usize| -> String {
        (0..count)
            .map(|n| rule("always", ONLY).replace("one", &format!("r{n}")) + "\n")
            .collect()
    };
    let max = crate::access::SEND_LIMITS_MAX;
    assert_eq!(faults(&limits(max)), []);
    let line = u32::try_from(max).expect("a few lines") + 1;
    assert_eq!(faults(&limits(max + 1)), [(line, "too_many_limits")]);
    let own = OrgRules::parse(&limits(max)).expect("sound");
    let mut rules: Vec<OrgRule> = own.iter().cloned().collect();
    rules.push(OrgRule {
        id: "one-more".to_owned(),
        ..rules[0].clone()
    });
    let errors = OrgRules::new(rules).expect_err("one too many");
    assert_eq!(errors.len(), 1);
    assert_eq!(errors[0].code, RuleFault::TooManyLimits);
    let conditions = vec!["pages over 1"; CONDITIONS_MAX + 1].join(" or ");
    assert_eq!(
        faults(&rule(&conditions, "log")),
        [(1, "too_many_conditions")]
    );
    let words: Vec<String> = (0..=LIST_WORDS_MAX).map(|n| format!("w{n}")).collect();
    let list = format!("labels include any of {}", words.join(", "));
    assert_eq!(faults(&rule(&list, "log")), [(1, "too_many_words")]);
}

#[test]
fn rules_that_come_as_json_are_checked_as_well() {
    let bad = r#"[{"id":"one","name":"one","why":"wanted","effect":"portal",
                  "when":{"not":{"is":{"fact":"level","test":{"at_least":"likely"}}}}}]"#;
    assert!(serde_json::from_str::<OrgRules>(bad).is_err());
    let good = bad.replace(r#"{"not":"#, "").replacen("}}}}}]", "}}}}]", 1);
    assert!(serde_json::from_str::<OrgRules>(&good).is_ok(), "{good}");
    let unknown = good.replace(r#""why""#, r#""until":"never","why""#);
    assert!(serde_json::from_str::<OrgRules>(&unknown).is_err());
}

#[test]
fn a_rule_on_domains_shows_none_of_them() {
    let text = "rule rivals \"Mail to rivals\": when recipient domain is one of rival.example, \
                *.rival.example and patients over 0 then quarantine because they are competitors";
    let message = MessageFacts {
        patients: 1,
        ..MessageFacts::quiet()
    };
    for (domain, holds) in [
        ("RIVAL.example", true),
        ("eu.rival.example", true),
        ("arrival.example", false),
        ("clinic.example", false),
    ] {
        let recipient = RecipientFacts {
            domain: Some(domain.to_owned()),
            ..RecipientFacts::quiet()
        };
        let decision = decided(text, &message, &recipient);
        assert_eq!(decision.method == Method::Hold, holds, "{domain}");
        let told = serde_json::to_string(&decision).expect("a decision serialises");
        assert!(!told.to_lowercase().contains("rival.example"), "{told}");
        let stored = serde_json::to_string(&recipient).expect("facts serialise");
        assert!(!stored.contains("example"), "{stored}");
    }
}

#[test]
fn an_hour_that_no_day_has_is_refused() {
    for wrong in [
        "hour at least 24",
        "hour over 23",
        "hour under 0",
        "hour at least 0",
        "hour at most 23",
    ] {
        assert_eq!(
            faults(&rule(wrong, "portal")),
            [(1, "test_does_not_fit")],
            "{wrong}"
        );
    }
}

#[test]
fn a_fact_that_is_not_known_holds_and_says_so() {
    let by_hour = rule("hour at least 18", "portal");
    let (message, recipient) = (MessageFacts::quiet(), RecipientFacts::quiet());
    let decision = decided(&by_hour, &message, &recipient);
    assert_eq!(decision.method, Method::Hold);
    let step = decision.trace.steps.last().expect("the rule's step");
    assert_eq!(step.because, "a fact that it asks for is not known: hour");
    // Where the rest settles it, nothing hangs on what is not known.
    let settled = rule("hour at least 18 and pages over 3", "portal");
    assert_eq!(decided(&settled, &message, &recipient).method, Method::Tls);
    // A finding that settles an `or` does not end the hold.
    let either = rule("hour at least 18 or phi in subject", "portal");
    let found = MessageFacts {
        subject_phi: true,
        ..MessageFacts::quiet()
    };
    assert_eq!(decided(&either, &found, &recipient).method, Method::Hold);
    // A word to the sender is given rather than the mail held.
    let warned = decided(&rule("day is sunday", "warn weekend"), &message, &recipient);
    assert_eq!(
        (warned.method, warned.warnings),
        (Method::Tls, vec!["weekend".to_owned()])
    );
}

#[test]
fn rules_leave_our_own_notices_and_incoming_mail_alone_unless_they_ask() {
    let all = rule("always", "block");
    let notice = MessageFacts {
        system: true,
        ..MessageFacts::quiet()
    };
    let coming = MessageFacts {
        direction: Direction::In,
        ..MessageFacts::quiet()
    };
    let recipient = RecipientFacts::quiet();
    assert_eq!(decided(&all, &notice, &recipient).method, Method::Plain);
    assert_eq!(decided(&all, &coming, &recipient).method, Method::Tls);
    let asked = rule("direction is in", "quarantine");
    assert_eq!(decided(&asked, &coming, &recipient).method, Method::Hold);
}
