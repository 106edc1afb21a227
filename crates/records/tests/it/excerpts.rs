//! What the hits of a page say around the words that were found.

use model::Code;
use records::{Excerpt, Found, Page};
use sim::kit::{Engine, store_on};

use crate::house::{House, letter, with_file};

fn shown(house: &House, query: &str) -> Vec<Excerpt> {
    let page = Page {
        query: query.to_owned(),
        rows: 9,
        ..Page::default()
    };
    let Found::Hits { hits, find, .. } = house
        .records
        .search(&house.officer, &page)
        .expect("searched")
    else {
        panic!("{query} is clear");
    };
    let shown = house.records.excerpts(&house.officer, &find, &hits);
    let shown = shown.expect("shown");
    assert_eq!(shown.len(), hits.len());
    shown
}

/// Entries of the audit log that say that words were shown.
fn entries(house: &House) -> usize {
    while house.world.sequence().expect("chained") > 0 {}
    let page = house
        .flow
        .audit(&house.officer, Some("archive.shown"), None, false);
    page.expect("a page").rows.len()
}

/// The passages that were looked for.
fn marked(excerpt: &Excerpt) -> Vec<&str> {
    let text = excerpt.text.iter();
    text.filter(|(_, found)| *found)
        .map(|(text, _)| text.as_str())
        .collect()
}

fn whole(excerpt: &Excerpt) -> String {
    excerpt.text.iter().map(|(text, _)| text.as_str()).collect()
}

sim::both_engines! {
    fn words_are_marked_as_the_index_found_them(store) {
        let house = House::open(store);
        house.send(letter("lee@mail.example", "Your pumps", "The Insulín PUMP\n\narrives on Monday, O’Brien says."));
        house.archived();
        let cases: [(&str, &[&str]); 7] = [
            ("pumps", &["PUMP"]),
            ("\"insulin pump\"", &["Insulín", "PUMP"]),
            ("insul*", &["Insulín"]),
            ("insolin~ monday", &["Insulín", "Monday"]),
            ("arrives -zebra", &["arrives"]),
            ("obrien", &["O’Brien"]),
            ("in:sent", &[]),
        ];
        for (query, expected) in cases {
            let all = shown(&house, query);
            assert_eq!(marked(&all[0]), expected, "{query}");
            assert_eq!(whole(&all[0]).trim_end(), "The Insulín PUMP arrives on Monday, O’Brien says.", "{query}");
            assert_eq!(all[0].subject, "Your pumps");
            assert_eq!(all[0].to, "lee@mail.example");
        }
        let all = shown(&house, "subject:pumps");
        assert!(marked(&all[0]).is_empty(), "found in the subject alone");
    }

    fn an_excerpt_is_short_and_cut_between_words(store) {
        let house = House::open(store);
        let long = "alpha bravo ".repeat(400) + "needle " + &"charlie délta ".repeat(400);
        house.send(letter("lee@mail.example", "Long", &long));
        house.archived();
        let all = shown(&house, "needle");
        let text = whole(&all[0]);
        assert!(text.len() < 400 && text.contains(" needle charlie"), "{text}");
        let words = ["alpha", "bravo", "needle", "charlie", "délta"];
        assert!(text.split_whitespace().all(|word| words.contains(&word)), "{text}");
    }

    fn words_of_files_are_shown_as_such(store) {
        let house = House::open(store);
        let file = with_file(letter("ann@mail.example", "Form", "See the file."), "consent.txt", "Pumping station");
        house.send(file);
        house.archived();
        let all = shown(&house, "pumping");
        assert_eq!((all[0].place, marked(&all[0])), ("file", vec!["Pumping"]));
    }

    fn who_was_shown_what_is_on_record_first(store) {
        let house = House::open(store);
        house.send(letter("lee@mail.example", "Your pumps", "The pump arrives."));
        house.archived();
        assert!(shown(&house, "zebra").is_empty());
        assert_eq!(entries(&house), 0, "nothing was shown");
        shown(&house, "pump");
        assert_eq!(entries(&house), 1);
        let page = Page { query: "pump".to_owned(), rows: 9, ..Page::default() };
        let Found::Hits { hits, find, .. } = house.records.search(&house.officer, &page)? else {
            return Ok(());
        };
        let refused = house.records.excerpts(&house.staff(), &find, &hits);
        assert_eq!(refused.err().map(|error| error.code()), Some(Code::ActionForbidden));
        assert_eq!(entries(&house), 1);
    }
}

/// No statement of the product destroys the key of a message: it is taken away from outside.
fn destroyed_shows_nothing(engine: Engine) {
    let store = store_on(engine);
    let house = House::open(&store);
    let message = house.send(letter(
        "lee@mail.example",
        "Your pumps",
        "The pump arrives.",
    ));
    house.archived();
    let gone = store
        .beside()
        .remove("item_keys", "item", message.as_bytes());
    assert_eq!(gone, 1);
    let all = shown(&house, "pump");
    assert!(all[0].gone && all[0].text.is_empty() && all[0].subject.is_empty());
}

#[test]
fn what_was_destroyed_shows_nothing_on_sqlite() {
    destroyed_shows_nothing(Engine::Sqlite);
}

#[test]
fn what_was_destroyed_shows_nothing_on_postgres() {
    destroyed_shows_nothing(Engine::Postgres);
}

sim::both_engines! {
    fn the_key_of_a_message_cannot_be_destroyed(store) {
        let house = House::open(store);
        let message = house.send(letter("lee@mail.example", "Your pumps", "The pump arrives."));
        house.archived();
        let organisation = house.organisation;
        house.world.store.write(move |tx| {
            store::tables::item_keys::destroy(tx, message.as_bytes(), organisation)
        })?;
        let all = shown(&house, "pump");
        assert!(!all[0].gone && all[0].subject == "Your pumps");
    }
}
