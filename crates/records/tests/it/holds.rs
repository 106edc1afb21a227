//! A hold keeps what it covers from the commit that places it until two people and thirty days have ended it.

use ctx::{Ctx, Role};
use model::{Address, Code, CustodianState, HoldId, HoldState, MessageId, Result, Timestamp};
use records::holds::{Scope, Sort, Why};
use retention::Class;
use sim::kit::{Engine, TestStore, store_on};

use crate::house::{House, letter};

const DAY: u64 = 86_400;
const WHY: &str = "Notice of claim";

fn code<T>(result: Result<T>) -> Option<Code> {
    result.err().map(|error| error.code())
}

fn about(query: &str) -> Scope {
    Scope {
        query: query.to_owned(),
        ..Scope::default()
    }
}

fn of(address: &str, query: &str) -> Scope {
    Scope {
        custodians: vec![Address::parse(address).expect("an address")],
        ..about(query)
    }
}

fn place(house: &House, scope: &Scope) -> HoldId {
    let (one, records) = (&house.officer, &house.records);
    let matter = records.open_matter(one, "Lee v. Clinic").expect("opened");
    house.clock.advance(std::time::Duration::from_secs(1));
    records.place_hold(one, matter, scope, WHY).expect("placed")
}

fn why(house: &House, message: MessageId) -> Vec<Why> {
    let held = house
        .records
        .held_by(&house.officer, message)
        .expect("asked");
    held.into_iter().map(|by| by.why).collect()
}

fn kept(house: &House, hold: HoldId, sort: Sort) -> Vec<MessageId> {
    let keeps = house
        .records
        .hold_keeps(&house.officer, hold, sort, None, 50)
        .expect("listed");
    keeps
        .messages
        .into_iter()
        .map(|(message, _)| message)
        .collect()
}

fn wait(house: &House, days: u64) {
    house
        .clock
        .advance(std::time::Duration::from_secs(days * DAY));
}

sim::both_engines! {
    fn a_hold_keeps_what_its_scope_covers_and_nothing_else(store) {
        let house = House::open(store);
        let pump = house.send(letter("lee@mail.example", "Pump", "The insulin pump arrives on Monday."));
        let other = house.send(letter("ann@mail.example", "Pump", "Another pump."));
        let bill = house.send(letter("lee@mail.example", "Bill", "Please remit by Friday."));
        house.archived();
        let hold = place(&house, &of("lee@mail.example", "pump"));
        assert_eq!(why(&house, pump), [Why::Matched]);
        assert_eq!(why(&house, other), []);
        assert_eq!(why(&house, bill), []);
        assert_eq!(kept(&house, hold, Sort::Covered), [pump]);
        let everything = place(&house, &Scope::default());
        assert_eq!(why(&house, pump), [Why::Matched, Why::InScope]);
        assert_eq!(kept(&house, everything, Sort::Covered), [bill, other, pump]);
    }

    fn what_comes_later_is_kept_as_well(store) {
        let house = House::open(store);
        let hold = place(&house, &about("hosp*"));
        let message = house.send(letter("lee@mail.example", "One", "The hospice called."));
        house.archived();
        assert_eq!(why(&house, message), [Why::Matched]);
        assert_eq!(kept(&house, hold, Sort::Covered), [message]);
    }

    fn days_narrow_a_hold(store) {
        let house = House::open(store);
        let before = house.send(letter("lee@mail.example", "One", "Hospital"));
        wait(&house, 1);
        let since = house.world.now();
        let inside = house.send(letter("lee@mail.example", "Two", "Hospital"));
        wait(&house, 1);
        let until = house.world.now();
        let after = house.send(letter("lee@mail.example", "Three", "Hospital"));
        house.archived();
        let hold = place(&house, &Scope { since: Some(since), until: Some(until), ..about("hospital") });
        assert_eq!([why(&house, before).len(), why(&house, inside).len(), why(&house, after).len()], [0, 1, 0]);
        assert_eq!(kept(&house, hold, Sort::Covered), [inside]);
    }

    fn what_cannot_be_read_in_full_counts_as_held_where_it_is_a_custodians(store) {
        let house = House::open(store);
        // Letters that stand for a file, and for which one nobody knows.
        let coded = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
        let theirs = house.send(letter("lee@mail.example", "Form", coded));
        let others = house.send(letter("ann@mail.example", "Form", coded));
        house.archived();
        let hold = place(&house, &of("lee@mail.example", "asbestos"));
        assert_eq!(why(&house, theirs), [Why::Unreadable]);
        assert_eq!(why(&house, others), []);
        assert_eq!(kept(&house, hold, Sort::Covered), []);
        assert_eq!(kept(&house, hold, Sort::Unreadable), [theirs]);
    }

    fn a_release_takes_two_and_thirty_days(store) {
        let house = House::open(store);
        let message = house.send(letter("lee@mail.example", "One", "Hospital"));
        house.archived();
        let hold = place(&house, &about("hospital"));
        let (one, records) = (&house.officer, &house.records);
        let other = house.person(&[Role::Compliance]);
        assert_eq!(code(records.release_hold(&other, hold, WHY)), Some(Code::StateConflict), "nobody asked");
        assert_eq!(code(records.ask_hold_release(one, hold, " ")), Some(Code::FieldMissing));
        records.ask_hold_release(one, hold, WHY)?;
        assert_eq!(code(records.ask_hold_release(one, hold, WHY)), Some(Code::StateConflict));
        assert_eq!(code(records.release_hold(one, hold, WHY)), Some(Code::ActionForbidden), "their own");
        assert_eq!(why(&house, message), [Why::Matched]);
        records.release_hold(&other, hold, WHY)?;
        let view = records.hold(one, hold)?;
        assert_eq!((view.state, view.binds), (HoldState::Released, true));
        assert_eq!(view.binds_until, Some(house.world.now().plus(std::time::Duration::from_secs(30 * DAY))));
        wait(&house, 30);
        assert_eq!(why(&house, message), [Why::Matched], "to the end of the last second");
        wait(&house, 1);
        assert_eq!(why(&house, message), []);
        assert!(!records.hold(one, hold)?.binds);
        assert_eq!(code(records.refuse_hold_release(one, hold, WHY)), Some(Code::StateConflict), "it is over");
    }

    fn a_release_is_taken_back_by_one(store) {
        let house = House::open(store);
        let message = house.send(letter("lee@mail.example", "One", "Hospital"));
        house.archived();
        let hold = place(&house, &about("hospital"));
        let other = house.person(&[Role::Compliance]);
        house.records.ask_hold_release(&house.officer, hold, WHY)?;
        house.records.release_hold(&other, hold, WHY)?;
        wait(&house, 29);
        house.records.refuse_hold_release(&other, hold, WHY)?;
        wait(&house, 300);
        assert_eq!(why(&house, message), [Why::Matched]);
        assert_eq!(house.records.hold(&other, hold)?.asked_by, None);
        // Who agreed before may ask now, and another one agrees.
        house.records.ask_hold_release(&other, hold, WHY)?;
        assert_eq!(code(house.records.release_hold(&other, hold, WHY)), Some(Code::ActionForbidden));
        house.records.release_hold(&house.officer, hold, WHY)?;
    }

    fn a_matter_stays_open_while_a_hold_of_it_binds(store) {
        let house = House::open(store);
        let (one, records) = (&house.officer, &house.records);
        let matter = records.open_matter(one, "Lee v. Clinic")?;
        let hold = records.place_hold(one, matter, &about("x1"), WHY)?;
        assert_eq!(code(records.close_matter(one, matter)), Some(Code::StateConflict));
        records.ask_hold_release(one, hold, WHY)?;
        records.release_hold(&house.person(&[Role::Administrator]), hold, WHY)?;
        assert_eq!(code(records.close_matter(one, matter)), Some(Code::StateConflict), "it binds still");
        wait(&house, 31);
        records.close_matter(one, matter)?;
        assert_eq!(code(records.place_hold(one, matter, &about("x1"), WHY)), Some(Code::StateConflict));
        assert_eq!(records.matters(one, None, 9)?.rows[0].name, "Lee v. Clinic");
    }

    fn who_was_told_is_on_record(store) {
        let house = House::open(store);
        let hold = place(&house, &of("lee@mail.example", ""));
        let set = |number, state| house.records.set_custodian(&house.officer, hold, number, state);
        set(0, CustodianState::Acknowledged)?;
        assert_eq!(code(set(1, CustodianState::Told)), Some(Code::NotFound));
        let view = house.records.hold(&house.officer, hold)?;
        let custodian = &view.custodians[0];
        assert_eq!((custodian.address.as_str(), custodian.state), ("lee@mail.example", CustodianState::Acknowledged));
    }

    fn what_is_wrong_with_a_scope_is_said_where(store) {
        let house = House::open(store);
        let (one, records) = (&house.officer, &house.records);
        let matter = records.open_matter(one, "Lee v. Clinic")?;
        let at = |scope: Scope| {
            let error = records.place_hold(one, matter, &scope, WHY).expect_err("refused");
            (error.code(), error.pointer().map(str::to_owned))
        };
        let (early, late) = (Timestamp::from_secs(5), Timestamp::from_secs(9));
        assert_eq!(at(about("(")), (Code::FieldInvalid, Some("/query".to_owned())));
        let days = Scope { since: Some(late), until: Some(early), ..Scope::default() };
        assert_eq!(at(days), (Code::FieldInvalid, Some("/until".to_owned())));
        let many = (0..=200).map(|n| Address::parse(&format!("a{n}@mail.example")).expect("an address"));
        let many = Scope { custodians: many.collect(), ..Scope::default() };
        assert_eq!(at(many), (Code::FieldInvalid, Some("/custodians".to_owned())));
        assert_eq!(code(records.open_matter(one, "  ")), Some(Code::FieldMissing));
    }

    fn a_hold_keeps_the_classes_it_names_and_what_nobody_has_classified(store) {
        let house = House::open(store);
        let new = || {
            house.clock.advance(std::time::Duration::from_secs(1));
            house.archived_letter("lee@mail.example")
        };
        let (bill, advert, unknown) = (new(), new(), new());
        house.profile("\"US-NY\"", "\"physician\"");
        house.reckoned();
        house.correct(bill, Class::Billing);
        house.correct(advert, Class::Routine);
        house.reckoned();
        let scope = Scope { classes: vec!["billing".to_owned()], ..Scope::default() };
        let hold = place(&house, &scope);
        assert_eq!(house.records.hold(&house.officer, hold)?.scope, scope);
        assert_eq!(why(&house, bill), [Why::InScope]);
        assert_eq!(why(&house, advert), []);
        assert_eq!(why(&house, unknown), [Why::Unreadable]);
        assert_eq!(kept(&house, hold, Sort::Covered), [unknown, bill]);
        let late = new();
        assert_eq!(why(&house, late), [Why::Unreadable], "it is not reckoned yet");
        house.correct(advert, Class::Billing);
        assert_eq!(why(&house, advert), [Why::InScope]);
        house.profile("\"US-CA\"", "\"physician\"");
        house.correct(bill, Class::Routine);
        assert_eq!(why(&house, bill), [], "a person's word counts at once");
        let words = Scope { classes: vec!["Billing".to_owned()], ..Scope::default() };
        let (one, records) = (&house.officer, &house.records);
        let matter = records.open_matter(one, "Another")?;
        let refused = records.place_hold(one, matter, &words, WHY).expect_err("refused");
        assert_eq!((refused.code(), refused.pointer()), (Code::FieldInvalid, Some("/classes")));
    }

    fn holds_are_for_those_who_may_and_for_their_own_house(store) {
        let house = House::open(store);
        let message = house.send(letter("lee@mail.example", "One", "Hospital"));
        house.archived();
        let hold = place(&house, &about("hospital"));
        let staff = house.staff();
        assert_eq!(code(house.records.hold(&staff, hold)), Some(Code::ActionForbidden));
        assert_eq!(code(house.records.open_matter(&staff, "x")), Some(Code::ActionForbidden));
        let auditor = house.person(&[Role::Auditor]);
        house.records.hold(&auditor, hold)?;
        assert_eq!(code(house.records.ask_hold_release(&auditor, hold, WHY)), Some(Code::ActionForbidden));
        let neighbour = house.neighbour();
        let theirs: &Ctx = &neighbour.officer;
        assert_eq!(code(neighbour.records.hold(theirs, hold)), Some(Code::NotFound));
        assert_eq!(code(neighbour.records.ask_hold_release(theirs, hold, WHY)), Some(Code::NotFound));
        assert_eq!(code(neighbour.records.held_by(theirs, message)), Some(Code::NotFound));
        assert!(neighbour.records.holds(theirs, None, 9)?.rows.is_empty());
    }
}

/// The columns of a database, whichever it is.
fn nothing_stands_in_the_clear(store: &TestStore) -> Result<()> {
    let house = House::open(store);
    let hold = place(&house, &of("lee@mail.example", "asbestos"));
    house.records.ask_hold_release(&house.officer, hold, WHY)?;
    for cell in store.beside().cells() {
        let text = String::from_utf8_lossy(&cell.bytes).into_owned();
        for word in ["Lee v.", "of claim", "asbestos", "lee@mail"] {
            assert!(!text.contains(word), "{word} in {}", cell.table);
        }
    }
    Ok(())
}

#[test]
fn no_word_of_a_hold_is_stored_in_the_clear_on_sqlite() -> Result<()> {
    nothing_stands_in_the_clear(&store_on(Engine::Sqlite))
}

#[test]
fn no_word_of_a_hold_is_stored_in_the_clear_on_postgres() -> Result<()> {
    nothing_stands_in_the_clear(&store_on(Engine::Postgres))
}

/// Nobody can say what it is about: it is kept, and shown among what cannot be read, of the day it came.
#[test]
fn what_does_not_open_is_listed_where_a_hold_keeps_it() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let store = store_on(engine);
        let house = House::open(&store);
        let lost = house.send(letter("lee@mail.example", "Pump", "The pump is in."));
        let until = Some(house.world.now().plus(std::time::Duration::from_secs(5)));
        assert_eq!(
            store.beside().remove("item_keys", "item", lost.as_bytes()),
            1
        );
        wait(&house, 3);
        house.archived();
        let scope = Scope {
            until,
            ..of("ann@mail.example", "")
        };
        let hold = place(&house, &scope);
        assert_eq!(why(&house, lost), [Why::InScope]);
        assert_eq!(kept(&house, hold, Sort::Covered), []);
        assert_eq!(kept(&house, hold, Sort::Unreadable), [lost]);
    }
}
