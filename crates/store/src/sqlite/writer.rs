//! The writer: as many closures as wait go into one transaction, and one sync answers them all.
//!
//! They run without a savepoint first, since few fail after they changed something: then all is undone
//! and run again with a savepoint each, so that a failure or panic undoes its closure alone.
//! Invariants: no answer before COMMIT returned; a batch that SQLite ended on its own (full disk) is
//! run again closure by closure, so that only the one that does not fit fails.

use std::time::Duration;

use rusqlite::Connection;

use super::checkpoint::Checkpoints;
use super::{Prepare, Prepared};
use crate::fault::Fault;
use crate::jobs::{Gather, Job, Verdict};
use crate::store::Lines;
use crate::tx::{Link, Tx};

/// Closures per commit: bounds how long the first one waits for the last.
const BATCH_MAX: usize = 256;
/// Closures in a commit that tell of many callers. A commit writes each page it touches anew,
/// enciphered and whole, whether one closure touched it or fifty: under load it pays to wait for
/// more, and alone nobody waits.
const CROWD: usize = 4;
const PATIENCE: Gather = Gather {
    enough: 64,
    wait: Duration::from_millis(3),
};

pub(super) fn run(on: &Prepared<'_>, lines: &Lines, checkpoints: &Checkpoints) {
    let connection = on.connection();
    checkpoints.watch(connection);
    let mut patience = None;
    while let Some(batch) = lines.writes.gather(BATCH_MAX, patience) {
        patience = (batch.len() >= CROWD).then_some(PATIENCE);
        commit(on, batch, lines);
        checkpoints.between_commits(connection);
    }
}

/// One transaction for all; each is answered when it ended.
pub(super) fn commit(on: &Prepared<'_>, mut batch: Vec<Box<dyn Job>>, lines: &Lines) {
    let mut ended = attempt(on, &mut batch, lines, Care::Batch);
    if matches!(ended, Err(Ended::Undone)) && batch.len() > 1 {
        ended = attempt(on, &mut batch, lines, Care::Closure);
    }
    match ended {
        // Of one that was undone its own error is the answer.
        Ok(()) | Err(Ended::Undone) => batch.into_iter().for_each(|job| job.settle(None)),
        Err(Ended::ByEngine(_)) if batch.len() > 1 => {
            for job in batch {
                commit(on, vec![job], lines);
            }
        }
        Err(Ended::ByEngine(fault) | Ended::Failed(fault)) => {
            batch.into_iter().for_each(|job| job.settle(Some(&fault)));
        }
    }
}

/// What can be undone while a transaction runs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Care {
    /// All of it.
    Batch,
    /// Each closure alone. A savepoint copies every page that is written after it.
    Closure,
}

enum Ended {
    /// A closure failed after it changed something, and nothing less than all could be undone.
    Undone,
    /// SQLite rolled the whole transaction back while a closure ran.
    ByEngine(Fault),
    /// BEGIN or COMMIT failed.
    Failed(Fault),
}

fn attempt(
    on: &Prepared<'_>,
    batch: &mut [Box<dyn Job>],
    lines: &Lines,
    care: Care,
) -> Result<(), Ended> {
    let connection = on.connection();
    tell(connection, "BEGIN IMMEDIATE").map_err(Ended::Failed)?;
    let mut told = Told::default();
    let ended = run_all(on, batch, care, &mut told)
        .and_then(|()| tell(connection, "COMMIT").map_err(Ended::Failed));
    if told.settings {
        // Whatever became of it, and before anyone is answered.
        lines.settings_changed();
    }
    if let Err(ended) = ended {
        undo(connection);
        return Err(ended);
    }
    if told.kept > 0 {
        lines.count_commit();
        metrics::counter!("caduceus_store_writes_total").increment(told.kept);
    }
    Ok(())
}

/// What is known of a transaction's closures so far.
#[derive(Default)]
struct Told {
    kept: u64,
    /// One of them touched settings.
    settings: bool,
}

fn run_all(
    on: &Prepared<'_>,
    batch: &mut [Box<dyn Job>],
    care: Care,
    told: &mut Told,
) -> Result<(), Ended> {
    for job in batch {
        let verdict = match care {
            Care::Batch => run_plainly(on, job.as_mut(), told)?,
            Care::Closure => in_savepoint(on, job.as_mut(), told)?,
        };
        told.kept += u64::from(verdict == Verdict::Keep);
    }
    Ok(())
}

/// One that fails before it changed anything leaves nothing to undo.
fn run_plainly(on: &Prepared<'_>, job: &mut dyn Job, told: &mut Told) -> Result<Verdict, Ended> {
    let before = on.connection().total_changes();
    let verdict = run_one(on, job, told)?;
    if verdict == Verdict::Undo && on.connection().total_changes() != before {
        return Err(Ended::Undone);
    }
    Ok(verdict)
}

fn in_savepoint(on: &Prepared<'_>, job: &mut dyn Job, told: &mut Told) -> Result<Verdict, Ended> {
    let tell = |sql| tell(on.connection(), sql).map_err(Ended::ByEngine);
    tell("SAVEPOINT closure")?;
    let verdict = run_one(on, job, told)?;
    if verdict == Verdict::Undo {
        tell("ROLLBACK TO closure")?;
    }
    tell("RELEASE closure")?;
    Ok(verdict)
}

/// An error means that the surrounding transaction is gone.
fn run_one(on: &Prepared<'_>, job: &mut dyn Job, told: &mut Told) -> Result<Verdict, Ended> {
    let mut tx = Tx::new(Link::Sqlite(on));
    let verdict = job.run(&mut tx);
    told.settings |= tx.changes_settings();
    if on.connection().is_autocommit() {
        let gone = || {
            Fault::new(
                model::Code::StoreUnavailable,
                "sqlite ended the transaction",
            )
        };
        return Err(Ended::ByEngine(tx.fault().cloned().unwrap_or_else(gone)));
    }
    Ok(verdict)
}

fn undo(connection: &Connection) {
    if !connection.is_autocommit()
        && let Err(fault) = tell(connection, "ROLLBACK")
    {
        tracing::error!(?fault, "rollback failed");
    }
}

fn tell(connection: &Connection, sql: &'static str) -> Result<(), Fault> {
    let told = connection
        .prepare_cached(sql)
        .and_then(|mut s| s.raw_execute());
    told.map(drop).map_err(|e| Fault::sqlite(&e, sql))
}
