//! Every message is archived or waits for it; what was archived is found by whom it concerns alone.

use model::Code;
use records::{Found, Gap, Page};

use crate::house::{House, letter, with_file};

sim::both_engines! {
    fn what_was_sent_is_found_by_what_it_says(store) {
        let house = House::open(store);
        let pump = house.send(letter("lee@mail.example", "Your pumps", "The insulin pump arrives on Monday."));
        let file = with_file(letter("ann@mail.example", "Form", "See the file."), "consent.txt", "Pumping station");
        let form = house.send(file);
        assert_eq!(house.find("pump"), []);
        assert_eq!(house.archived(), 2);
        assert_eq!(house.archived(), 0);
        let cases = [
            ("pump", vec![form, pump]),
            ("\"pump\"", vec![pump]),
            ("\"insulin pump\"", vec![pump]),
            ("\"pump insulin\"", vec![]),
            ("subject:pump", vec![pump]),
            ("file:pump", vec![form]),
            ("file:consent", vec![form]),
            ("to:lee", vec![pump]),
            ("from:nurse", vec![form, pump]),
            ("people:mail.example -to:ann", vec![pump]),
            ("arriv* monday", vec![pump]),
            ("insolin~", vec![pump]),
            ("insulin NEAR/2 arrives", vec![pump]),
            ("insulin NEAR/1 monday", vec![]),
            ("has:file", vec![form]),
            ("in:sent", vec![form, pump]),
            ("in:received", vec![]),
            ("clinic -pump", vec![]),
            ("zebra OR consent", vec![form]),
        ];
        for (query, expected) in cases {
            assert_eq!(house.find(query), expected, "{query}");
        }
    }

    fn what_was_archived_before_is_found_after_a_start(store) {
        let house = House::open(store);
        let message = house.send(letter("lee@mail.example", "One", "Hospital"));
        house.archived();
        let house = house.again();
        let later = house.send(letter("lee@mail.example", "Two", "Hospice"));
        house.archived();
        assert_eq!(house.find("hosp*"), [later, message]);
    }

    fn many_small_batches_are_found_as_one(store) {
        let house = House::open(store);
        let all: Vec<_> = (0..70)
            .map(|n| {
                let message = house.send(letter("lee@mail.example", "One", &format!("word{n} hospital")));
                house.archived();
                message
            })
            .collect();
        let house = house.again();
        assert_eq!(house.find("hospital").len(), all.len());
        assert_eq!(house.find("word3"), [all[3]]);
        assert_eq!(house.find("word6*").len(), 11);
        let of = house.organisation;
        let pieces = house.world.store.read(move |tx| store::tables::lexicon_pieces::ids(tx, of))?;
        assert!(pieces.len() < 70, "{}", pieces.len());
    }

    fn nothing_of_another_organisation_is_found(store) {
        let house = House::open(store);
        house.send(letter("lee@mail.example", "One", "Hospital"));
        house.archived();
        let neighbour = house.neighbour();
        assert_eq!(neighbour.find("hospital OR hosp* OR in:sent"), []);
    }

    fn what_is_missing_is_counted(store) {
        let house = House::open(store);
        house.send(letter("lee@mail.example", "One", "Hospital"));
        house.send(letter("lee@mail.example", "Two", "Hospital"));
        let gap = || house.records.gap(&house.officer).expect("counted");
        assert_eq!(gap(), Gap { accepted: 2, archived: 0, waiting: 2, partial: 0 });
        house.archived();
        assert_eq!(gap(), Gap { accepted: 2, archived: 2, waiting: 0, partial: 0 });
    }

    fn what_cannot_be_found_in_full_is_listed_with_its_reasons(store) {
        let house = House::open(store);
        let unread = |house: &House, below| house.records.unread(&house.officer, below, 2).expect("a page");
        house.send(letter("lee@mail.example", "One", "Hospital"));
        house.archived();
        assert_eq!(unread(&house, None), (vec![], None));
        // Letters that stand for a file, and for which one nobody knows.
        let coded = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
        let broken: Vec<_> = (0..3).map(|_| house.send(letter("lee@mail.example", "Form", coded))).collect();
        house.archived();
        let (first, next) = unread(&house, None);
        let ids: Vec<_> = first.iter().map(|one| one.message).collect();
        assert_eq!(ids, [broken[2], broken[1]]);
        assert!(first.iter().all(|one| !one.reasons.is_empty()), "{first:?}");
        let (last, end) = unread(&house, next);
        assert_eq!((last.len(), last[0].message, end), (1, broken[0], None));
        assert_eq!(unread(&house.neighbour(), None), (vec![], None));
        let refused = house.records.unread(&house.staff(), None, 2);
        assert_eq!(refused.err().map(|error| error.code()), Some(Code::ActionForbidden));
    }

    fn searching_is_for_those_who_may(store) {
        let house = House::open(store);
        let page = Page { query: "x".to_owned(), rows: 9, ..Page::default() };
        let refused = house.records.search(&house.staff(), &page);
        assert_eq!(refused.err().map(|error| error.code()), Some(Code::ActionForbidden));
        let unclear = house.records.search(&house.officer, &Page { query: "(".to_owned(), ..page })?;
        assert!(matches!(unclear, Found::Unclear(_)));
    }

    fn days_bound_a_search(store) {
        let house = House::open(store);
        let first = house.send(letter("lee@mail.example", "One", "Hospital"));
        house.clock.advance(std::time::Duration::from_secs(86_400));
        let at = house.world.now();
        let second = house.send(letter("lee@mail.example", "Two", "Hospital"));
        house.archived();
        let find = |since, until| {
            let page = Page { query: "hospital".to_owned(), since, until, before: None, rows: 9 };
            match house.records.search(&house.officer, &page).expect("searched") {
                Found::Hits { hits, .. } => hits.into_iter().map(|hit| hit.message).collect::<Vec<_>>(),
                Found::Unclear(_) => Vec::new(),
            }
        };
        assert_eq!(find(Some(at), None), [second]);
        assert_eq!(find(None, Some(at)), [first]);
        assert_eq!(find(Some(at), Some(at)), []);
    }
}
