//! Trials of rules: outside the request that asks for one, one at a time, through a restart, and from what is on
//! record.

use ctx::Ctx;
use flow::rules::{Saved, Trial, TrialState};
use model::{Code, Method};

use crate::clinic::Clinic;
use crate::keys::{YEAR, certified};
use crate::letters::letter;
use crate::{code, on_disk};

const REASON: &str = "Agreed in the meeting of the privacy board";
const ALL_WAIT: &str =
    "rule all-wait \"Everything waits\":\n  when always\n  then quarantine\n  because of a test\n";
const RIVALS: &str = "rule rivals \"Nothing to rivals\":\n  when recipient domain is one of rival.example\n  \
     then block\n  because they compete with us\n";
const TO_KEYS: &str = "rule keyed \"Where there is a key\":\n  when smime key is usable\n  then require smime\n  \
     because of a test\n";

fn saved(clinic: &Clinic, officer: &Ctx, text: &str) -> u32 {
    match clinic.flow.save_rules(officer, text, REASON) {
        Ok(Saved::Version(version)) => version,
        Ok(Saved::Faulty(errors)) => panic!("{errors:?}"),
        Err(error) => panic!("{error}"),
    }
}

/// Recipients enough for more than one step.
fn send_many(clinic: &Clinic) -> u64 {
    for message in 0..12 {
        let to: Vec<String> = (0..100)
            .map(|n| format!("p{message}-{n}@peer.example"))
            .collect();
        let to: Vec<&str> = to.iter().map(String::as_str).collect();
        clinic.submit(&clinic.staff, letter(&to)).expect("accepted");
    }
    1_200
}

fn trial(clinic: &Clinic, officer: &Ctx, version: u32) -> Trial {
    let found = clinic.flow.trial(officer, version).expect("it may be seen");
    found.expect("it was asked for")
}

on_disk! {
    /// Another process takes it up where the first one stopped; nothing is counted twice.
    fn a_trial_goes_on_after_a_restart_and_nothing_becomes_active_before_its_end(store) {
        let clinic = Clinic::open(store);
        let officer = clinic.officer();
        let sent = send_many(&clinic);
        let version = saved(&clinic, &officer, ALL_WAIT);
        assert!(clinic.flow.trial(&officer, version)?.is_none());
        clinic.flow.begin_trial(&officer, version, 7)?;
        let begun = trial(&clinic, &officer, version);
        assert_eq!((begun.state, begun.decided, begun.percent), (TrialState::Running, 0, 0));
        clinic.flow.work()?;
        let running = trial(&clinic, &officer, version);
        assert_eq!(running.state, TrialState::Running);
        assert!(running.decided > 0 && running.decided < sent, "{}", running.decided);
        let early = clinic.flow.activate_rules(&officer, version, REASON);
        assert_eq!(code(early), Some(Code::StateConflict), "its trial is not over");

        let next = clinic.again(store, 5);
        next.work();
        let done = trial(&next, &officer, version);
        assert_eq!((done.state, done.decided, done.percent), (TrialState::Done, sent, 100));
        assert_eq!(done.changed[0].count, sent);
        assert!(!done.changed[0].examples.is_empty());
        next.flow.activate_rules(&officer, version, REASON)?;
    }

    fn one_trial_of_an_organisation_runs_at_a_time(store) {
        let clinic = Clinic::open(store);
        let officer = clinic.officer();
        let (first, second) = (saved(&clinic, &officer, ALL_WAIT), saved(&clinic, &officer, RIVALS));
        clinic.flow.begin_trial(&officer, first, 7)?;
        assert_eq!(clinic.flow.running_trial(&officer)?, Some(first));
        for version in [first, second] {
            assert_eq!(code(clinic.flow.begin_trial(&officer, version, 7)), Some(Code::StateConflict));
        }
        clinic.work();
        assert_eq!(clinic.flow.running_trial(&officer)?, None);
        clinic.flow.begin_trial(&officer, second, 7)?;
        // Whoever waits for it may do the work: the outbox finds nothing left to do.
        assert_eq!(clinic.flow.go_on_with_trial(&officer, second)?.state, TrialState::Done);
        clinic.work();
        clinic.flow.activate_rules(&officer, second, REASON)?;
        let edited = saved(&clinic, &officer, &format!("{RIVALS}# a note\n"));
        assert_eq!(code(clinic.flow.activate_rules(&officer, edited, REASON)), Some(Code::StateConflict));
        assert_eq!(code(clinic.flow.begin_trial(&officer, 9, 7)), Some(Code::NotFound));
    }

    fn a_trial_that_is_stopped_makes_room_and_its_version_counts_as_not_tried(store) {
        let clinic = Clinic::open(store);
        let officer = clinic.officer();
        send_many(&clinic);
        let (first, second) = (saved(&clinic, &officer, ALL_WAIT), saved(&clinic, &officer, RIVALS));
        assert_eq!(code(clinic.flow.stop_trial(&officer, first)), Some(Code::NotFound), "nobody asked for one");
        clinic.flow.begin_trial(&officer, first, 7)?;
        clinic.flow.work()?;
        let seen = trial(&clinic, &officer, first).decided;
        assert_eq!(code(clinic.flow.stop_trial(&clinic.user(&[ctx::Role::Staff]), first)), Some(Code::ActionForbidden));
        let reader = clinic.user(&[ctx::Role::Auditor]);
        assert_eq!(code(clinic.flow.stop_trial(&reader, first)), Some(Code::ActionForbidden), "it is another's");
        clinic.flow.stop_trial(&officer, first)?;
        assert_eq!(code(clinic.flow.stop_trial(&officer, first)), Some(Code::StateConflict));
        clinic.flow.begin_trial(&officer, second, 7)?;
        clinic.work();
        let stopped = trial(&clinic, &officer, first);
        assert_eq!((stopped.state, stopped.decided), (TrialState::Stopped, seen), "nothing went on");
        assert_eq!(code(clinic.flow.activate_rules(&officer, first, REASON)), Some(Code::StateConflict));
        clinic.flow.activate_rules(&officer, second, REASON)?;
    }

    /// The domain is read from the address that was stored; where that was destroyed nobody knows it.
    fn rules_on_domains_and_keys_are_answered_from_what_is_on_record(store) {
        let clinic = Clinic::open(store);
        let officer = clinic.officer();
        let rival = clinic.submit(&clinic.staff, letter(&["lee@rival.example"]))?;
        clinic.submit(&clinic.staff, letter(&["kim@peer.example"]))?;
        let gone = clinic.submit(&clinic.staff, letter(&["sam@rival.example"]))?;
        assert_eq!(store.beside().remove("item_keys", "item", gone.message.as_bytes()), 1);
        let version = saved(&clinic, &officer, RIVALS);
        clinic.again(store, 5).tried(&officer, version);
        let found = trial(&clinic, &officer, version);
        assert_eq!((found.decided, found.struck["rivals"], found.unanswered), (3, 1, 1));
        let to = |method| found.changed.iter().find(|one| one.to == method).expect("it would change");
        let (blocked, unsure) = (to(Method::Block), to(Method::Hold));
        assert_eq!((blocked.count, unsure.count), (1, 1));
        assert_eq!(blocked.examples, [rival.message]);

        let kim = certified(&clinic, "kim@peer.example", YEAR);
        clinic.flow.add_keys(&clinic.staff, kim.certificate().der(), None)?;
        let version = saved(&clinic, &officer, TO_KEYS);
        let found = clinic.tried(&officer, version);
        assert_eq!((found.struck["keyed"], found.unanswered), (1, 0));
    }

    /// Nobody knows its domain; the others are answered.
    fn one_message_whose_key_is_damaged_does_not_end_a_trial(store) {
        let clinic = Clinic::open(store);
        let officer = clinic.officer();
        clinic.submit(&clinic.staff, letter(&["lee@rival.example"]))?;
        let damaged = clinic.submit(&clinic.staff, letter(&["sam@rival.example"]))?;
        let organisation = clinic.organisation;
        let wrapped = clinic.world.store.read(move |tx| {
            store::tables::item_keys::load(tx, damaged.message.as_bytes(), organisation)
        })?;
        let mut other = wrapped.clone();
        *other.last_mut().expect("a key") ^= 1;
        assert_eq!(store.beside().replace("item_keys", "wrapped_key", &wrapped, &other), 1);
        let version = saved(&clinic, &officer, RIVALS);
        let found = clinic.again(store, 5).tried(&officer, version);
        assert_eq!(found.state, TrialState::Done);
        assert_eq!((found.decided, found.struck["rivals"], found.unanswered), (2, 1, 1));
    }

    /// Decisions of which nothing is known are looked at like others.
    fn what_is_not_known_counts_to_the_limit_of_a_trial(store) {
        let clinic = Clinic::open(store);
        let officer = clinic.officer();
        clinic.submit(&clinic.staff, letter(&["lee@peer.example"]))?;
        let version = saved(&clinic, &officer, ALL_WAIT);
        clinic.flow.begin_trial(&officer, version, 7)?;
        let mut beside = store.beside();
        let cells = beside.cells();
        let stored = cells.iter().find(|cell| (&*cell.table, &*cell.column) == ("rule_trials", "result"));
        let stored = std::str::from_utf8(&stored.expect("a trial").bytes)?;
        let full = stored.replace(r#""unknown":0"#, r#""unknown":200000"#);
        assert_eq!(beside.replace_text("rule_trials", "result", stored, &full), 1);
        clinic.work();
        let found = trial(&clinic, &officer, version);
        assert_eq!((found.state, found.cut), (TrialState::Done, true));
    }

    fn a_trial_that_cannot_be_read_ends_and_its_version_counts_as_not_tried(store) {
        let clinic = Clinic::open(store);
        let officer = clinic.officer();
        let version = saved(&clinic, &officer, ALL_WAIT);
        clinic.flow.begin_trial(&officer, version, 7)?;
        let mut beside = store.beside();
        let cells = beside.cells();
        let stored = cells.iter().find(|cell| (&*cell.table, &*cell.column) == ("rule_trials", "result"));
        let stored = std::str::from_utf8(&stored.expect("a trial").bytes)?;
        assert_eq!(beside.replace_text("rule_trials", "result", stored, "no JSON"), 1);
        clinic.work();
        assert_eq!(clinic.flow.running_trial(&officer)?, None);
        assert_eq!(code(clinic.flow.activate_rules(&officer, version, REASON)), Some(Code::StateConflict));
    }
}
