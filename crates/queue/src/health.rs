//! How a destination is doing, and so how many attempts it gets at once.
//!
//! Two troubles are told apart. A destination that *turns us away* (421, a limit on us) is there: its
//! window shrinks by one for each time and grows by a quarter for each answer, until it takes what it
//! gets (Postfix measured such feedback against receivers that limit); only when it takes nothing
//! even one at a time does it rest, a few minutes each time. A destination that *cannot be reached*
//! rests after a few failures in a row, as a whole; the rests grow as an item's delays do. After a
//! rest one attempt probes.

use std::time::Duration;

use model::Timestamp;
use model::seams::Rng;

use crate::settings::RetryCurve;

/// Failures in a row that make a destination rest; fewer when it is out of reach and fewer run.
const FAILURES_MIN: u32 = 2;
const FAILURES_MAX: u32 = 5;
/// Attempts at once after the first answer that follows a rest.
const REOPENED_WINDOW: u32 = 5;
/// The window counts quarters of an attempt.
const QUARTERS: u32 = 4;

/// What an outcome says about the destination, as opposed to the recipient.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signal {
    /// It answered about the message or the recipient, whatever it said.
    Answered,
    /// It is there but wants less from us, or nothing.
    TurnedAway,
    /// One of its domains wants nothing; it serves others.
    OfDomain,
    /// Nobody is there.
    Unreachable,
    /// Nothing.
    Silent,
}

pub(crate) struct Health {
    quarters: u32,
    failures: u32,
    rests: u32,
    resting_until: Option<Timestamp>,
}

impl Health {
    pub fn new(limit: u32) -> Self {
        Self {
            quarters: limit.saturating_mul(QUARTERS),
            failures: 0,
            rests: 0,
            resting_until: None,
        }
    }
    /// Attempts it may have at once; none while it rests.
    pub fn window(&self) -> u32 {
        match self.resting_until {
            Some(_) => 0,
            None => (self.quarters / QUARTERS).max(1),
        }
    }
    pub fn resting_until(&self) -> Option<Timestamp> {
        self.resting_until
    }
    pub fn answered(&mut self, limit: u32) {
        let ceiling = limit.saturating_mul(QUARTERS);
        if self.rests > 0 {
            self.quarters = self.quarters.max(REOPENED_WINDOW * QUARTERS);
        }
        self.quarters = self.quarters.saturating_add(1).min(ceiling);
        self.failures = 0;
        self.rests = 0;
        self.resting_until = None;
    }
    pub fn unreachable(&mut self, now: Timestamp, curve: &RetryCurve, chance: &dyn Rng) {
        if self.resting_until.is_some() {
            return; // started before the rest began: known already
        }
        let enough = match self.rests {
            0 => self.window().clamp(FAILURES_MIN, FAILURES_MAX),
            _ => 1,
        };
        self.quarters = self.quarters.saturating_sub(1).max(QUARTERS);
        self.failures = self.failures.saturating_add(1);
        if self.failures >= enough {
            self.rests = self.rests.saturating_add(1);
            self.rest(now, curve.delay(self.rests, chance));
        }
    }
    pub fn turned_away(&mut self, now: Timestamp, curve: &RetryCurve, chance: &dyn Rng) {
        if self.resting_until.is_some() {
            return;
        }
        self.rests = 0;
        if self.window() > 1 {
            self.quarters = self.quarters.saturating_sub(QUARTERS).max(QUARTERS);
            return;
        }
        self.failures = self.failures.saturating_add(1);
        if self.failures >= FAILURES_MAX {
            self.rest(now, curve.delay(1, chance));
        }
    }
    fn rest(&mut self, now: Timestamp, long: Duration) {
        self.failures = 0;
        self.resting_until = Some(now.plus(long));
    }
    /// The rest is over: one attempt at a time until something answers.
    pub fn probe(&mut self) {
        self.resting_until = None;
        self.quarters = QUARTERS;
    }
}

#[cfg(test)]
mod tests;
