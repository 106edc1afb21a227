//! What goes wrong between the program and its store: a call fails before it was done, or after; or
//! the program dies there.
//!
//! Death unwinds with [`Died`] and without a message; whoever runs an action catches it. Invariant:
//! nothing goes wrong while disarmed, which is how oracles read.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use store::seam::{Point, Seam, Verdict};

use super::SimRng;

/// What an unwinding program leaves.
struct Died;

/// How often, in a thousand calls.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rates {
    pub not_done: u64,
    pub unreported: u64,
    pub death: u64,
}

/// What went wrong since it was last asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fired {
    pub not_done: u32,
    pub unreported: u32,
}

impl Fired {
    pub fn any(self) -> bool {
        self != Self::default()
    }
}

/// What a store is told at each call; off until it is armed.
pub struct Faults(Mutex<State>);

struct State {
    chance: SimRng,
    rates: Rates,
    armed: bool,
    /// Whatever catches an unwinding program does not bring it back to life.
    dead: bool,
    fired: Fired,
}

impl Faults {
    pub fn new(seed: u64, rates: Rates) -> Arc<Self> {
        let state = State {
            chance: SimRng::new(seed),
            rates,
            armed: false,
            dead: false,
            fired: Fired::default(),
        };
        Arc::new(Self(Mutex::new(state)))
    }

    pub fn seam(self: &Arc<Self>) -> Seam {
        let faults = Arc::clone(self);
        Arc::new(move |point| faults.ask(point))
    }

    pub fn arm(&self, armed: bool) {
        self.lock().armed = armed;
    }

    pub fn calm(&self) {
        self.lock().rates = Rates::default();
    }

    /// Nothing fails in this history.
    pub fn are_none(&self) -> bool {
        let rates = self.lock().rates;
        rates.not_done + rates.unreported + rates.death == 0
    }

    /// The program dies here.
    ///
    /// # Panics
    /// Always: that is how it dies.
    pub fn kill(&self) -> ! {
        self.lock().dead = true;
        std::panic::resume_unwind(Box::new(Died));
    }

    /// Whether it died since this was last asked.
    pub fn take_death(&self) -> bool {
        std::mem::take(&mut self.lock().dead)
    }

    pub fn take_fired(&self) -> Fired {
        std::mem::take(&mut self.lock().fired)
    }

    fn ask(&self, point: Point) -> Verdict {
        let mut state = self.lock();
        if !state.armed {
            return Verdict::Go;
        }
        let Rates {
            not_done,
            unreported,
            death,
        } = state.rates;
        if state.dead || state.chance.happens(death, 1_000) {
            drop(state);
            self.kill();
        }
        let fail = match point {
            Point::BeforeRead | Point::BeforeWrite => not_done,
            Point::AfterWrite => unreported,
        };
        if !state.chance.happens(fail, 1_000) {
            return Verdict::Go;
        }
        match point {
            Point::BeforeRead | Point::BeforeWrite => state.fired.not_done += 1,
            Point::AfterWrite => state.fired.unreported += 1,
        }
        Verdict::Fail
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
