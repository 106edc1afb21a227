//! What leaves the house is on record first, opens with its password alone, and is the same each time.

use ctx::Role;
use model::{Code, MessageId, Method, Result};
use records::disclose::{NewExport, Which};
use records::export::Format;
use records::holds::Scope;
use retention::Class;
use sim::kit::{Engine, TestStore, store_on};
use store::tables::recipients;

use crate::house::{House, letter, with_file};

const DAY: u64 = 86_400;

fn code<T>(result: Result<T>) -> Option<Code> {
    result.err().map(|error| error.code())
}

fn export(which: Which) -> NewExport {
    NewExport {
        which,
        recipient: "Doe & Roe LLP".to_owned(),
        purpose: "Subpoena of 3 March".to_owned(),
        formats: vec![Format::Dat, Format::Mboxrd],
        with_part2: false,
    }
}

fn search(query: &str) -> Which {
    Which::Search {
        query: query.to_owned(),
        since: None,
        until: None,
    }
}

fn these(messages: &[MessageId]) -> Which {
    Which::These(messages.to_vec())
}

sim::both_engines! {
    fn what_a_search_finds_goes_into_a_package_that_is_on_record(store) {
        let house = House::open(store);
        let pump = house.send(letter("lee@mail.example", "Pump", "The insulin pump arrives on Monday."));
        let file = with_file(letter("ann@mail.example", "Form", "Pump, see the file."), "consent.txt", "Yes");
        let form = house.send(file);
        let other = house.send(letter("lee@mail.example", "Bill", "Please remit by Friday."));
        house.archived();
        let (one, records) = (&house.officer, &house.records);
        let made = records.disclose(one, &export(search("pump")))?;
        assert_eq!((made.messages, made.left_out), (2, 0));
        assert_eq!(made.password.expose().len(), 24);
        for message in [pump, form] {
            let told = records.disclosures(one, message)?;
            assert_eq!(told.len(), 1);
            assert_eq!((told[0].recipient.as_str(), told[0].purpose.as_str()), ("Doe & Roe LLP", "Subpoena of 3 March"));
        }
        assert!(records.disclosures(one, other)?.is_empty());
        let package = records.take_export(one, made.id)?;
        house.clock.advance(std::time::Duration::from_secs(DAY));
        assert_eq!(records.take_export(one, made.id)?, package, "octet by octet the same");
        for word in ["insulin", "Doe", "consent.txt", "lee@mail"] {
            let found = package.windows(word.len()).any(|window| window == word.as_bytes());
            assert!(!found, "{word} in the clear");
        }
        assert_eq!(records.exports(one, None, 9)?.rows[0].taken, 2);
        let again = records.disclose(one, &export(search("pump")))?;
        assert_ne!(again.password.expose(), made.password.expose());
    }

    fn what_became_of_a_message_later_changes_no_package(store) {
        let house = House::open(store);
        let message = house.send(letter("lee@mail.example", "Pump", "The insulin pump arrives on Monday."));
        house.archived();
        let (one, records) = (&house.officer, &house.records);
        let made = records.disclose(one, &export(these(&[message])))?;
        let package = records.take_export(one, made.id)?;
        house.world.store.write(move |tx| {
            let all = recipients::of_message(tx, message)?;
            let other = match all[0].method {
                Method::Portal => Method::Tls,
                _ => Method::Portal,
            };
            recipients::move_method(tx, all[0].id, other)
        })?;
        assert_eq!(records.take_export(one, made.id)?, package);
    }

    fn a_package_ends_after_seven_days_and_stays_on_record(store) {
        let house = House::open(store);
        let message = house.send(letter("lee@mail.example", "Pump", "Pump"));
        house.archived();
        let (one, records) = (&house.officer, &house.records);
        let made = records.disclose(one, &export(these(&[message, message])))?;
        assert_eq!(made.messages, 1, "each once");
        house.clock.advance(std::time::Duration::from_secs(7 * DAY + 1));
        assert_eq!(code(records.take_export(one, made.id)), Some(Code::StateConflict));
        assert_eq!(records.disclosures(one, message)?.len(), 1);
    }

    fn records_under_part_2_go_only_where_they_are_asked_for(store) {
        let house = House::open(store);
        let text = "Lee Brandt (DOB 03/04/1980) started buprenorphine in our methadone clinic for opioid use disorder on Monday.";
        let told = house.send(letter("lee@mail.example", "Treatment", text));
        let plain = house.send(letter("lee@mail.example", "Bill", "Please remit by Friday."));
        house.archived();
        let (one, records) = (&house.officer, &house.records);
        let made = records.disclose(one, &export(these(&[told, plain])))?;
        assert_eq!((made.messages, made.left_out), (1, 1));
        assert!(records.disclosures(one, told)?.is_empty(), "what did not go was not disclosed");
        assert_eq!(code(records.disclose(one, &export(these(&[told])))), Some(Code::FieldInvalid));
        let all = NewExport { with_part2: true, ..export(these(&[told, plain])) };
        assert_eq!(records.disclose(one, &all)?.messages, 2);
        // Of whatever a person says that it is one.
        house.correct(plain, Class::SubstanceUse);
        assert_eq!(code(records.disclose(one, &export(these(&[plain])))), Some(Code::FieldInvalid));
    }

    fn what_a_hold_keeps_goes_whole(store) {
        let house = House::open(store);
        let coded = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
        let found = house.send(letter("lee@mail.example", "Wing", "The asbestos report."));
        let unread = house.send(letter("lee@mail.example", "Form", coded));
        house.send(letter("lee@mail.example", "Bill", "Please remit by Friday."));
        house.archived();
        let (one, records) = (&house.officer, &house.records);
        let matter = records.open_matter(one, "Asbestos")?;
        let scope = Scope { query: "asbestos".to_owned(), ..Scope::default() };
        let hold = records.place_hold(one, matter, &scope, "A claim")?;
        let made = records.disclose(one, &export(Which::Hold(hold)))?;
        assert_eq!(made.messages, 2);
        assert_eq!(records.disclosures(one, found)?.len() + records.disclosures(one, unread)?.len(), 2);
    }

    fn what_is_wrong_with_an_export_is_said_where(store) {
        let house = House::open(store);
        let message = house.send(letter("lee@mail.example", "Pump", "Pump"));
        house.archived();
        let at = |new: NewExport| {
            let error = house.records.disclose(&house.officer, &new).err().expect("refused");
            (error.code(), error.pointer().unwrap_or_default().to_owned())
        };
        let good = || export(these(&[message]));
        let cases = [
            (NewExport { recipient: " ".to_owned(), ..good() }, Code::FieldMissing, "/recipient"),
            (NewExport { purpose: "x".repeat(501), ..good() }, Code::FieldInvalid, "/purpose"),
            (export(Which::None), Code::FieldMissing, "/messages"),
            (export(search("(")), Code::FieldInvalid, "/query"),
            (export(search("zebra")), Code::FieldInvalid, "/messages"),
        ];
        for (new, code, pointer) in cases {
            assert_eq!(at(new), (code, pointer.to_owned()));
        }
    }

    fn exports_are_for_those_who_may_and_of_their_own_house(store) {
        let house = House::open(store);
        let message = house.send(letter("lee@mail.example", "Pump", "Pump"));
        house.archived();
        let made = house.records.disclose(&house.officer, &export(these(&[message])))?;
        for role in [Role::Staff, Role::Auditor, Role::Administrator] {
            let who = house.person(&[role]);
            assert_eq!(code(house.records.take_export(&who, made.id)), Some(Code::ActionForbidden));
            assert_eq!(code(house.records.disclose(&who, &export(these(&[message])))), Some(Code::ActionForbidden));
        }
        let neighbour = house.neighbour();
        let (records, theirs) = (&neighbour.records, &neighbour.officer);
        assert_eq!(code(records.take_export(theirs, made.id)), Some(Code::NotFound));
        assert_eq!(code(records.disclose(theirs, &export(these(&[message])))), Some(Code::NotFound));
        assert_eq!(code(records.disclosures(theirs, message)), Some(Code::NotFound));
    }
}

/// The columns of a database, whichever it is.
fn nothing_stands_in_the_clear(store: &TestStore) -> Result<()> {
    let house = House::open(store);
    let message = house.send(letter("lee@mail.example", "Pump", "Pump"));
    house.archived();
    let made = house
        .records
        .disclose(&house.officer, &export(these(&[message])))?;
    let password = made.password.expose().clone();
    for cell in store.beside().cells() {
        let text = String::from_utf8_lossy(&cell.bytes).into_owned();
        for word in ["Doe & Roe", "Subpoena", password.as_str()] {
            assert!(!text.contains(word), "in {}", cell.table);
        }
    }
    Ok(())
}

#[test]
fn no_word_of_an_export_is_stored_in_the_clear_on_sqlite() -> Result<()> {
    nothing_stands_in_the_clear(&store_on(Engine::Sqlite))
}

#[test]
fn no_word_of_an_export_is_stored_in_the_clear_on_postgres() -> Result<()> {
    nothing_stands_in_the_clear(&store_on(Engine::Postgres))
}
