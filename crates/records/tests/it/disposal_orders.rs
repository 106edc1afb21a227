//! Whatever the order of holds, releases, days, rules, disposals, failures and crashes: nothing goes that a hold keeps
//! or whose time is not over, and in the end everything goes that nothing keeps.
//!
//! What may go is told here by a slow model of its own: words of letters, ages in days, a birth date.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use ctx::Role;
use model::{DisposalState, HoldId, HoldState, MessageId, Timestamp};
use records::Records;
use records::holds::Scope;
use sim::kit::{Engine, Faults, Rates, SimRng, TestStore, store_on};

use crate::house::{House, letter};
use crate::keeping::{ALL_DAYS, DAY, WHY, YEAR, shipped};

const WORDS: [&str; 4] = ["pump", "form", "bill", "x-ray"];
/// As long as the adopted rule keeps, and a day for the end of it.
const KEPT_DAYS: i64 = 6 * 366 + 1;
/// In a thousand calls of the store.
const FAULTS: Rates = Rates {
    not_done: 30,
    unreported: 30,
    death: 15,
};

struct Letter {
    id: MessageId,
    words: Vec<&'static str>,
    at: Timestamp,
}

struct Held {
    id: HoldId,
    /// Empty: everything.
    word: &'static str,
    state: HoldState,
    until: Option<Timestamp>,
}

struct Play {
    house: House,
    /// Another process on the same database.
    beside: House,
    rng: SimRng,
    faults: Arc<Faults>,
    /// How often a process died or was told of a failure.
    disturbed: usize,
    letters: Vec<Letter>,
    holds: Vec<Held>,
    is_minor: bool,
    gone: BTreeSet<MessageId>,
}

impl Play {
    fn begin(store: &TestStore, seed: u64) -> Self {
        let house = House::open(store);
        house.feed(ALL_DAYS);
        house.profile("\"US-NY\"", "\"physician\"");
        house.adopt(&shipped("us-ny-professional"));
        let mut play = Self {
            beside: house.again(),
            house,
            rng: SimRng::new(seed),
            faults: Faults::new(seed, FAULTS),
            disturbed: 0,
            letters: Vec::new(),
            holds: Vec::new(),
            is_minor: false,
            gone: BTreeSet::new(),
        };
        store.inject(play.faults.seam());
        (0..4).for_each(|_| play.write());
        play.house.wait(6 * YEAR);
        play
    }

    fn now(&self) -> Timestamp {
        self.house.world.now()
    }

    fn write(&mut self) {
        let words: Vec<_> = WORDS
            .into_iter()
            .filter(|_| self.rng.happens(1, 2))
            .collect();
        let text = format!("About the {}.", words.join(" and the "));
        let id = self.house.send(letter("lee@mail.example", "Result", &text));
        let beside = self.rng.happens(1, 2);
        self.disturb(beside, |records| records.archive().map(drop));
        self.disturb(beside, |records| records.reckon().map(drop));
        self.house.archived();
        self.house.settled(&[id]);
        let at = self.now();
        self.letters.push(Letter { id, words, at });
    }

    fn hold(&mut self) {
        let word = *self.rng.pick(&["", "pump", "form", "bill"]);
        // Nobody classifies a letter here, so what names a class keeps all that its words find.
        let classes = self.rng.happens(1, 4).then(|| "billing".to_owned());
        let scope = Scope {
            query: word.to_owned(),
            classes: classes.into_iter().collect(),
            ..Scope::default()
        };
        let records = &self.house.records;
        let matter = records.open_matter(&self.house.officer, "A matter");
        let id = records.place_hold(&self.house.officer, matter.expect("opened"), &scope, WHY);
        self.holds.push(Held {
            id: id.expect("placed"),
            word,
            state: HoldState::Active,
            until: None,
        });
    }

    /// Moves one of the holds on, or back.
    fn move_hold(&mut self) {
        let Some(at) = self.holds.len().checked_sub(1) else {
            return;
        };
        let at = usize::try_from(self.rng.below(at as u64 + 1)).expect("small");
        let second = self.house.person(&[Role::Compliance]);
        let (records, one) = (&self.house.records, &mut self.holds[at]);
        match one.state {
            HoldState::Active => {
                records
                    .ask_hold_release(&self.house.officer, one.id, WHY)
                    .expect("asked");
                one.state = HoldState::ReleaseAsked;
            }
            HoldState::ReleaseAsked if self.rng.happens(1, 4) => {
                records
                    .refuse_hold_release(&second, one.id, WHY)
                    .expect("refused");
                one.state = HoldState::Active;
            }
            HoldState::ReleaseAsked => {
                records
                    .release_hold(&second, one.id, WHY)
                    .expect("released");
                one.state = HoldState::Released;
                one.until = Some(
                    self.house
                        .world
                        .now()
                        .plus(std::time::Duration::from_secs(30 * DAY)),
                );
            }
            HoldState::Released if self.rng.happens(1, 3) => {
                if records.refuse_hold_release(&second, one.id, WHY).is_ok() {
                    one.state = HoldState::Active;
                    one.until = None;
                }
            }
            HoldState::Released => {}
        }
    }

    fn disposal(&mut self) {
        let officer = &self.house.officer;
        let newest = self
            .house
            .records
            .disposals(officer, None, 1)
            .expect("listed")
            .rows;
        let state = newest.first().map(|one| one.state);
        match state {
            Some(DisposalState::Proposed) if self.rng.happens(3, 4) => {
                let second = self.house.person(&[Role::Compliance]);
                _ = self
                    .house
                    .records
                    .approve_disposal(&second, newest[0].id, WHY);
            }
            Some(DisposalState::Proposed | DisposalState::Approved) if self.rng.happens(1, 6) => {
                self.house
                    .records
                    .refuse_disposal(officer, newest[0].id, WHY)
                    .expect("refused");
            }
            _ => _ = self.house.records.propose_disposal(officer, WHY),
        }
    }

    /// One step by one of two processes, and whether all that went might go.
    fn step(&mut self) {
        self.house.reckoned();
        let free: BTreeSet<_> = self
            .letters
            .iter()
            .filter(|one| self.may_go(one))
            .map(|one| one.id)
            .collect();
        let beside = self.rng.happens(1, 2);
        self.disturb(beside, |records| records.dispose().map(drop));
        for one in &self.letters {
            if self.house.is_gone(one.id) && self.gone.insert(one.id) {
                assert!(
                    free.contains(&one.id),
                    "{:?} of {} went at {}",
                    one.words,
                    one.at.rfc3339(),
                    self.now().rfc3339()
                );
            }
        }
    }

    /// Work that fails before or after a commit, or dies there, and is begun again by a process that knows nothing.
    fn disturb(&mut self, beside: bool, work: impl FnOnce(&Records) -> model::Result<()>) {
        let house = if beside {
            &mut self.beside
        } else {
            &mut self.house
        };
        self.faults.arm(true);
        let ended = catch_unwind(AssertUnwindSafe(|| work(&house.records)));
        self.faults.arm(false);
        let died = self.faults.take_death();
        let fired = self.faults.take_fired();
        self.disturbed += usize::from(died || fired.any());
        match ended {
            _ if died => *house = house.again(),
            Ok(Err(error)) if !fired.any() => panic!("nothing was in its way: {error:?}"),
            Ok(_) => {}
            Err(words) => std::panic::resume_unwind(words),
        }
    }

    fn may_go(&self, letter: &Letter) -> bool {
        let age = (self.now().secs() - letter.at.secs()) / i64::try_from(DAY).expect("small");
        let keeps = |held: &Held| {
            let binds = held.state != HoldState::Released
                || held.until.is_none_or(|until| self.now() <= until);
            binds && (held.word.is_empty() || letter.words.contains(&held.word))
        };
        !self.is_minor && age + 2 >= KEPT_DAYS && !self.holds.iter().any(keeps)
    }

    fn birth(&mut self) {
        self.is_minor = !self.is_minor;
        // Kept until 22: long after this play is over, or long ago.
        let born = if self.is_minor {
            "2099-01-01"
        } else {
            "1970-02-03"
        };
        self.house.feed(&format!("patient,birth\n17,{born}\n"));
    }

    fn turn(&mut self) {
        match self.rng.below(20) {
            0 => self.write(),
            1 if self.rng.happens(1, 2) => self.hold(),
            1..=4 => self.move_hold(),
            5..=8 => self.disposal(),
            9 if self.rng.happens(1, 2) => self.birth(),
            9 | 10 => self.house = self.house.again(),
            11..=13 => self.house.wait((1 + self.rng.below(40)) * DAY),
            _ => self.step(),
        }
    }

    /// Nothing keeps anything any more: all of it goes.
    fn end(&mut self) {
        for _ in 0..3 {
            for at in 0..self.holds.len() {
                let second = self.house.person(&[Role::Compliance]);
                let (records, one) = (&self.house.records, &self.holds[at]);
                _ = records.ask_hold_release(&self.house.officer, one.id, WHY);
                _ = records.release_hold(&second, one.id, WHY);
            }
        }
        if self.is_minor {
            self.birth();
        }
        self.house.wait(8 * YEAR);
        let officer = &self.house.officer;
        for one in self
            .house
            .records
            .disposals(officer, None, 50)
            .expect("listed")
            .rows
        {
            _ = self.house.records.refuse_disposal(officer, one.id, WHY);
        }
        self.house.dispose();
        if !self.letters.iter().all(|one| self.house.is_gone(one.id)) {
            self.house.disposed();
        }
        for one in &self.letters {
            assert!(
                self.house.is_gone(one.id),
                "{:?} of {} stays",
                one.words,
                one.at.rfc3339()
            );
        }
        assert_eq!(self.house.find("result OR pump OR about"), []);
        while self.house.world.sequence().expect("chained") > 0 {}
        self.house
            .world
            .verify_ledger(self.house.organisation)
            .expect("proved");
    }
}

/// Gives how many went before all holds were over, and how often work was disturbed.
fn play(store: &TestStore, seed: u64, turns: usize) -> (usize, usize) {
    let mut play = Play::begin(store, seed);
    (0..turns).for_each(|_| play.turn());
    let seen = (play.gone.len(), play.disturbed);
    play.end();
    seen
}

#[test]
fn no_order_of_things_destroys_what_is_kept() {
    let play = |seed| play(&store_on(Engine::Memory), seed, 200);
    let (gone, disturbed) = (0..24).map(play).fold((0, 0), |(gone, disturbed), one| {
        (gone + one.0, disturbed + one.1)
    });
    assert!(gone > 12, "{gone}: too little happened to prove anything");
    assert!(disturbed > 100, "{disturbed}: too little went wrong");
}

sim::both_engines! {
    fn nor_on_an_engine_with_other_locks(store) {
        play(store, 1_000, 120);
    }
}
