//! What did not go through us is a record like any other, taken once, and nobody is sent anything of it.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use flow::capture::{Capture, Taken};
use model::{Address, Code, ImportState, Kind, MessageId, Origin};
use records::imports::{Counts, Order};
use records::{Gap, Page};
use store::tables::{deliveries, messages, recipients};

use crate::disposal::due_house;
use crate::house::House;
use crate::keeping::code;

const SENT: &str = "From: Nurse <nurse@clinic.example>\r\nTo: lee@mail.example\r\nCc: ann@mail.example\r\n\
    Date: Tue, 03 Mar 2015 10:00:00 +0000\r\nSubject: Old pumps\r\n\r\nThe insulin pump of 2015.\r\n";
const CAME: &str = "Received: from a.example by b.example; Wed, 04 Mar 2015 10:00:00 +0000\r\n\
    From: lee@mail.example\r\nTo: nurse@clinic.example\r\nSubject: Thanks\r\n\r\nThe pump works.\r\n";

fn capture(text: &str) -> Capture {
    Capture {
        origin: Origin::Imported,
        octets: text.as_bytes().to_vec(),
        at: None,
        from: None,
        participants: None,
        custodian: None,
    }
}

fn address(text: &str) -> Address {
    Address::parse(text).expect("an address")
}

impl House {
    fn take(&self, batch: Vec<Capture>) -> Vec<Taken> {
        let nothing = Box::new(|_: &mut store::Tx<'_>, _: &[Taken]| Ok(()));
        self.flow
            .capture(&self.officer, batch, nothing)
            .expect("taken")
    }

    fn taken(&self, text: &str) -> MessageId {
        match self.take(vec![capture(text)])[..] {
            [Taken::New(id)] => id,
            ref other => panic!("{other:?}"),
        }
    }

    fn import_of(&self, path: &Path) -> Order {
        Order {
            path: path.to_path_buf(),
            custodian: Some("nurse@clinic.example".to_owned()),
        }
    }
}

/// A folder of its own for each engine, with a mailbox of so many messages and one that is none.
fn mailbox(name: &str, messages: usize) -> PathBuf {
    let thread = std::thread::current()
        .name()
        .unwrap_or("a")
        .replace("::", "-");
    let name = format!("{name}-{thread}-{}", std::process::id());
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    if path.exists() {
        fs::remove_dir_all(&path).expect("an old folder goes");
    }
    fs::create_dir_all(&path).expect("a folder");
    let all: String = (0..messages)
        .map(|n| {
            format!(
                "From lee@mail.example Tue Mar  3 10:00:00 2015\nFrom: lee@mail.example\n\
                 To: nurse@clinic.example\nSubject: Number {n}\n\nPump {n}.\n\n"
            )
        })
        .collect();
    fs::write(path.join("old.mbox"), all).expect("written");
    fs::write(path.join("zebra.bin"), [0_u8, 1, 2, 3]).expect("written");
    path
}

sim::both_engines! {
    fn an_old_message_is_found_by_its_day_its_way_and_its_people(store) {
        let house = House::open(store);
        let mut copy = capture("From: x@far.example\r\nSubject: Copy\r\n\r\nA journalled pump.\r\n");
        copy.origin = Origin::Journal;
        copy.participants = Some(vec![(Kind::Bcc, address("blind@mail.example"))]);
        let (sent, came) = (house.taken(SENT), house.taken(CAME));
        let Taken::New(copied) = house.take(vec![copy])[0] else { panic!("it is new") };
        house.archived();
        let cases = [
            ("pump", vec![copied, came, sent]),
            ("in:imported", vec![came, sent]),
            ("in:journal", vec![copied]),
            ("in:imported in:sent", vec![sent]),
            ("in:imported in:received", vec![came]),
            ("to:ann", vec![sent]),
            ("to:blind", vec![copied]),
        ];
        for (query, expected) in cases {
            assert_eq!(house.find(query), expected, "{query}");
        }
        let day = |id| {
            let of = house.organisation;
            let row = house.world.store.read(move |tx| messages::load(tx, id, of)).expect("there");
            row.created_at.rfc3339()[..10].to_owned()
        };
        assert_eq!((day(sent).as_str(), day(came).as_str()), ("2015-03-03", "2015-03-04"));
        assert_eq!(house.neighbour().find("pump OR in:imported"), []);
        let gap = house.records.gap(&house.officer)?;
        assert_eq!(gap, Gap { accepted: 3, archived: 3, waiting: 0, partial: 0 });
    }

    fn nobody_is_sent_what_was_taken_in_and_only_the_archive_opens_it(store) {
        let house = House::open(store);
        let id = house.taken(SENT);
        while house.flow.work().expect("worked") > 0 {}
        let rows = house.world.store.read(move |tx| {
            Ok((recipients::of_message(tx, id)?.len(), deliveries::open_of_message(tx, id)?.len()))
        })?;
        assert_eq!(rows, (0, 0));
        assert_eq!(code(house.flow.open_content(&house.staff(), id)), Some(Code::NotFound));
        house.archived();
        let shown = house.flow.archived(&house.officer, id)?;
        assert_eq!(shown.origin, Origin::Imported);
        assert_eq!(shown.entry.subject.as_deref(), Some("Old pumps"));
        let kept = house.flow.kept(&house.officer, id)?;
        assert_eq!(kept.octets, SENT.as_bytes());
        assert!(!kept.is_received);
        assert_eq!(kept.recipients.len(), 2);
    }

    fn the_same_octets_are_told_and_not_stored_twice(store) {
        let house = House::open(store);
        let first = house.taken(SENT);
        let taken = house.take(vec![capture(SENT), capture(CAME), capture(CAME)]);
        let Taken::New(came) = taken[1] else { panic!("{taken:?}") };
        assert_eq!(taken, [Taken::Known(first), Taken::New(came), Taken::Known(came)]);
        assert!(matches!(house.neighbour().take(vec![capture(SENT)])[..], [Taken::New(_)]));
        // A journal tells of one message once for each part of its recipients.
        let journal = |to: &str| Capture {
            origin: Origin::Journal,
            participants: Some(vec![(Kind::To, address(to))]),
            ..capture(SENT)
        };
        let (one, two) = ("lee@mail.example", "ann@mail.example");
        let taken = house.take(vec![journal(one), journal(two), journal(one)]);
        assert!(matches!(taken[..], [Taken::New(a), Taken::New(_), Taken::Known(b)] if a == b), "{taken:?}");
    }

    fn what_cannot_be_taken_apart_is_kept_whole_and_said_to_be(store) {
        let house = House::open(store);
        let parts = "--b\r\n\r\nPump\r\n".repeat(1_100);
        let deep = format!("Content-Type: multipart/mixed; boundary=b\r\n\r\n{parts}--b--\r\n");
        let id = house.taken(&deep);
        house.archived();
        let (unread, _) = house.records.unread(&house.officer, None, 5)?;
        assert_eq!(unread.first().map(|one| one.message), Some(id));
        assert_eq!(house.flow.kept(&house.officer, id)?.octets, deep.as_bytes());
    }

    fn what_was_taken_in_is_due_by_its_own_day_unless_it_is_held(store) {
        let (house, _) = due_house(store, &[]);
        let zebra = CAME.replace("Thanks", "Zebra");
        let (held, due) = (house.taken(&zebra), house.taken(CAME));
        house.archived();
        house.hold("zebra");
        house.disposed();
        assert_eq!(code(house.flow.kept(&house.officer, due)), Some(Code::KeyDestroyed));
        assert_eq!(house.flow.kept(&house.officer, held)?.octets, zebra.as_bytes());
        assert_eq!(house.find("pump"), [held]);
    }

    fn an_archive_is_taken_in_once_however_often_it_is_begun(store) {
        let house = House::open(store);
        let path = mailbox("once", 70);
        let order = house.import_of(&path);
        let tried = house.records.try_import(&house.officer, &order)?;
        assert_eq!((tried.taken, tried.messages, tried.failures), (71, 70, 1));
        let (begin, run) = (|| house.records.begin_import(&house.officer, &order), |id| {
            house.records.run_import(&house.officer, id, &mut |_| {})
        });
        let done = run(begin()?)?;
        assert_eq!(done.state, ImportState::Done);
        assert_eq!(done.counts, Counts { octets: done.counts.octets, duplicates: 0, ..tried });
        let problems = house.records.import_problems(&house.officer, done.id, 0, 50)?;
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].words, ["not_mail"]);
        assert!(problems[0].place.file.ends_with("zebra.bin"), "{problems:?}");
        let again = run(begin()?)?.counts;
        assert_eq!((again.messages, again.duplicates, again.failures), (0, 70, 1));
        house.archived();
        assert_eq!(house.find("in:imported to:nurse").len(), 70);
        let (list, mine) = (house.records.imports(&house.officer, None, 1)?, &house.officer);
        let rest = house.records.imports(mine, list.next.as_deref(), 1)?;
        assert_eq!(rest.rows, [done]);
        let other = house.neighbour();
        assert_eq!(other.records.imports(&other.officer, None, 9)?.rows, []);
    }

    fn an_import_goes_on_where_a_crash_left_it(store) {
        let house = House::open(store);
        let order = house.import_of(&mailbox("crash", 130));
        let id = house.records.begin_import(&house.officer, &order)?;
        let crashed = catch_unwind(AssertUnwindSafe(|| {
            house.records.run_import(&house.officer, id, &mut |_| panic!("the process dies"))
        }));
        assert!(crashed.is_err());
        let house = house.again();
        let left = house.records.import(&house.officer, id)?;
        assert_eq!((left.state, left.counts.taken, left.counts.messages), (ImportState::Running, 64, 64));
        let mut told = Vec::new();
        let done = house.records.run_import(&house.officer, id, &mut |counts| told.push(counts.taken))?;
        assert_eq!(told, [128, 131]);
        assert_eq!((done.counts.messages, done.counts.duplicates, done.counts.failures), (130, 0, 1));
    }

    fn an_import_that_is_cancelled_stops_and_keeps_what_it_took(store) {
        let house = House::open(store);
        let order = house.import_of(&mailbox("cancel", 130));
        let id = house.records.begin_import(&house.officer, &order)?;
        let done = house.records.run_import(&house.officer, id, &mut |_| {
            house.records.cancel_import(&house.officer, id).expect("cancelled");
        })?;
        assert_eq!((done.state, done.counts.messages), (ImportState::Cancelled, 64));
        assert_eq!(code(house.records.cancel_import(&house.officer, id)), Some(Code::StateConflict));
        house.archived();
        let page = Page { query: "in:imported".to_owned(), rows: 200, ..Page::default() };
        let records::Found::Hits { hits, .. } = house.records.search(&house.officer, &page)? else { panic!("clear") };
        assert_eq!(hits.len(), 64);
    }

    fn importing_is_for_those_who_may_and_needs_something_to_open(store) {
        let house = House::open(store);
        let order = house.import_of(&mailbox("rights", 1));
        let refused = house.records.begin_import(&house.staff(), &order);
        assert_eq!(code(refused), Some(Code::ActionForbidden));
        let nowhere = house.import_of(Path::new("/nowhere/at/all"));
        assert_eq!(code(house.records.begin_import(&house.officer, &nowhere)), Some(Code::FieldInvalid));
        let nobody = Order { custodian: Some("nobody".to_owned()), ..order };
        assert_eq!(code(house.records.try_import(&house.officer, &nobody)), Some(Code::FieldInvalid));
        let id = house.records.begin_import(&house.officer, &house.import_of(&mailbox("rights", 1)))?;
        let other = house.neighbour();
        assert_eq!(code(other.records.import(&other.officer, id)), Some(Code::NotFound));
    }
}
