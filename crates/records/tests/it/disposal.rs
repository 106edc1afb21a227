//! What is due goes when two people said so and nothing keeps it; what a hold, a rule or somebody's use keeps, stays.

use std::collections::BTreeSet;

use ctx::{Ctx, Role};
use ledger::certificate::{Certificate, Shown};
use model::{Code, DisposalId, DisposalState, DisposedState, HoldId, MessageId, SparedFor};
use records::disclose::{NewExport, Which};
use records::disposal::{DisposalView, Form};
use records::export::Format;
use records::holds::Scope;
use records::keeping::ItemState;
use sim::kit::{Engine, TestStore, store_on};
use store::tables::deliveries;

use crate::house::{House, letter, with_file};
use crate::keeping::{ALL_DAYS, DAY, WHY, YEAR, code, shipped};

/// Letters to a patient of whom all days are on record, eight years later: all of them due.
pub fn due_house(store: &TestStore, texts: &[&str]) -> (House, Vec<MessageId>) {
    let house = House::open(store);
    let send = |text: &&str| house.send(letter("lee@mail.example", "Result", text));
    let sent: Vec<_> = texts.iter().map(send).collect();
    house.archived();
    house.feed(ALL_DAYS);
    house.profile("\"US-NY\"", "\"physician\"");
    house.adopt(&shipped("us-ny-professional"));
    house.wait(8 * YEAR);
    house.settled(&sent);
    house.reckoned();
    (house, sent)
}

impl House {
    /// Nothing of them is under way any more.
    pub fn settled(&self, messages: &[MessageId]) {
        let store = &self.world.store;
        let messages = messages.to_vec();
        store
            .write(move |tx| {
                for id in &messages {
                    for delivery in deliveries::open_of_message(tx, *id)? {
                        deliveries::withdraw(tx, delivery.id)?;
                    }
                }
                Ok(())
            })
            .expect("settled");
    }

    pub fn dispose(&self) {
        while self.records.dispose().expect("disposed") > 0 {}
    }

    pub fn listed(&self) -> DisposalId {
        self.reckoned();
        let id = self
            .records
            .propose_disposal(&self.officer, WHY)
            .expect("proposed");
        self.dispose();
        id
    }

    pub fn agreed(&self, id: DisposalId) {
        let second = self.person(&[Role::Compliance]);
        self.records
            .approve_disposal(&second, id, WHY)
            .expect("approved");
    }

    /// Proposed, agreed to, cooled off, and done as far as may be.
    pub fn disposed(&self) -> DisposalId {
        let id = self.listed();
        self.agreed(id);
        self.wait(14 * DAY);
        self.dispose();
        id
    }

    pub fn shown(&self, id: DisposalId) -> DisposalView {
        self.records.disposal(&self.officer, id).expect("shown")
    }

    pub fn is_gone(&self, message: MessageId) -> bool {
        let opened = self.flow.open_content(&self.officer, message);
        code(opened) == Some(Code::KeyDestroyed)
    }

    fn spared(&self, id: DisposalId) -> Vec<(MessageId, Option<SparedFor>)> {
        let items = self
            .records
            .disposal_items(&self.officer, id, DisposedState::Spared, 0, 50)
            .expect("listed");
        items
            .into_iter()
            .map(|item| (item.message, item.why))
            .collect()
    }

    pub fn hold(&self, query: &str) -> HoldId {
        let scope = Scope {
            query: query.to_owned(),
            ..Scope::default()
        };
        let (one, records) = (&self.officer, &self.records);
        let matter = records.open_matter(one, "Lee v. Clinic").expect("opened");
        records
            .place_hold(one, matter, &scope, WHY)
            .expect("placed")
    }

    fn release(&self, hold: HoldId) {
        let second = self.person(&[Role::Compliance]);
        let records = &self.records;
        records
            .ask_hold_release(&self.officer, hold, WHY)
            .expect("asked");
        records.release_hold(&second, hold, WHY).expect("released");
        self.wait(30 * DAY + 1);
    }

    fn certificate(&self, id: DisposalId) -> Vec<u8> {
        let proof = self
            .records
            .disposal_certificate(&self.officer, id, Form::Json);
        proof.expect("certified").bytes
    }
}

sim::both_engines! {
    fn what_is_due_goes_by_the_word_of_two_people_after_a_time_to_cool_off(store) {
        let (house, sent) = due_house(store, &["The quixotic pump is in.", "The zebra form is in."]);
        let young = house.archived_letter("lee@mail.example");
        let id = house.listed();
        let shown = house.shown(id);
        assert_eq!((shown.state, shown.records, shown.held), (DisposalState::Proposed, 2, 0));
        let due = house.records.disposal_due(&house.officer, id)?;
        assert_eq!(due.rules.values().sum::<u64>(), 2);
        assert_eq!(due.sample.len(), 2);
        let approve = |who: &Ctx| code(house.records.approve_disposal(who, id, WHY));
        assert_eq!(approve(&house.officer), Some(Code::ActionForbidden));
        assert_eq!(approve(&house.staff()), Some(Code::ActionForbidden));
        assert_eq!(approve(&house.neighbour().officer), Some(Code::NotFound));
        assert_eq!(code(house.records.propose_disposal(&house.officer, WHY)), Some(Code::StateConflict));
        house.wait(20 * DAY);
        house.dispose();
        assert!(!house.is_gone(sent[0]));
        house.agreed(id);
        house.wait(14 * DAY - 1);
        house.dispose();
        assert!(!house.is_gone(sent[0]));
        house.wait(1);
        house.dispose();
        assert_eq!(sent.iter().map(|one| house.is_gone(*one)).collect::<Vec<_>>(), [true, true]);
        assert!(!house.is_gone(young));
        let shown = house.shown(id);
        assert_eq!((shown.state, shown.destroyed, shown.spared), (DisposalState::Provisional, 2, 0));
        assert_eq!(house.find("result"), [young]);
        // Whoever looks at it is told what is left, and no more.
        let left = house.flow.message(&house.officer, sent[0])?;
        assert_eq!(left.recipients.len(), 1);
        assert_eq!(house.records.record_keeping(&house.officer, sent[0])?.item.state, ItemState::Destroyed);
        assert!(house.records.destroyed(&house.officer, sent[0])?.is_some());
        assert_eq!(house.find("quixotic OR zebra"), []);
        let gap = house.records.gap(&house.officer)?;
        assert_eq!((gap.accepted, gap.archived, gap.partial), (3, 3, 0));
        house.dispose();
        assert_eq!(house.shown(id), shown);
    }

    fn a_certificate_proves_all_of_it_or_one_record_and_nothing_that_was_changed(store) {
        let (house, sent) = due_house(store, &["One.", "Two.", "Three."]);
        assert_eq!(code(house.records.destruction_proof(&house.officer, sent[1])), Some(Code::NotFound));
        let id = house.listed();
        assert_eq!(code(house.records.disposal_certificate(&house.officer, id, Form::Json)), Some(Code::StateConflict));
        house.agreed(id);
        house.wait(14 * DAY);
        house.dispose();
        let bytes = house.certificate(id);
        let report = Certificate::parse(&bytes)?.verify(None)?;
        assert!(!report.is_final);
        assert_eq!((report.body.destroyed, report.body.house.as_str()), (3, "clinic.example"));
        for (from, to) in [("2026-11", "2025-11"), ("unclassified", "routine"), ("provisional", "final"), ("msg_", "msg_0")] {
            let text = String::from_utf8(bytes.clone())?;
            assert!(text.contains(from), "{from}");
            let changed = text.replacen(from, to, 1);
            let read = Certificate::parse(changed.as_bytes()).and_then(|certificate| certificate.verify(None));
            assert_eq!(code(read), Some(Code::LedgerBroken), "{from}");
        }
        let paper = house.records.disposal_certificate(&house.officer, id, Form::Pdf)?;
        assert_eq!(paper.name, format!("{id}.pdf"));
        let text = String::from_utf8_lossy(&paper.bytes).into_owned();
        for word in [sent[0].to_string(), report.body.digest()?, report.body.root.clone(), "Provisional".to_owned()] {
            assert!(text.contains(&word), "{word} is not on paper");
        }
        let alone = house.records.destruction_proof(&house.officer, sent[1])?.bytes;
        let certificate = Certificate::parse(&alone)?;
        certificate.verify(None)?;
        assert!(matches!(&certificate.shown, Shown::One(1, item, _) if item.message == sent[1].to_string()));
        let text = String::from_utf8(alone)?;
        assert!(!text.contains(&sent[0].to_string()) && !text.contains(&sent[2].to_string()));
        house.wait(30 * DAY);
        house.dispose();
        assert_eq!(house.shown(id).state, DisposalState::Final);
        assert!(Certificate::parse(&house.certificate(id))?.verify(None)?.is_final);
        while house.world.sequence()? > 0 {}
        house.world.verify_ledger(house.organisation)?;
    }

    fn what_a_hold_keeps_is_named_and_stays_until_the_hold_is_over(store) {
        let (house, sent) = due_house(store, &["The pump is in.", "The form is in."]);
        let hold = house.hold("pump OR form");
        let id = house.listed();
        assert_eq!((house.shown(id).records, house.shown(id).held), (0, 2));
        assert_eq!(house.spared(id), [(sent[0], Some(SparedFor::Held)), (sent[1], Some(SparedFor::Held))]);
        let second = house.person(&[Role::Compliance]);
        assert_eq!(code(house.records.approve_disposal(&second, id, WHY)), Some(Code::StateConflict));
        house.records.refuse_disposal(&second, id, WHY)?;
        house.release(hold);
        let late = house.hold("pump");
        house.release(late);
        let id = house.listed();
        assert_eq!((house.shown(id).records, house.shown(id).held), (2, 0));
        house.agreed(id);
        house.hold("pump");
        house.wait(14 * DAY);
        house.dispose();
        assert_eq!((house.is_gone(sent[0]), house.is_gone(sent[1])), (false, true));
        assert_eq!(house.spared(id), [(sent[0], Some(SparedFor::Held))]);
        let body = Certificate::parse(&house.certificate(id))?.body;
        assert_eq!((body.destroyed, body.spared.get("held")), (1, Some(&1)));
    }

    fn a_disposal_that_came_to_nothing_says_so(store) {
        let (house, sent) = due_house(store, &["The pump is in."]);
        let id = house.listed();
        house.agreed(id);
        house.hold("pump");
        house.wait(14 * DAY);
        house.dispose();
        assert!(!house.is_gone(sent[0]));
        let report = Certificate::parse(&house.certificate(id))?.verify(None)?;
        assert_eq!((report.body.destroyed, report.body.spared.get("held")), (0, Some(&1)));
        assert!(report.statements[0].starts_with("No record was destroyed"), "{:?}", report.statements);
        assert!(report.body.statement.starts_with("No record was destroyed") && report.body.method.is_empty());
        assert!(report.statements.iter().all(|line| !line.contains("were destroyed")), "{:?}", report.statements);
    }

    fn a_record_that_is_due_no_more_or_still_in_use_stays(store) {
        let (house, sent) = due_house(store, &["One.", "Two."]);
        let other = house.send(letter("max@mail.example", "Result", "Three."));
        house.archived();
        house.feed(&ALL_DAYS.replace("17,lee", "18,max"));
        house.wait(8 * YEAR);
        house.settled(&[other]);
        let id = house.listed();
        assert_eq!(house.shown(id).records, 3);
        house.agreed(id);
        house.wait(10 * DAY);
        // One patient turns out to be a minor; a package is made with a letter to the other.
        house.feed("patient,birth\n17,2026-01-01\n");
        let export = NewExport {
            which: Which::These(vec![other]),
            recipient: "Doe & Roe LLP".to_owned(),
            purpose: "Subpoena".to_owned(),
            formats: vec![Format::Mboxrd],
            with_part2: false,
        };
        house.records.disclose(&house.officer, &export)?;
        house.wait(4 * DAY);
        house.dispose();
        assert_eq!(house.spared(id), [
            (sent[0], Some(SparedFor::NotDue)), (sent[1], Some(SparedFor::NotDue)), (other, Some(SparedFor::InUse)),
        ]);
        assert!(sent.iter().chain([&other]).all(|one| !house.is_gone(*one)));
        house.wait(8 * DAY);
        let id = house.disposed();
        assert_eq!((house.shown(id).destroyed, house.is_gone(other)), (1, true));
        // The accounting of disclosures outlives the message.
        assert_eq!(house.records.disclosures(&house.officer, other)?.len(), 1);
    }

    fn one_person_calls_a_disposal_off_and_its_records_are_free_for_another(store) {
        let (house, sent) = due_house(store, &["One."]);
        let id = house.listed();
        house.agreed(id);
        house.wait(13 * DAY);
        assert_eq!(code(house.records.refuse_disposal(&house.staff(), id, WHY)), Some(Code::ActionForbidden));
        house.records.refuse_disposal(&house.officer, id, WHY)?;
        house.wait(9 * DAY);
        house.dispose();
        assert_eq!((house.shown(id).state, house.is_gone(sent[0])), (DisposalState::Refused, false));
        assert_eq!(code(house.records.refuse_disposal(&house.officer, id, WHY)), Some(Code::StateConflict));
        let said = house.shown(id).said;
        assert_eq!(said.iter().map(|one| one.what.as_str()).collect::<Vec<_>>(), ["proposed", "approved", "refused"]);
        let id = house.disposed();
        assert_eq!((house.shown(id).destroyed, house.is_gone(sent[0])), (1, true));
        let empty = house.listed();
        assert_eq!(house.shown(empty).state, DisposalState::Refused);
    }

    fn a_step_goes_on_where_a_process_ended(store) {
        let texts: Vec<String> = (0..45).map(|n| format!("Letter number {n}.")).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let (house, sent) = due_house(store, &texts);
        let id = house.listed();
        house.agreed(id);
        house.wait(14 * DAY);
        let gone = |house: &House| sent.iter().filter(|one| house.is_gone(**one)).count();
        let mut counts = vec![gone(&house)];
        let mut house = house;
        while house.shown(id).state != DisposalState::Provisional {
            house.records.dispose()?;
            house = house.again();
            counts.push(gone(&house));
        }
        assert_eq!(counts, [0, 0, 45, 45]);
        assert_eq!(Certificate::parse(&house.certificate(id))?.verify(None)?.body.destroyed, 45);
    }

    fn a_word_that_only_the_destroyed_said_is_gone_and_a_later_letter_brings_it_back(store) {
        let (house, _) = due_house(store, &["The quixotic pump is in."]);
        let plain = house.send(letter("lee@mail.example", "Pump", "The pump works."));
        house.archived();
        assert_eq!(house.find("quix*").len(), 1);
        let beside = house.again();
        assert_eq!(beside.find("quix*").len(), 1);
        house.disposed();
        for house in [&house, &beside, &house.again()] {
            assert_eq!(house.find("quix*"), []);
            assert_eq!(house.find("pum*"), [plain]);
        }
        // Archived by a process that had known the word before.
        let again = beside.send(letter("lee@mail.example", "Result", "A quixotic thing."));
        beside.archived();
        for house in [&house, &beside, &house.again()] {
            assert_eq!(house.find("quix*"), [again]);
        }
    }

    fn nothing_goes_after_the_commit_of_a_hold_that_another_process_places(store) {
        let texts: Vec<String> = (0..120).map(|n| format!("Letter w{n}.")).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let (house, sent) = due_house(store, &texts);
        let id = house.listed();
        house.agreed(id);
        house.wait(14 * DAY);
        let matter = house.records.open_matter(&house.officer, "Lee v. Clinic")?;
        let place = |n: usize| {
            let scope = Scope { query: format!("w{n}"), ..Scope::default() };
            house.records.place_hold(&house.officer, matter, &scope, WHY).expect("placed")
        };
        let beside = house.again();
        let kept = std::thread::scope(|threads| {
            let destroying = threads.spawn(|| beside.dispose());
            let mut kept = Vec::new();
            for (n, one) in sent.iter().enumerate() {
                if !house.is_gone(*one) {
                    place(n);
                    kept.extend(Some(*one).filter(|one| !house.is_gone(*one)));
                }
            }
            destroying.join().expect("done");
            kept
        });
        house.dispose();
        assert!(kept.iter().all(|one| !house.is_gone(*one)));
        let shown = house.shown(id);
        assert_eq!(shown.destroyed + shown.spared, 120);
        assert_eq!(shown.spared, kept.len() as u64);
    }

    fn a_test_key_has_no_part_in_it(store) {
        let (house, _) = due_house(store, &["One."]);
        let test = house.in_test_mode();
        assert_eq!(code(house.records.propose_disposal(&test, WHY)), Some(Code::ActionForbidden));
        assert_eq!(code(house.records.disposals(&test, None, 5)), Some(Code::ActionForbidden));
    }
}

/// What is stored under a key or as a token, by its bytes.
fn sealed_cells(store: &TestStore) -> BTreeSet<(String, Vec<u8>)> {
    let is_sealed = |column: &str| {
        column.starts_with("sealed_")
            || column.starts_with("wrapped_")
            || column.ends_with("_token")
    };
    let cells = store.beside().cells().into_iter();
    let sealed = cells.filter(|cell| is_sealed(&cell.column) && cell.bytes.len() >= 12);
    sealed
        .map(|cell| (format!("{}.{}", cell.table, cell.column), cell.bytes))
        .collect()
}

/// Tokens of which the end lies in any cell: an index writes of a word only what it does not share with the one before.
fn lying(store: &TestStore, tokens: &BTreeSet<String>) -> Vec<String> {
    let cells = store.beside().cells();
    let lies = |token: &&String| {
        let end = &token.as_bytes()[token.len() - 8..];
        cells
            .iter()
            .any(|cell| cell.bytes.windows(8).any(|part| part == end))
    };
    tokens.iter().filter(lies).cloned().collect()
}

/// Everything that came with a message and was sealed or keyed for it is gone with it, in whatever table.
fn nothing_sealed_is_left(engine: Engine) {
    let store = store_on(engine);
    let house = House::open(&store);
    house.feed(ALL_DAYS);
    house.profile("\"US-NY\"", "\"physician\"");
    house.adopt(&shipped("us-ny-professional"));
    let stays = house.send(letter("ann@mail.example", "Other", "Something else."));
    house.archived();
    house.reckoned();
    for n in 0..20 {
        house.send(letter(
            "ann@mail.example",
            "Other",
            &format!("Another thing, number {n}."),
        ));
    }
    house.archived();
    house.reckoned();
    let before = sealed_cells(&store);
    let words = store.beside().index_tokens();
    let file = with_file(
        letter("lee@mail.example", "Result", "The quixotic pump."),
        "zebra.txt",
        "Mañana",
    );
    let gone = house.send(file);
    house.archived();
    house.reckoned();
    let after = sealed_cells(&store);
    let came: Vec<_> = after.difference(&before).collect();
    let places: BTreeSet<_> = came.iter().map(|(place, _)| place.as_str()).collect();
    for place in [
        "item_keys.wrapped_key",
        "blobs.sealed_bytes",
        "recipients.address_token",
        "lexicon_pieces.sealed_words",
        "retention_items.sealed_answer",
        "retention_items.party_token",
        "messages.sealed_envelope",
        "sealed.sealed_head",
        "deliveries.sealed_route",
        "ledger_payloads.sealed_payload",
    ] {
        assert!(places.contains(place), "{place} is not in {places:?}");
    }
    let its: BTreeSet<_> = store
        .beside()
        .index_tokens()
        .difference(&words)
        .cloned()
        .collect();
    assert!(
        its.len() > 5 && lying(&store, &its).len() == its.len(),
        "{its:?}"
    );
    house.wait(8 * YEAR);
    house.settled(&[gone]);
    house.feed("patient,email,birth\n18,ann@mail.example,2099-01-01\n");
    let id = house.disposed();
    assert!(house.is_gone(gone) && !house.is_gone(stays));
    assert_eq!(house.shown(id).destroyed, 1);
    let left = sealed_cells(&store);
    // Who is written to is known of the address, not of the message.
    let of_message = |place: &str| !place.starts_with("correspondents.");
    let left: Vec<_> = came
        .into_iter()
        .filter(|cell| left.contains(*cell))
        .map(|(place, _)| place)
        .collect();
    let left: Vec<_> = left.into_iter().filter(|place| of_message(place)).collect();
    assert!(left.is_empty(), "{left:?}");
    assert!(its.is_disjoint(&store.beside().index_tokens()));
    let lies = lying(&store, &its);
    assert!(lies.is_empty(), "{lies:?}");
    assert!(house.find("other").contains(&stays));
}

#[test]
fn nothing_sealed_is_left_on_sqlite() {
    nothing_sealed_is_left(Engine::Sqlite);
}

#[test]
fn nothing_sealed_is_left_on_postgres() {
    nothing_sealed_is_left(Engine::Postgres);
}
