//! A store thread of PostgreSQL: one closure, one transaction, run again where that is safe.
//!
//! Invariant: after COMMIT was sent and not answered nothing is run again, since it may have
//! happened; the caller gets `StoreUnavailable` and decides by its idempotency key.

use std::sync::{Arc, PoisonError, RwLock};

use model::Code;

use super::connect::Door;
use super::link::Link;
use crate::fault::Fault;
use crate::jobs::{Access, Job, Verdict};
use crate::store::Lines;
use crate::tables::meta;
use crate::tx::{self, Tx};

/// Runs of one closure. Each lost run means that another transaction committed.
const RUNS_MAX: usize = 32;
/// Lost runs after which a closure gets the process to itself, so that a busy row starves nobody.
const PATIENCE: usize = 3;
/// New connections tried for one closure.
const CONNECTS_MAX: usize = 2;

pub(super) struct Worker {
    door: Arc<Door>,
    link: Option<Link>,
    turns: Arc<RwLock<()>>,
}

/// How one run ended.
enum Ran {
    /// The closure's own result stands.
    Settled,
    /// Lost against another transaction, all undone.
    Again(Fault),
    /// The connection is of no use any more; it went before COMMIT was sent, all undone.
    LinkLost(Fault),
    Failed(Fault),
}

impl Worker {
    /// `turns` is shared by all workers of a store.
    pub(super) fn new(door: Arc<Door>, link: Option<Link>, turns: Arc<RwLock<()>>) -> Self {
        Self { door, link, turns }
    }

    pub(super) fn run(&mut self, lines: &Lines) {
        while let Some(batch) = lines.writes.take(1) {
            for mut job in batch {
                let failure = self.serve(job.as_mut(), lines);
                job.settle(failure.as_ref());
            }
        }
    }

    fn serve(&mut self, job: &mut dyn Job, lines: &Lines) -> Option<Fault> {
        let mut last = Fault::new(Code::StoreUnavailable, "not run");
        let mut connects = 0;
        for run in 0..RUNS_MAX {
            let mut link = match self.link.take() {
                Some(link) if !link.is_lost() => link,
                _ if connects == CONNECTS_MAX => return Some(last),
                _ => match self.door.connect() {
                    Ok(link) => {
                        connects += 1;
                        link
                    }
                    Err(fault) => return Some(fault),
                },
            };
            let ran = self.taking_turns(run, job.access(), || attempt(&mut link, job, lines));
            self.link = (!link.is_lost()).then_some(link);
            match ran {
                Ran::Settled => return None,
                Ran::Failed(fault) => return Some(fault),
                Ran::Again(fault) => {
                    metrics::counter!("caduceus_store_reruns_total").increment(1);
                    last = fault;
                }
                Ran::LinkLost(fault) => {
                    tracing::warn!(?fault, "connection to PostgreSQL lost");
                    self.link = None;
                    last = fault;
                }
            }
        }
        Some(last)
    }

    /// Writers run side by side, until one has lost too often.
    fn taking_turns(&self, run: usize, access: Access, attempt: impl FnOnce() -> Ran) -> Ran {
        if access == Access::Read {
            return attempt();
        }
        let turns = &self.turns;
        if run < PATIENCE {
            let _with_others = turns.read().unwrap_or_else(PoisonError::into_inner);
            attempt()
        } else {
            let _alone = turns.write().unwrap_or_else(PoisonError::into_inner);
            attempt()
        }
    }
}

fn attempt(link: &mut Link, job: &mut dyn Job, lines: &Lines) -> Ran {
    let begun = match job.access() {
        Access::Write => link.begin_write(),
        Access::Read => link.begin_read(),
    };
    if let Err(fault) = begun {
        return Ran::LinkLost(fault);
    }
    let mut tx = Tx::new(tx::Link::Postgres(link));
    let verdict = job.run(&mut tx);
    let keeps = verdict == Verdict::Keep && job.access() == Access::Write;
    // Its last statement: other nodes learn with the commit itself that settings are other ones.
    let moved = keeps && tx.changes_settings();
    let is_whole = !moved || meta::settings_moved(&mut tx).is_ok();
    let fault = tx.fault().cloned();
    lines.count_statements(tx.statements());
    match (keeps, is_whole, fault) {
        (true, true, _) => keep(link, lines),
        (true, false, Some(fault)) if !fault.rerun => match link.roll_back() {
            Ok(()) => Ran::Failed(fault),
            Err(_) => Ran::LinkLost(fault),
        },
        (_, _, fault) => undo(link, fault),
    }
}

fn keep(link: &mut Link, lines: &Lines) -> Ran {
    match link.commit() {
        Ok(()) => {
            lines.count_commit();
            metrics::counter!("caduceus_store_writes_total").increment(1);
            Ran::Settled
        }
        Err(fault) if fault.rerun => Ran::Again(fault),
        Err(fault) => Ran::Failed(fault),
    }
}

fn undo(link: &mut Link, fault: Option<Fault>) -> Ran {
    match (fault, link.roll_back()) {
        (Some(fault), Ok(())) if fault.rerun => Ran::Again(fault),
        (_, Ok(())) => Ran::Settled,
        (Some(fault), Err(_)) | (None, Err(fault)) => Ran::LinkLost(fault),
    }
}
