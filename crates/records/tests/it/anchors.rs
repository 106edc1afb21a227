//! Checkpoints leave the house once a day, whatever fails and however many processes there are.

use std::sync::Mutex;
use std::time::Duration;

use model::{Address, AnchorKind, AnchorState, OrganisationId};
use records::anchors::{Anchor, Anchors, Outside};
use sim::kit::{Faults, Rates};

use crate::house::{House, letter};
use crate::keeping::DAY;

/// A folder in memory, whose disk may be full.
#[derive(Default)]
struct Folder {
    notes: Mutex<Vec<String>>,
    fault: Mutex<Option<&'static str>>,
}

impl Folder {
    fn notes(&self) -> Vec<String> {
        self.notes.lock().expect("whole").clone()
    }
    fn fail(&self, fault: Option<&'static str>) {
        *self.fault.lock().expect("whole") = fault;
    }
}

impl Outside for Folder {
    fn append(&self, _: OrganisationId, note: &str) -> Result<(), &'static str> {
        if let Some(word) = *self.fault.lock().expect("whole") {
            return Err(word);
        }
        self.notes.lock().expect("whole").push(note.to_owned());
        Ok(())
    }
    fn ask(&self, _: &[u8]) -> Result<Vec<u8>, &'static str> {
        Err("unreachable")
    }
}

fn anchoring(house: House, to_file: bool, mail: &[&str]) -> House {
    let parse = |text: &&str| Address::parse(text).expect("an address");
    let anchors = Anchors {
        to_file,
        authorities: None,
        mail: mail.iter().map(parse).collect(),
    };
    House {
        records: house.records.clone().with_anchors(anchors),
        ..house
    }
}

fn listed(house: &House) -> Vec<Anchor> {
    house
        .records
        .anchors(&house.officer, None, 50)
        .expect("listed")
        .rows
}

fn chained(house: &House) {
    while house.world.sequence().expect("chained") > 0 {}
}

fn told(house: &House, kind: &str) -> usize {
    chained(house);
    let page = house.flow.audit(&house.officer, Some(kind), None, false);
    page.expect("a page").rows.len()
}

sim::both_engines! {
    fn once_a_day_by_whichever_process(store) {
        let house = anchoring(House::open(store), true, &[]);
        let folder = Folder::default();
        house.send(letter("lee@mail.example", "Result", "It is fine."));
        chained(&house);
        assert_eq!(house.records.anchor(&folder)?, 1);
        let beside = anchoring(house.again(), true, &[]);
        assert_eq!(beside.records.anchor(&folder)?, 0);
        assert_eq!(house.records.anchor(&folder)?, 0);
        house.send(letter("lee@mail.example", "Result", "It is fine."));
        chained(&house);
        house.clock.advance(Duration::from_secs(DAY));
        assert_eq!(beside.records.anchor(&folder)?, 1);
        let notes = folder.notes();
        assert_eq!(notes.len(), 2);
        let key = ledger::note::Verifier::parse(&house.world.ledger_state(house.organisation)?.verifier)?;
        let sizes: Vec<u64> = notes
            .iter()
            .map(|note| ledger::checkpoint::open(note, &key).expect("signed").size)
            .collect();
        assert!(sizes[0] < sizes[1], "{sizes:?}");
        assert_eq!(told(&house, "anchor.made"), 2);
    }

    fn what_fails_is_tried_again_and_told_after_a_day(store) {
        let house = anchoring(House::open(store), true, &[]);
        let folder = Folder::default();
        folder.fail(Some("file_not_written"));
        house.send(letter("lee@mail.example", "Result", "It is fine."));
        chained(&house);
        assert_eq!(house.records.anchor(&folder)?, 0);
        let one = &listed(&house)[0];
        assert_eq!((one.state, one.tries, one.fault.as_str()), (AnchorState::Waiting, 1, "file_not_written"));
        house.records.anchor(&folder)?;
        assert_eq!(listed(&house)[0].tries, 1, "not at once");
        house.clock.advance(Duration::from_secs(61));
        house.records.anchor(&folder)?;
        assert_eq!(listed(&house)[0].tries, 2);
        house.clock.advance(Duration::from_secs(DAY));
        house.records.anchor(&folder)?;
        assert_eq!((told(&house, "anchor.failed"), told(&house, "anchor.made")), (1, 0));
        folder.fail(None);
        house.clock.advance(Duration::from_secs(3_600));
        assert_eq!(house.records.anchor(&folder)?, 1);
        let states: Vec<_> = listed(&house).iter().map(|one| one.state).collect();
        assert_eq!(states, [AnchorState::Done, AnchorState::Failed]);
    }

    fn counsel_gets_one_letter_with_the_checkpoint_and_nothing_of_anybody(store) {
        let house = anchoring(House::open(store), false, &["counsel@law.example"]);
        let folder = Folder::default();
        house.send(letter("lee@mail.example", "Result", "It is fine."));
        chained(&house);
        assert_eq!(house.records.anchor(&folder)?, 1);
        let done = listed(&house);
        assert_eq!((done[0].kind, done[0].state), (AnchorKind::Mail, AnchorState::Done));
        house.archived();
        let found = house.find("to:counsel@law.example");
        assert_eq!(found.len(), 1);
        let says = house.records.preview(&house.officer, found[0])?.archived.entry;
        let text = says.text.expect("a text").replace("\r\n", "\n");
        assert!(text.contains(&done[0].checkpoint), "{text}");
        assert!(!text.contains("lee@mail"));
    }

    fn whatever_fails_in_between_counsel_gets_one_letter(store) {
        let rates = Rates { not_done: 150, unreported: 150, death: 0 };
        let house = anchoring(House::open(store), false, &["counsel@law.example", "board@law.example"]);
        let (folder, faults) = (Folder::default(), Faults::new(7, rates));
        store.inject(faults.seam());
        let mut failed = 0;
        for _ in 0..24 {
            house.send(letter("lee@mail.example", "Result", "It is fine."));
            chained(&house);
            house.clock.advance(Duration::from_secs(DAY));
            for _ in 0..6 {
                faults.arm(true);
                let _ = house.records.anchor(&folder);
                faults.arm(false);
                failed += usize::from(faults.take_fired().any());
                house.clock.advance(Duration::from_secs(1_800));
            }
        }
        // nothing is in its way any more
        house.records.anchor(&folder)?;
        house.archived();
        let rows = listed(&house);
        assert_eq!(rows[0].state, AnchorState::Done, "{rows:?}");
        let done = rows.iter().filter(|one| one.state == AnchorState::Done).count();
        for one in &rows {
            for who in ["counsel", "board"] {
                let letters = house.find(&format!("to:{who}@law.example \"checkpoint {}\"", one.size)).len();
                let wanted = if one.state == AnchorState::Done { 1..=1 } else { 0..=1 };
                assert!(wanted.contains(&letters), "{letters} letters to {who} of {one:?}");
            }
        }
        assert!(failed > 8 && done > 2, "{failed}, {done}: too little went wrong, or right");
    }

    fn without_a_place_nothing_leaves(store) {
        let house = House::open(store);
        house.send(letter("lee@mail.example", "Result", "It is fine."));
        chained(&house);
        let folder = Folder::default();
        assert_eq!(house.records.anchor(&folder)?, 0);
        assert!(folder.notes().is_empty() && listed(&house).is_empty());
        assert!(house.records.anchors(&house.officer, None, 50)?.is_off);
    }
}
