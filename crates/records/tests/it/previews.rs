//! One message of the archive, opened.

use ctx::{Ctx, Seat};
use model::{Code, MessageId, Mode};
use records::holds::Scope;

use crate::house::{House, letter, with_file};

fn openings(house: &House) -> usize {
    while house.world.sequence().expect("chained") > 0 {}
    let page = house
        .flow
        .audit(&house.officer, Some("archive.opened"), None, false);
    page.expect("a page").rows.len()
}

fn refused(house: &House, ctx: &Ctx, message: MessageId) -> Option<Code> {
    let preview = house.records.preview(ctx, message);
    preview.err().map(|error| error.code())
}

sim::both_engines! {
    fn it_says_all_that_is_on_record_and_is_on_record_itself(store) {
        let house = House::open(store);
        let text = "The pump arrives on Monday.";
        let message = house.send(with_file(letter("lee@mail.example", "Your pumps", text), "consent.txt", "Signed"));
        assert_eq!(refused(&house, &house.officer, message), Some(Code::NotFound), "not archived yet");
        house.archived();
        let preview = house.records.preview(&house.officer, message)?;
        let archived = &preview.archived;
        assert_eq!(archived.entry.subject.as_deref(), Some("Your pumps"));
        assert!(archived.entry.text.as_deref().is_some_and(|says| says.contains(text)));
        assert_eq!(archived.from.as_deref(), Some("nurse@clinic.example"));
        assert_eq!(archived.recipients[0].address, "lee@mail.example");
        assert!(!archived.recipients[0].decided_by.is_empty());
        assert_eq!((archived.entry.files[0].name.as_str(), archived.entry.files[0].octets), ("consent.txt", 6));
        assert!(preview.unread.is_empty() && preview.holds.is_empty());
        assert!(preview.keeping.is_some());
        assert_eq!(openings(&house), 1);
    }

    fn it_names_the_holds_that_keep_it(store) {
        let house = House::open(store);
        let message = house.send(letter("lee@mail.example", "Your pumps", "The asbestos is gone."));
        let other = house.send(letter("lee@mail.example", "Your pumps", "The garage is closed."));
        house.archived();
        let matter = house.records.open_matter(&house.officer, "Lee v. Clinic")?;
        let scope = Scope { query: "asbestos".to_owned(), ..Scope::default() };
        let hold = house.records.place_hold(&house.officer, matter, &scope, "a claim")?;
        let preview = house.records.preview(&house.officer, message)?;
        assert_eq!(preview.holds.iter().map(|by| by.hold).collect::<Vec<_>>(), [hold]);
        assert!(house.records.preview(&house.officer, other)?.holds.is_empty());
    }

    fn nobody_else_opens_it_and_no_other_house(store) {
        let house = House::open(store);
        let message = house.send(letter("lee@mail.example", "Your pumps", "The pump arrives."));
        house.archived();
        assert_eq!(refused(&house, &house.staff(), message), Some(Code::ActionForbidden));
        let neighbour = house.neighbour();
        assert_eq!(refused(&neighbour, &neighbour.officer, message), Some(Code::NotFound));
        let seat = Seat { principal: house.officer.principal().clone(), mode: Mode::Test, session: None };
        let test = Ctx::seat(&house.world, seat);
        assert_eq!(refused(&house, &test, message), Some(Code::NotFound), "live mail, to a test key");
        assert_eq!(openings(&house), 0);
    }
}
