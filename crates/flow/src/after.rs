//! After the commit: what committed state asks for, fed by the outbox, never by hand.
//!
//! An entry is read, its work done outside any transaction, and its result written by the
//! transaction that removes the entry: a crash in between repeats the work, never loses or doubles
//! its effect.

mod fallback;
mod report;
mod seal;

use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};

use model::{Error, Fault, Result};
use store::tables::events::{self, OutboxRow};

use crate::Flow;

/// A decided message waits to be sealed and enqueued.
pub(crate) const SEAL: &str = "seal";
/// A recipient's server stayed below the demand: make a notice.
pub(crate) const FALLBACK: &str = "fallback";
/// A recipient could not be reached: tell the sender.
pub(crate) const REPORT: &str = "report";

const BATCH: usize = 64;

/// Works through the oldest entries; gives how many it finished.
pub(crate) fn run_outbox(flow: &Flow) -> Result<usize> {
    let rows = flow.world().store.read(|tx| events::peek(tx, BATCH))?;
    let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let failed: Mutex<Option<Error>> = Mutex::new(None);
    let worker = || {
        while let Some(row) = rows.get(next.fetch_add(1, Ordering::Relaxed)) {
            match run_one(flow, row) {
                Ok(()) => _ = done.fetch_add(1, Ordering::Relaxed),
                Err(error) => note(row, error, &failed),
            }
        }
    };
    let threads = flow.settings().seal_threads.min(rows.len());
    if threads <= 1 {
        worker();
    } else {
        std::thread::scope(|scope| (0..threads).for_each(|_| _ = scope.spawn(worker)));
    }
    match failed.into_inner().unwrap_or_else(PoisonError::into_inner) {
        // One bad entry must not stop the others; the store being away stops all.
        Some(error) if done.load(Ordering::Relaxed) == 0 => Err(error),
        _ => Ok(done.into_inner()),
    }
}

fn run_one(flow: &Flow, row: &OutboxRow) -> Result<()> {
    match row.topic.as_str() {
        SEAL => seal::run(flow, row),
        FALLBACK => fallback::run(flow, row),
        REPORT => report::run(flow, row),
        _ => Err(model::Code::StoredDataInvalid.into()),
    }
}

fn note(row: &OutboxRow, error: Error, failed: &Mutex<Option<Error>>) {
    tracing::warn!(topic = row.topic, position = row.position, code = %error.code(), "work after a commit failed");
    let ours = error.code().row().fault == Fault::Ours;
    let mut slot = failed.lock().unwrap_or_else(PoisonError::into_inner);
    if ours || slot.is_none() {
        *slot = Some(error);
    }
}

/// Removes an entry that asks for nothing any more.
fn drop_entry(flow: &Flow, row: &OutboxRow) -> Result<()> {
    let position = row.position;
    flow.world()
        .store
        .write(move |tx| events::done(tx, position).map(drop))
}
