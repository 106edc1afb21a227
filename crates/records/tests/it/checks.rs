//! The nightly check of the archive: once a day, right about what is there, and loud about what is not.

use std::time::Duration;

use model::{ArchiveCheckState, Code};
use records::saved::Saved;
use store::tables::{postings, records as table};

use crate::house::{House, letter};
use crate::keeping::DAY;

fn newest(house: &House) -> records::ArchiveCheck {
    let checks = house.records.archive_checks(&house.officer, None, 1);
    checks.expect("listed").rows[0]
}

fn told(house: &House, kind: &str) -> usize {
    while house.world.sequence().expect("chained") > 0 {}
    let page = house.flow.audit(&house.officer, Some(kind), None, false);
    page.expect("a page").rows.len()
}

sim::both_engines! {
    fn once_a_day_it_says_that_all_is_there(store) {
        let house = House::open(store);
        for n in 0..3 {
            house.send(letter("lee@mail.example", "Result", &format!("It is {n}.")));
        }
        house.archived();
        assert_eq!(house.records.check_archives()?, 1);
        assert_eq!(house.records.check_archives()?, 0, "once a day");
        assert_eq!(house.again().records.check_archives()?, 0, "by any process");
        let check = newest(&house);
        assert_eq!(check.state, ArchiveCheckState::Whole);
        assert_eq!((check.accepted, check.archived, check.waiting), (3, 3, 0));
        assert_eq!((check.findable, check.indexed), (3, 3));
        house.clock.advance(Duration::from_secs(DAY));
        assert_eq!(house.records.check_archives()?, 1);
        assert_eq!((told(&house, "archive.checked"), told(&house, "archive.gap_found")), (2, 0));
        let first = house.records.archive_checks(&house.officer, None, 1)?;
        let second = house.records.archive_checks(&house.officer, first.next.as_deref(), 1)?;
        assert_eq!(first.rows[0].day, second.rows[0].day + 1);
        assert_eq!(second.next, None);
        let test = house.records.archive_checks(&house.in_test_mode(), None, 1);
        assert_eq!(test.err().map(|error| error.code()), Some(Code::ActionForbidden));
    }

    fn what_is_gone_from_the_index_alone_is_told(store) {
        let house = House::open(store);
        let id = house.send(letter("lee@mail.example", "Result", "It is fine."));
        house.archived();
        let of = house.organisation;
        house.world.store.write(move |tx| {
            let filed = table::filing(tx, of, id)?.expect("archived");
            postings::remove(tx, filed.position)
        })?;
        house.records.check_archives()?;
        let check = newest(&house);
        assert_eq!(check.state, ArchiveCheckState::Torn);
        assert_eq!((check.findable, check.indexed), (1, 0));
        assert_eq!((told(&house, "archive.checked"), told(&house, "archive.gap_found")), (0, 1));
    }

    fn what_waits_for_long_is_told(store) {
        let house = House::open(store);
        house.send(letter("lee@mail.example", "Result", "It is fine."));
        house.clock.advance(Duration::from_secs(2 * 3_600));
        house.records.check_archives()?;
        let check = newest(&house);
        assert_eq!(check.state, ArchiveCheckState::Late);
        assert_eq!((check.accepted, check.archived, check.waiting), (1, 0, 1));
        assert_eq!(told(&house, "archive.gap_found"), 1);
    }

    fn a_saved_search_stands_nowhere_in_the_clear(store) {
        let house = House::open(store);
        let saved = Saved {
            name: "Zweibrücken recall".to_owned(),
            query: "people:lee@mail.example".to_owned(),
            ..Saved::default()
        };
        let id = house.records.save_search(&house.officer, &saved)?;
        let shown = house.records.saved_search(&house.officer, id)?;
        assert_eq!((shown.saved, shown.own), (saved, true));
        let other = house.person(&[ctx::Role::Compliance]);
        assert_eq!(house.records.saved_search(&other, id).err().map(|error| error.code()), Some(Code::NotFound));
        let sealed = house.world.store.read(move |tx| {
            let row = store::tables::saved_searches::load(tx, id, house.organisation, house.officer.actor())?;
            Ok(row.sealed_search)
        })?;
        let held = |text: &[u8]| sealed.windows(text.len()).any(|part| part == text);
        assert!(!held(b"recall") && !held(b"lee@mail"));
    }
}
