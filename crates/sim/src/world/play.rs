//! The driver: one seed's history, action by action, with the oracles after each.
//!
//! It plays senders, readers, staff, operators, time and bad luck. Invariant: whatever it does follows
//! from the seed, and whatever it is told goes into the books before the oracles look.

mod carry;
mod keep;
mod operate;
mod reader;
mod sabotage;
mod submit;
mod watch;

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use model::seams::Clock;
use model::{Fault, Result, Timestamp};
use store::Tx;

use super::books::Books;
use super::house::{House, Node};
use super::oracle::{Broken, Oracle, Snapshot, Verdict};
use super::planted::{Plant, Planted};
use crate::kit::{Fired, SimRng};

pub(crate) struct Driver {
    pub house: House,
    pub books: Books,
    pub oracle: Oracle,
    pub chance: SimRng,
    pub log: Vec<String>,
    began: Timestamp,
    /// The node that the present action runs on.
    acting: usize,
    /// Where new recipients live.
    domains: Vec<String>,
    plant: Arc<Plant>,
    watch: watch::Watch,
    /// Commits, octets heard and letters taken at the last look.
    seen: Cell<(u64, usize, usize)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Action {
    Letter,
    Arrival,
    Repeat,
    Nonsense,
    Cancel,
    Work,
    Sequence,
    Take,
    Poll,
    Fly,
    Finish,
    FinishAgain,
    Tick,
    Jump,
    SetBack,
    Beat,
    Portal,
    Staff,
    Proof,
    RotateOrganisation,
    RotateRoot,
    Die,
    Retire,
    Weather,
    Tidy,
    Order,
    Resume,
    Reschedule,
}

/// Each with its weight.
const ACTIONS: &[(Action, u64)] = &[
    (Action::Letter, 14),
    (Action::Arrival, 7),
    (Action::Repeat, 5),
    (Action::Nonsense, 2),
    (Action::Cancel, 5),
    (Action::Work, 14),
    (Action::Sequence, 6),
    (Action::Take, 16),
    (Action::Poll, 14),
    (Action::Fly, 16),
    (Action::Finish, 3),
    (Action::FinishAgain, 2),
    (Action::Tick, 14),
    (Action::Jump, 4),
    (Action::SetBack, 1),
    (Action::Beat, 5),
    (Action::Portal, 10),
    (Action::Staff, 2),
    (Action::Proof, 2),
    (Action::RotateOrganisation, 1),
    (Action::RotateRoot, 1),
    (Action::Die, 3),
    (Action::Retire, 1),
    (Action::Weather, 3),
    (Action::Tidy, 1),
    (Action::Order, 2),
    (Action::Resume, 3),
    (Action::Reschedule, 2),
];

impl Driver {
    pub fn new(house: House, chance: SimRng, domains: Vec<String>) -> Self {
        let began = house.clock.now();
        Self {
            house,
            books: Books::default(),
            oracle: Oracle::default(),
            chance,
            log: Vec::new(),
            began,
            acting: 0,
            domains,
            plant: Arc::new(Plant::new(None, 0)),
            watch: watch::Watch::default(),
            seen: Cell::new((u64::MAX, 0, 0)),
        }
    }

    /// From here on the program does something wrong, now and then.
    pub fn plant(&mut self, fault: Option<Planted>, seed: u64) {
        self.plant = Arc::new(Plant::new(fault, seed));
        self.house.sea.bend(Arc::clone(&self.plant));
        use Planted::{IgnoresRate, IgnoresShaping, IgnoresWarmUp};
        if let Some(IgnoresRate | IgnoresShaping | IgnoresWarmUp) = fault {
            self.house.loose = fault;
            self.house.nodes.iter_mut().for_each(|node| *node = None);
        }
    }

    pub fn faults_planted(&self) -> u32 {
        self.plant.count()
    }

    /// One action drawn by chance.
    pub fn step(&mut self) -> Verdict {
        let total: u64 = ACTIONS.iter().map(|(_, weight)| weight).sum();
        let mut drawn = self.chance.below(total);
        let mut action = Action::Tick;
        for (candidate, weight) in ACTIONS {
            if drawn < *weight {
                action = *candidate;
                break;
            }
            drawn -= weight;
        }
        self.disturbed(|driver| driver.act(action))
    }

    /// One more letter.
    pub fn send_one(&mut self) -> Verdict {
        self.disturbed(|driver| driver.act(Action::Letter))
    }

    /// What people do with mail that has arrived.
    pub fn look_at_mail(&mut self) -> Verdict {
        for action in [
            Action::Portal,
            Action::Proof,
            Action::Portal,
            Action::Staff,
            Action::Portal,
        ] {
            self.disturbed(|driver| driver.act(action))?;
        }
        Ok(())
    }

    /// Runs an action with faults, catches its death, asks the oracles.
    fn disturbed(&mut self, action: impl FnOnce(&mut Self) -> Verdict) -> Verdict {
        self.acting = self.below(self.house.nodes.len());
        self.house.faults.take_fired();
        self.house.faults.arm(true);
        let ran = catch_unwind(AssertUnwindSafe(|| action(self)));
        self.house.faults.arm(false);
        let died = self.house.faults.take_death();
        match ran {
            _ if died => {
                self.note("  the program died there".to_owned());
                self.house.nodes[self.acting] = None;
            }
            Ok(verdict) => verdict?,
            Err(payload) => {
                let text = payload.downcast_ref::<String>().map(String::as_str);
                let text = text.or_else(|| payload.downcast_ref::<&str>().copied());
                return Err(Broken(format!(
                    "the program panicked: {}",
                    text.unwrap_or("no words")
                )));
            }
        }
        self.sabotage()?;
        self.look()
    }

    /// Nothing was committed and nothing was said since the last look: there is nothing new to see.
    fn is_as_it_was(&self) -> bool {
        let sea = self.house.sea.lock();
        let heard: usize = sea.heard.iter().map(|heard| heard.bytes.len()).sum();
        self.seen.get() == (self.house.store.commits(), heard, sea.taken.len())
    }

    pub fn look(&mut self) -> Verdict {
        if self.is_as_it_was() {
            return Ok(());
        }
        self.oracle.check(&self.house, &mut self.books)?;
        let sea = self.house.sea.lock();
        let heard: usize = sea.heard.iter().map(|heard| heard.bytes.len()).sum();
        self.seen
            .set((self.house.store.commits(), heard, sea.taken.len()));
        Ok(())
    }

    fn act(&mut self, action: Action) -> Verdict {
        if self.house.nodes[self.acting].is_none() {
            return self.start_node();
        }
        match action {
            Action::Letter => self.letter(),
            Action::Arrival => self.arrival(),
            Action::Repeat => self.repeat(),
            Action::Nonsense => self.nonsense(),
            Action::Cancel => self.cancel(),
            Action::Work => self.work(),
            Action::Sequence => self.sequence(),
            Action::Take => self.take(),
            Action::Poll => self.poll(),
            Action::Fly => self.fly(),
            Action::Finish => self.finish_landed(),
            Action::FinishAgain => self.finish_again(),
            Action::Tick => self.tick(),
            Action::Jump => self.jump(),
            Action::SetBack => self.set_back(),
            Action::Beat => self.beat(),
            Action::Portal => self.visit(),
            Action::Staff => self.staff(),
            Action::Proof => self.proof(),
            Action::RotateOrganisation => self.rotate_organisation(),
            Action::RotateRoot => self.rotate_root(),
            Action::Die => {
                self.note("the program dies".to_owned());
                self.house.faults.kill()
            }
            Action::Retire => self.retire(),
            Action::Order => self.order(),
            Action::Resume => self.resume(),
            Action::Reschedule => self.reschedule(),
            Action::Weather => {
                let said = self.house.sea.change_weather();
                self.note(format!("weather: {said}"));
                Ok(())
            }
            Action::Tidy => {
                let tidied = self.node()?.flow.tidy();
                self.judge("tidy", &tidied).map(drop)
            }
        }
    }

    fn node(&self) -> Verdict<&Node> {
        self.house.nodes[self.acting]
            .as_ref()
            .ok_or_else(|| Broken("the simulation acted on a dead node".to_owned()))
    }

    fn node_mut(&mut self) -> Verdict<&mut Node> {
        let node = self.house.nodes[self.acting].as_mut();
        node.ok_or_else(|| Broken("the simulation acted on a dead node".to_owned()))
    }

    /// Writes down how a call ended. An error of ours that nothing caused is a fault.
    fn judge<T>(&mut self, what: &str, result: &Result<T>) -> Verdict<Fired> {
        let fired = self.house.faults.take_fired();
        match result {
            Ok(_) => self.note(what.to_owned()),
            Err(error) => {
                self.note(format!("{what}: {} ({fired:?})", error.code()));
                let ours = error.code().row().fault == Fault::Ours;
                if ours && !fired.any() {
                    return Err(Broken(format!(
                        "{what}: {error:?}, and nothing was in its way"
                    )));
                }
            }
        }
        Ok(fired)
    }

    /// The database now, whatever disturbs the program.
    fn snapshot(&self) -> Verdict<Snapshot> {
        self.house.faults.arm(false);
        let snapshot = Snapshot::take(&self.house);
        self.house.faults.arm(true);
        Ok(snapshot?)
    }

    /// A look at the database, whatever disturbs the program.
    fn undisturbed<T: Send + 'static>(
        &self,
        read: impl FnMut(&mut Tx<'_>) -> Result<T> + Send + 'static,
    ) -> Verdict<T> {
        self.house.faults.arm(false);
        let read = self.house.store.read(read);
        self.house.faults.arm(true);
        Ok(read?)
    }

    fn note(&mut self, what: String) {
        let at = self.house.clock.now().since(self.began).as_secs();
        let (hours, minutes, seconds) = (at / 3_600, at / 60 % 60, at % 60);
        self.log.push(format!(
            "{hours:>4}:{minutes:02}:{seconds:02} node {} {what}",
            self.acting
        ));
    }

    fn below(&self, bound: usize) -> usize {
        usize::try_from(self.chance.below(bound as u64)).unwrap_or(0)
    }

    /// Nobody disturbs anything any more: everything must come to its end.
    pub fn drain(&mut self) -> Verdict {
        self.house.faults.calm();
        // Some worlds stay as bad as they are: then letters expire.
        if self.chance.happens(4, 5) {
            self.house.sea.calm();
        }
        self.note("from here on nothing is disturbed".to_owned());
        for round in 1..=ROUNDS_MAX {
            for node in 0..self.house.nodes.len() {
                self.acting = node;
                self.drain_node()?;
            }
            if round % LOOK_EVERY != 0 && self.next_moment().is_some() {
                self.pass_on();
                continue;
            }
            self.look()?;
            let snapshot = Snapshot::take(&self.house)?;
            if snapshot.is_over()
                && self
                    .house
                    .nodes
                    .iter()
                    .flatten()
                    .all(|node| node.flights.is_empty())
            {
                self.oracle.all_ended(&snapshot)?;
                return self.look_closely();
            }
            match self.next_moment() {
                Some(_) => self.pass_on(),
                // what waits in the database wakes nobody before a beat
                None => self.pass_on_to(snapshot.open.iter().map(|open| open.due).min()),
            }
        }
        let snapshot = Snapshot::take(&self.house)?;
        Err(Broken(format!(
            "after {ROUNDS_MAX} rounds without a disturbance {} deliveries are open ({:?}), {} outbox entries wait",
            snapshot.open.len(),
            snapshot.open.first(),
            snapshot.outbox
        )))
    }

    /// To when something happens by itself; to the next beat when nothing does.
    fn pass_on(&self) {
        let beat = self.house.clock.now().plus(Duration::from_secs(20));
        let soon = self.house.clock.now().plus(Duration::from_millis(1));
        self.house
            .clock
            .advance_to(self.next_moment().unwrap_or(beat).max(soon));
    }

    /// To the beat before something is due, if that is later than the next.
    fn pass_on_to(&self, due: Option<Timestamp>) {
        self.pass_on();
        if let Some(due) = due {
            self.house
                .clock
                .advance_to(due.minus(Duration::from_secs(30)));
        }
    }

    /// What is too dear to check after every step.
    pub fn look_closely(&mut self) -> Verdict {
        let snapshot = Snapshot::take(&self.house)?;
        self.oracle
            .check_logs(&self.house, &snapshot, &self.chance)?;
        self.oracle.reports_are_due(&self.books, &snapshot)?;
        self.check_whole_logs()
    }

    /// When something may happen by itself.
    fn next_moment(&self) -> Option<Timestamp> {
        let wakes = self
            .house
            .nodes
            .iter()
            .flatten()
            .filter_map(|node| node.flow.dispatcher().next_wake());
        wakes.chain(self.house.sea.next_moment()).min()
    }
}

/// Some dozens of retries for each of some dozens of deliveries.
const ROUNDS_MAX: usize = 3_000;
/// Rounds of the end between two looks.
const LOOK_EVERY: usize = 12;
