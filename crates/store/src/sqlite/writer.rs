//! The writer: as many closures as wait go into one transaction, and one sync answers them all.
//!
//! Each closure runs in a savepoint, so that its failure or panic undoes it alone. Invariants: no
//! answer before COMMIT returned; a batch that SQLite ended on its own (full disk) is run again
//! closure by closure, so that only the one that does not fit fails.

use std::time::Duration;

use rusqlite::Connection;

use super::checkpoint::Checkpoints;
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

pub(super) fn run(connection: &Connection, lines: &Lines, checkpoints: &Checkpoints) {
    checkpoints.watch(connection);
    let mut patience = None;
    while let Some(batch) = lines.writes.gather(BATCH_MAX, patience) {
        patience = (batch.len() >= CROWD).then_some(PATIENCE);
        commit(connection, batch, lines);
        checkpoints.between_commits(connection);
    }
}

/// One transaction for all; each is answered when it ended.
pub(super) fn commit(connection: &Connection, mut batch: Vec<Box<dyn Job>>, lines: &Lines) {
    match attempt(connection, &mut batch, lines) {
        Ok(()) => batch.into_iter().for_each(|job| job.settle(None)),
        Err(Ended::ByEngine(_)) if batch.len() > 1 => {
            for job in batch {
                commit(connection, vec![job], lines);
            }
        }
        Err(Ended::ByEngine(fault) | Ended::Failed(fault)) => {
            batch.into_iter().for_each(|job| job.settle(Some(&fault)));
        }
    }
}

enum Ended {
    /// SQLite rolled the whole transaction back while a closure ran.
    ByEngine(Fault),
    /// BEGIN or COMMIT failed.
    Failed(Fault),
}

fn attempt(
    connection: &Connection,
    batch: &mut [Box<dyn Job>],
    lines: &Lines,
) -> Result<(), Ended> {
    tell(connection, "BEGIN IMMEDIATE").map_err(Ended::Failed)?;
    let (mut kept, mut settings) = (0u64, false);
    for job in batch.iter_mut() {
        match in_savepoint(connection, job.as_mut()) {
            Ok((Verdict::Keep, changed)) => {
                kept += 1;
                settings |= changed;
            }
            Ok((Verdict::Undo, _)) => {}
            Err(fault) => {
                let ended_already = connection.is_autocommit();
                if !ended_already {
                    undo(connection);
                }
                return Err(Ended::ByEngine(fault));
            }
        }
    }
    let committed = tell(connection, "COMMIT");
    if settings {
        // Whatever became of it, and before anyone is answered.
        lines.settings_changed();
    }
    if let Err(fault) = committed {
        undo(connection);
        return Err(Ended::Failed(fault));
    }
    if kept > 0 {
        lines.count_commit();
        metrics::counter!("caduceus_store_writes_total").increment(kept);
    }
    Ok(())
}

/// Whether its effects stay and whether they touch settings. An error means that the surrounding
/// transaction is gone or cannot go on.
fn in_savepoint(connection: &Connection, job: &mut dyn Job) -> Result<(Verdict, bool), Fault> {
    tell(connection, "SAVEPOINT closure")?;
    let mut tx = Tx::new(Link::Sqlite(connection));
    let verdict = job.run(&mut tx);
    let settings = tx.changes_settings();
    if connection.is_autocommit() {
        let gone = || {
            Fault::new(
                model::Code::StoreUnavailable,
                "sqlite ended the transaction",
            )
        };
        return Err(tx.fault().cloned().unwrap_or_else(gone));
    }
    if verdict == Verdict::Undo {
        tell(connection, "ROLLBACK TO closure")?;
    }
    tell(connection, "RELEASE closure")?;
    Ok((verdict, settings))
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
