//! How long a record is kept follows from rules that two people adopted, and from days that are on record.

use std::time::Duration;

use ctx::{Ctx, Role};
use model::{Code, MessageId, Result};
use records::keeping::{Correcting, DueItem, Fed, ItemState, Progress, Proposed};
use retention::{Class, Classifier, Day, Profile, Rule, RuleRef, Verdict};

use crate::house::{House, letter};

pub const DAY: u64 = 86_400;
pub const YEAR: u64 = 366 * DAY;
pub const WHY: &str = "Counsel read the text";

pub fn code<T>(result: Result<T>) -> Option<Code> {
    result.err().map(|error| error.code())
}

pub fn read<T: serde::de::DeserializeOwned>(text: &str) -> T {
    serde_json::from_str(text).expect("it can be read")
}

pub fn shipped(id: &str) -> Proposed {
    Proposed::Enable(RuleRef {
        id: id.to_owned(),
        version: 1,
    })
}

/// A rule of the organisation's own, by what differs.
pub fn own(id: &str, keep: &str, from: &str) -> Rule {
    read(&format!(
        r#"{{"id": "{id}", "jurisdiction": "ORG", "classes": ["clinical"], "record": "all of it", "keep": "{keep}",
            "from": ["{from}"], "citation": "House rule 7", "confidence": "high"}}"#
    ))
}

impl House {
    pub fn profile(&self, states: &str, types: &str) {
        let text = format!(
            r#"{{"states": [{states}], "provider_types": [{types}], "zone": "America/New_York"}}"#
        );
        let profile: Profile = read(&text);
        self.records
            .set_keeping_profile(&self.officer, &profile, WHY)
            .expect("set");
    }

    pub fn wait(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    pub fn propose(&self, what: &Proposed) -> u32 {
        let number = self
            .records
            .propose_rule(&self.officer, what, WHY)
            .expect("proposed");
        self.records
            .proposal_impact(&self.officer, number)
            .expect("shown");
        number
    }

    pub fn approve(&self, what: &Proposed) {
        let number = self.propose(what);
        let second = self.person(&[Role::Compliance]);
        self.records
            .approve_rule(&second, number, WHY)
            .expect("approved");
    }

    /// Approved and past its cooling-off.
    pub fn adopt(&self, what: &Proposed) {
        self.approve(what);
        self.wait(14 * DAY);
    }

    pub fn reckoned(&self) -> usize {
        std::iter::from_fn(|| Some(self.records.reckon().expect("reckoned")).filter(|n| *n > 0))
            .sum()
    }

    pub fn due(&self) -> Vec<MessageId> {
        self.reckoned();
        let (records, ctx) = (self.records.clone(), self.officer.clone());
        let found = self.world.store.write(move |tx| {
            let book = records.book(&ctx, tx)?;
            let (mut all, mut after) = (Vec::new(), None);
            loop {
                let (some, next) = book.due_now(&ctx, tx, after, 3)?;
                all.extend(some.into_iter().map(|item| item.message));
                after = next;
                if after.is_none() {
                    return Ok(all);
                }
            }
        });
        found.expect("asked")
    }

    pub fn still_due(&self, message: MessageId) -> Option<DueItem> {
        let (records, ctx) = (self.records.clone(), self.officer.clone());
        let found = self
            .world
            .store
            .write(move |tx| records.book(&ctx, tx)?.still_due(&ctx, tx, message));
        found.expect("asked")
    }

    pub fn state(&self, message: MessageId) -> ItemState {
        self.reckoned();
        self.records
            .record_keeping(&self.officer, message)
            .expect("shown")
            .item
            .state
    }

    pub fn kept_through(&self, message: MessageId) -> Option<Day> {
        self.reckoned();
        let shown = self
            .records
            .record_keeping(&self.officer, message)
            .expect("shown");
        match shown.answer.expect("reckoned").verdict {
            Verdict::NotDue { kept_through } | Verdict::Due { kept_through, .. } => {
                Some(kept_through)
            }
            _ => None,
        }
    }

    pub fn correct(&self, message: MessageId, class: Class) {
        let word = Correcting {
            classes: [class].into(),
            patient: None,
            reason: WHY.to_owned(),
        };
        self.records
            .correct_record(&self.officer, message, &word)
            .expect("corrected");
    }

    pub fn feed(&self, csv: &str) -> Fed {
        self.records.feed_anchors(&self.officer, csv).expect("fed")
    }

    pub fn archived_letter(&self, to: &str) -> MessageId {
        let message = self.send(letter(to, "Result", "The result is in."));
        self.archived();
        message
    }
}

fn approves(house: &House, who: &Ctx, number: u32) -> Option<Code> {
    code(house.records.approve_rule(who, number, WHY))
}

pub const ALL_DAYS: &str = "patient,email,birth,last_service,discharge,last_encounter,last_entry,death,\
litigation_notice,litigation_resolved\n17,lee@mail.example,1970-02-03,2026-11-22,2026-11-22,2026-11-22,2026-11-22,never,never,never\n";

sim::both_engines! {
    fn nothing_is_due_before_each_state_and_provider_type_has_a_rule(store) {
        let house = House::open(store);
        let message = house.archived_letter("lee@mail.example");
        house.feed(ALL_DAYS);
        house.wait(40 * YEAR);
        assert_eq!(house.due(), []);
        house.profile("\"US-NY\", \"US-TX\"", "\"physician\", \"hospital\"");
        assert_eq!(house.due(), []);
        for rule in ["us-ny-professional", "us-ny-hospital", "us-tx-physician"] {
            house.adopt(&shipped(rule));
            assert_eq!((house.due(), house.state(message)), (vec![], ItemState::Unknown), "{rule}");
        }
        house.approve(&shipped("us-tx-hospital"));
        assert_eq!(house.due(), []);
        house.wait(14 * DAY);
        assert_eq!(house.due(), [message]);
        assert!(house.still_due(message).is_some());
        let neighbour = house.neighbour();
        assert_eq!(neighbour.due(), []);
        assert_eq!(code(neighbour.records.record_keeping(&neighbour.officer, message)), Some(Code::NotFound));
    }

    fn nobody_approves_what_they_proposed_or_nobody_could_see(store) {
        let house = House::open(store);
        let second = house.person(&[Role::Compliance]);
        let what = shipped("us-ny-professional");
        let number = house.records.propose_rule(&house.officer, &what, WHY)?;
        assert_eq!(approves(&house, &second, number), Some(Code::StateConflict));
        house.records.proposal_impact(&house.officer, number)?;
        assert_eq!(approves(&house, &house.officer, number), Some(Code::ActionForbidden));
        assert_eq!(approves(&house, &house.staff(), number), Some(Code::ActionForbidden));
        assert_eq!(approves(&house, &second, number + 1), Some(Code::NotFound));
        assert_eq!(code(house.records.propose_rule(&second, &what, WHY)), Some(Code::StateConflict));
        assert_eq!(approves(&house, &second, number), None);
        assert_eq!(approves(&house, &second, number), Some(Code::StateConflict));
        let list = house.records.proposals(&second, None, 9)?;
        assert_eq!((list.len(), list[0].state, list[0].reason.as_str()), (1, "approved", WHY));
        assert_eq!(code(house.records.propose_rule(&second, &shipped("us-zz"), WHY)), Some(Code::NotFound));
        assert_eq!(code(house.records.propose_rule(&house.staff(), &what, WHY)), Some(Code::ActionForbidden));
    }

    fn a_day_that_is_not_on_record_makes_nothing_due_and_a_later_visit_moves_older_mail(store) {
        let house = House::open(store);
        let message = house.archived_letter("lee@mail.example");
        let other = house.archived_letter("max@mail.example");
        house.profile("\"US-NY\"", "\"physician\"");
        house.adopt(&shipped("us-ny-professional"));
        house.adopt(&Proposed::Own(Box::new(own("own-visit", "7 years", "last_encounter"))));
        assert_eq!(house.state(message), ItemState::Unknown);
        let (list, next) = house.records.kept_items(&house.officer, ItemState::Unknown, None, 1)?;
        assert_eq!((list[0].message, next), (message, Some(message)));
        let fed = house.feed("patient,email,birth,last_encounter\n17,lee@mail.example,1970-02-03,2026-11-30\n\
            18,nobody,1970-02-03,2026-11-30\n19,,1970-02-30,\n,x@mail.example,,\n");
        let refused = [(3, "email"), (4, "birth"), (5, "patient")];
        assert_eq!(fed.refused, refused.map(|(line, column)| (line, column.to_owned())));
        assert_eq!((fed.patients, fed.records), (1, 1));
        assert_eq!(house.kept_through(message), Day::parse("2033-11-30"));
        assert_eq!(house.state(other), ItemState::Unknown);
        house.wait(8 * YEAR);
        assert_eq!(house.due(), [message]);
        assert_eq!(house.feed("patient,last_encounter\n17,2034-06-01\n").records, 1);
        assert_eq!(house.still_due(message), None);
        assert_eq!(house.kept_through(message), Day::parse("2041-06-01"));
        // An address of two patients may be anybody's.
        house.feed("patient,email,birth,last_encounter\n20,lee@mail.example,1980-02-03,2026-11-30\n");
        assert_eq!(house.state(message), ItemState::Unknown);
        assert_eq!(code(house.records.feed_anchors(&house.officer, "id,birth\n")), Some(Code::FieldInvalid));
        assert_eq!(code(house.records.feed_anchors(&house.staff(), "patient\n")), Some(Code::ActionForbidden));
    }

    fn a_persons_word_stands_before_rules_and_outlives_them(store) {
        let house = House::open(store);
        let message = house.archived_letter("lee@mail.example");
        house.profile("\"US-NY\"", "\"physician\"");
        let mut rule = own("own-routine", "1 year", "creation");
        rule.classes = [Class::Routine].into();
        house.adopt(&Proposed::Own(Box::new(rule)));
        house.wait(3 * YEAR);
        assert_eq!(house.due(), []);
        house.correct(message, Class::Routine);
        assert_eq!(house.due(), [message]);
        let classes: Classifier = read(r#"{"rules": [{"id": "all", "when": [], "classes": ["clinical"]}]}"#);
        house.records.set_classes(&house.officer, &classes, WHY)?;
        assert!(house.reckoned() > 0);
        house.wait(20 * DAY);
        assert!(house.reckoned() > 0);
        let shown = house.records.record_keeping(&house.officer, message)?;
        let classification = shown.classification.expect("reckoned");
        assert_eq!(classification.found, [Class::Clinical].into());
        assert_eq!(classification.classes(), [Class::Routine].into());
        assert_eq!(house.due(), [message]);
        let word = Correcting { classes: [].into(), patient: None, reason: WHY.to_owned() };
        let refused = house.records.correct_record(&house.officer, message, &word);
        assert_eq!(code(refused), Some(Code::FieldMissing));
    }

    fn whoever_is_not_of_age_in_one_of_the_states_is_a_minor(store) {
        // Ages of majority: 18 in New York, 21 in Mississippi (Miss. Code 1-3-27). The letter is of 2026.
        let house = House::open(store);
        let message = house.archived_letter("lee@mail.example");
        let classes: Classifier = read(r#"{"rules": [{"id": "child", "when": [{"fact": "patient_is_minor",
            "any_of": ["yes"]}], "classes": ["clinical_minor"]}]}"#);
        house.records.set_classes(&house.officer, &classes, WHY)?;
        house.profile("\"US-NY\"", "\"physician\"");
        house.feed("patient,email,birth\n17,lee@mail.example,2007-02-03\n");
        let minor = || {
            house.reckoned();
            let shown = house.records.record_keeping(&house.officer, message).expect("shown");
            shown.classification.expect("reckoned").found.contains(&Class::ClinicalMinor)
        };
        assert!(!minor());
        house.profile("\"US-NY\", \"US-MS\"", "\"physician\"");
        assert!(minor());
        house.feed("patient,birth\n17,2005-02-03\n");
        assert!(!minor());
    }

    fn what_keeps_shorter_cools_off_and_what_keeps_longer_binds_at_once(store) {
        let house = House::open(store);
        let message = house.archived_letter("lee@mail.example");
        house.feed(ALL_DAYS);
        house.profile("\"US-NY\"", "\"physician\"");
        house.adopt(&shipped("us-ny-professional"));
        house.wait(8 * YEAR);
        assert_eq!(house.due(), [message]);
        let longer = own("own-longer", "10 years", "creation");
        house.approve(&Proposed::Own(Box::new(longer.clone())));
        assert_eq!(house.still_due(message), None);
        assert_eq!(house.due(), []);
        house.wait(14 * DAY);
        assert_eq!(house.due(), []);
        let number = house.propose(&Proposed::Disable(longer.reference()));
        let list = house.records.proposals(&house.officer, None, 1)?;
        let impact = list[0].impact.clone().expect("shown");
        assert_eq!((impact.newly_due.count, impact.kept_shorter.count), (1, 1));
        assert_eq!(impact.newly_due.examples, [message.to_string()]);
        let second = house.person(&[Role::Compliance]);
        house.records.approve_rule(&second, number, WHY)?;
        house.wait(14 * DAY - 1);
        assert_eq!(house.due(), []);
        house.wait(1);
        assert_eq!(house.due(), [message]);
    }

    fn a_profile_that_keeps_shorter_cools_off(store) {
        let house = House::open(store);
        let message = house.archived_letter("lee@mail.example");
        house.feed(ALL_DAYS);
        house.profile("\"US-NY\", \"US-TX\"", "\"physician\"");
        house.adopt(&shipped("us-ny-professional"));
        house.wait(8 * YEAR);
        assert_eq!(house.due(), []);
        house.profile("\"US-NY\"", "\"physician\"");
        house.wait(14 * DAY - 1);
        assert_eq!(house.due(), []);
        house.wait(1);
        assert_eq!(house.due(), [message]);
    }

    fn reckoning_goes_on_where_a_process_ended(store) {
        let house = House::open(store);
        for n in 0..105 {
            house.send(letter("lee@mail.example", "Result", &format!("The result {n} is in.")));
        }
        house.archived();
        let progress = |house: &House| house.records.keeping_progress(&house.officer).expect("told");
        assert_eq!(progress(&house), Progress { total: 105, left: 105 });
        assert_eq!(house.records.reckon()?, 100);
        let house = house.again();
        assert_eq!(progress(&house), Progress { total: 105, left: 5 });
        assert_eq!(house.reckoned(), 5);
        assert_eq!(progress(&house), Progress { total: 105, left: 0 });
        house.profile("\"US-NY\"", "\"physician\"");
        assert_eq!(house.reckoned(), 105);
        assert_eq!(house.reckoned(), 0);
    }
}
