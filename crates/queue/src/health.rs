//! How a destination is doing, and so how many attempts it gets at once.
//!
//! The window shrinks by a quarter of an attempt for each failure and grows by as much for each
//! answer (Postfix measured a fixed quarter as the best compromise behind a balancer). When failures
//! follow each other without one answer between, the whole destination rests; the rests grow as an
//! item's delays do. After a rest one attempt probes; its answer reopens the window, its failure
//! starts a longer rest.

use model::Timestamp;
use model::seams::Rng;

use crate::settings::RetryCurve;

/// Failures in a row that make a destination rest; fewer when fewer run at once.
const FAILURES_MIN: u32 = 2;
const FAILURES_MAX: u32 = 5;
/// Attempts at once after the first answer that follows a rest.
const REOPENED_WINDOW: u32 = 5;
/// The window counts quarters of an attempt.
const QUARTERS: u32 = 4;

/// What an outcome says about the destination, as opposed to the recipient.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signal {
    /// It answered, whatever it said.
    Answered,
    /// It could not be reached, or turned us away.
    Failed,
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
    pub fn failed(&mut self, now: Timestamp, curve: &RetryCurve, chance: &dyn Rng) {
        if self.resting_until.is_some() {
            return; // started before the rest began: known already
        }
        let enough = match self.rests {
            0 => self.window().clamp(FAILURES_MIN, FAILURES_MAX),
            _ => 1,
        };
        self.failures = self.failures.saturating_add(1);
        self.quarters = self.quarters.saturating_sub(1).max(QUARTERS);
        if self.failures >= enough {
            self.failures = 0;
            self.rests = self.rests.saturating_add(1);
            self.resting_until = Some(now.plus(curve.delay(self.rests, chance)));
        }
    }
    /// The rest is over: one attempt at a time until something answers.
    pub fn probe(&mut self) {
        self.resting_until = None;
        self.quarters = QUARTERS;
    }
}

#[cfg(test)]
mod tests;
