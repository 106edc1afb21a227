//! An organisation's own rules: written, tried on last week's mail, made active with a reason, and then obeyed.

use ctx::{Ctx, Role};
use flow::Review;
use flow::rules::Saved;
use model::{Code, Method, Outcome, RecipientState};

use crate::clinic::Clinic;
use crate::letters::{letter, link_of, octets};
use crate::{code, on_disk, refusal};

const REASON: &str = "Agreed in the meeting of the privacy board";
const QUARANTINE: &str = "rule numbers-wait \"Social security numbers wait\":\n  when kinds include us_ssn\n  \
     then quarantine with second person\n  because a number that opens accounts is looked at by two\n";

const QUARANTINE_ALONE: &str = "rule numbers-wait \"Social security numbers wait\":\n  when kinds include us_ssn\n  \
     then quarantine\n  because a number that opens accounts is looked at\n";
const PORTAL: &str = "rule numbers-portal \"Numbers stay here\":\n  when kinds include us_ssn\n  then portal\n  \
     because a number that opens accounts is picked up\n";
const REDACT: &str = "rule cut \"Identifiers stay here\":\n  when kinds include us_ssn\n  then redact\n  \
     because the number is not needed for the purpose\n";

fn saved(clinic: &Clinic, officer: &Ctx, text: &str) -> u32 {
    match clinic
        .flow
        .save_rules(officer, text, REASON)
        .expect("it may be saved")
    {
        Saved::Version(version) => version,
        Saved::Faulty(errors) => panic!("{errors:?}"),
    }
}

fn with_number(clinic: &Clinic) -> flow::Receipt {
    let mut said = letter(&["lee@peer.example"]);
    said.text = Some("Your number is 536-90-4399 and your diagnosis is asthma.".to_owned());
    clinic.submit(&clinic.staff, said).expect("accepted")
}

on_disk! {
    /// The draft is tried on what was decided before; nothing changes until it is made active.
    fn rules_are_tried_before_they_decide(store) {
        let clinic = Clinic::open(store);
        let officer = clinic.user(&[Role::Compliance]);
        let before = with_number(&clinic);
        assert_ne!(before.recipients[0].method, Method::Hold);
        let plain = clinic.submit(&clinic.staff, letter(&["lee@peer.example"]))?;

        let version = saved(&clinic, &officer, QUARANTINE);
        let early = clinic.flow.activate_rules(&officer, version, REASON);
        assert_eq!(code(early), Some(Code::StateConflict), "nobody tried it");
        let trial = clinic.tried(&officer, version);
        assert_eq!((trial.decided, trial.unknown), (2, 0));
        assert_eq!(trial.changed.len(), 1);
        let changed = &trial.changed[0];
        assert_eq!((changed.from, changed.to, changed.count), (before.recipients[0].method, Method::Hold, 1));
        assert_eq!(changed.examples, [before.message]);
        assert_eq!(trial.struck.get("numbers-wait"), Some(&1));
        assert_ne!(plain.recipients[0].method, Method::Hold);
        assert_ne!(with_number(&clinic).recipients[0].method, Method::Hold, "still a draft");

        clinic.flow.activate_rules(&officer, version, REASON)?;
        let held = with_number(&clinic);
        assert_eq!(held.recipients[0].method, Method::Hold);
        let trace = clinic.recipient(&held).trace;
        assert_eq!(trace.decided_by, "numbers-wait");
        clinic.flow.retire_rules(&officer, REASON)?;
        assert_ne!(with_number(&clinic).recipients[0].method, Method::Hold);
    }

    /// Two people, neither of them twice.
    fn a_release_takes_two_where_the_rule_says_so(store) {
        let clinic = Clinic::open(store);
        let (first, second) = (clinic.user(&[Role::Compliance]), clinic.user(&[Role::Compliance]));
        let version = saved(&clinic, &first, QUARANTINE);
        clinic.tried(&first, version);
        clinic.flow.activate_rules(&first, version, REASON)?;
        let held = with_number(&clinic);
        clinic.work();
        let review = |who: &Ctx| clinic.flow.review(who, held.message, Review::Release, REASON);
        let one = review(&first)?;
        assert_eq!((one.decided.len(), one.waiting.len()), (0, 1));
        assert_eq!(clinic.state(&held), RecipientState::Held);
        assert_eq!(code(review(&first)), Some(Code::SecondPersonNeeded));
        assert_eq!(review(&second)?.decided.len(), 1);
        assert_eq!(clinic.state(&held), RecipientState::Queued);
        assert_eq!(clinic.count(held.message, "message.release_approved"), 1);
        assert_eq!(clinic.count(held.message, "message.released"), 1);
    }

    /// A release lifts what waits for people, and nothing else: the portal stays the portal.
    fn a_release_keeps_what_other_rules_ask(store) {
        let clinic = Clinic::open(store);
        let officer = clinic.user(&[Role::Compliance]);
        let version = saved(&clinic, &officer, &format!("{QUARANTINE_ALONE}\n{PORTAL}"));
        clinic.tried(&officer, version);
        clinic.flow.activate_rules(&officer, version, REASON)?;
        let held = with_number(&clinic);
        assert_eq!(held.recipients[0].method, Method::Hold);
        clinic.work();
        clinic.flow.review(&officer, held.message, Review::Release, REASON)?;
        assert_eq!(clinic.recipient(&held).method, Method::Portal);
        clinic.work();
        let notice = clinic.deliver(Outcome::Accepted);
        assert!(!String::from_utf8_lossy(&octets(&notice)).contains("536-90-4399"));
        assert_eq!(clinic.state(&held), RecipientState::Notified);
    }

    /// Identifiers stay here with the files; a link leads to the whole.
    fn a_redacted_copy_travels_and_the_whole_waits(store) {
        let clinic = Clinic::open(store);
        let officer = clinic.user(&[Role::Compliance]);
        let version = saved(&clinic, &officer, REDACT);
        clinic.tried(&officer, version);
        clinic.flow.activate_rules(&officer, version, REASON)?;
        let receipt = with_number(&clinic);
        assert_eq!(receipt.recipients[0].method, Method::Tls);
        clinic.work();
        let out = clinic.deliver(Outcome::Accepted);
        let whole = String::from_utf8_lossy(&octets(&out)).into_owned();
        assert!(!whole.contains("536-90-4399") && !whole.contains("536"), "{whole}");
        assert!(whole.contains("Subject: Message\r\n") && whole.contains("[left out]"), "{whole}");
        let link = link_of(&out);
        let visit = clinic.visit(&link);
        assert!(clinic.flow.portal_thread(&visit).is_ok());
    }

    /// What only another reading shows has no place in the text that could be cut: the text stays here whole.
    fn a_text_that_reads_otherwise_is_not_cut(store) {
        let clinic = Clinic::open(store);
        let officer = clinic.user(&[Role::Compliance]);
        let version = saved(&clinic, &officer, REDACT);
        clinic.tried(&officer, version);
        clinic.flow.activate_rules(&officer, version, REASON)?;
        let cases = [
            "Your SSN is 536\\u002d90\\u002d4399 and your diagnosis is asthma.",
            "Your diagnosis is asthma: https://x.example/?ssn=536%2D90%2D4399",
            "Your diagnosis is asthma, your SSN 5 3 6 9 0 4 3 9 9",
            "Your SSN 536-90-4399 and 536\\u002d90\\u002d4399, asthma.",
            "Asthma.\nbegin 644 a.txt\n/4U-.(#4S-BTY,\"TT,SDY\n`\nend\n",
        ];
        for text in cases {
            let mut said = letter(&["lee@peer.example"]);
            said.text = Some(text.to_owned());
            let receipt = clinic.submit(&clinic.staff, said)?;
            assert_eq!(receipt.recipients[0].method, Method::Tls, "{text}");
            clinic.work();
            let whole = String::from_utf8_lossy(&octets(&clinic.deliver(Outcome::Accepted))).into_owned();
            let named = whole.contains("4399") || whole.contains("4 3 9 9") || whole.contains("u002d") || whole.contains("begin 644");
            assert!(!named && whole.contains("/p/"), "{text}: {whole}");
        }
    }

    /// The copy would point at a whole that nobody can read: people decide, and the copy they let go says whom
    /// to ask.
    fn without_a_portal_a_redacted_copy_is_held(store) {
        let clinic = Clinic::without_portal(store);
        let officer = clinic.user(&[Role::Compliance]);
        let version = saved(&clinic, &officer, REDACT);
        clinic.tried(&officer, version);
        clinic.flow.activate_rules(&officer, version, REASON)?;
        let receipt = with_number(&clinic);
        assert_eq!(receipt.recipients[0].method, Method::Hold);
        let trace = clinic.recipient(&receipt).trace;
        assert_eq!(trace.decided_by, "cut");
        let step = trace.steps.iter().find(|step| step.rule == "cut").expect("its rule");
        assert!(step.matched && step.because.ends_with("there is no portal in which the whole could be read"), "{}", step.because);
        clinic.work();
        clinic.flow.review(&officer, receipt.message, Review::Release, REASON)?;
        clinic.work();
        let whole = String::from_utf8_lossy(&octets(&clinic.deliver(Outcome::Accepted))).into_owned();
        assert!(!whole.contains("536-90-4399") && !whole.contains("/p/"), "{whole}");
        assert!(whole.contains("[left out]") && whole.contains("Ask the sender for the whole message."), "{whole}");
    }

    fn what_does_not_read_is_not_kept_and_who_may_not_writes_nothing(store) {
        let clinic = Clinic::open(store);
        let officer = clinic.user(&[Role::Compliance]);
        let faulty = clinic.flow.save_rules(&officer, "rule x: when moon is full then block", REASON)?;
        assert!(matches!(faulty, Saved::Faulty(errors) if !errors.is_empty()));
        assert!(clinic.flow.rule_versions(&officer, None, 50)?.is_empty());
        let nurse = clinic.user(&[Role::Staff]);
        let denied = clinic.flow.save_rules(&nurse, QUARANTINE, REASON);
        assert_eq!(refusal(denied.map(drop)).map(|(code, _)| code), Some(Code::ActionForbidden));
        let missing = clinic.flow.save_rules(&officer, QUARANTINE, " ");
        assert_eq!(refusal(missing.map(drop)), Some((Code::FieldMissing, Some("/reason".to_owned()))));
    }
}
