//! After the commit: what committed state asks for, fed by the outbox, never by hand.
//!
//! An entry is read, its work done outside any transaction, and its result written by the
//! transaction that removes the entry: a crash in between repeats the work, never loses or doubles
//! its effect.

mod delay;
mod fallback;
mod held;
mod release;
mod report;
mod seal;
mod unsealable;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};

use model::{Error, Fault, Result};
use store::tables::events::{self, OutboxRow};

use crate::Flow;
use crate::enqueue::Enqueuing;

/// A decided message waits to be sealed and enqueued.
pub(crate) const SEAL: &str = "seal";
/// A recipient's server stayed below the demand: make a notice.
pub(crate) const FALLBACK: &str = "fallback";
/// A recipient could not be reached: tell the sender.
pub(crate) const REPORT: &str = "report";
/// It was handed on to where success is not reported: tell the sender who asked.
pub(crate) const REPORT_RELAYED: &str = "report_relayed";
/// The recipient's server said that it is in the mailbox: tell the sender who asked.
pub(crate) const REPORT_DELIVERED: &str = "report_delivered";
/// It waits for long: tell the sender.
pub(crate) const REPORT_DELAYED: &str = "report_delayed";

/// A recipient is held: tell those whom the rule names.
pub(crate) const HELD: &str = "held";
/// A sender was restricted: tell its owner and who answers for security.
pub(crate) const RESTRICTED: &str = "restricted";
/// A held recipient was released.
pub(crate) const RELEASE: &str = "release";

/// A list of suppressed addresses is taken in, a batch at a time.
pub(crate) const IMPORT: &str = "import";
/// A version of the rules is tried on what was decided, some pages at a time.
pub(crate) const TRIAL: &str = "trial";

pub(crate) use delay::forget_report_hours;
pub(crate) use held::Waiting;
pub(crate) use report::Allowance;

const BATCH: usize = 64;

/// Commits that one thread may have under way while it goes on sealing.
const AHEAD: usize = 8;

/// Works through the oldest entries that can be worked; gives how many it finished. Entries that fail
/// are passed over, so that they never stand in the way of younger ones.
pub(crate) fn run_outbox(flow: &Flow) -> Result<usize> {
    let (mut after, mut first_error) = (i64::MIN, None);
    loop {
        let rows = flow
            .world()
            .store
            .read(move |tx| events::peek(tx, after, BATCH))?;
        let Some(last) = rows.last() else {
            return first_error.map_or(Ok(0), Err);
        };
        after = last.position;
        let (done, failed) = look(flow, &rows);
        if done > 0 {
            return Ok(done);
        }
        first_error = first_error.or(failed);
    }
}

/// Works on some entries; gives how many it finished and an error of the others.
fn look(flow: &Flow, rows: &[OutboxRow]) -> (usize, Option<Error>) {
    let threads = flow.settings().seal_threads.min(rows.len());
    let turn = Turn {
        flow,
        rows,
        // One thread alone does one thing after another, so that a simulation is the same each time.
        ahead: if threads <= 1 { 1 } else { AHEAD },
        next: AtomicUsize::new(0),
        done: AtomicUsize::new(0),
        failed: Mutex::new(None),
    };
    if threads <= 1 {
        turn.work();
    } else {
        std::thread::scope(|scope| (0..threads).for_each(|_| _ = scope.spawn(|| turn.work())));
    }
    let failed = turn.failed.into_inner();
    (
        turn.done.into_inner(),
        failed.unwrap_or_else(PoisonError::into_inner),
    )
}

/// One look at the outbox, shared by its threads.
struct Turn<'a> {
    flow: &'a Flow,
    rows: &'a [OutboxRow],
    ahead: usize,
    next: AtomicUsize,
    done: AtomicUsize,
    failed: Mutex<Option<Error>>,
}

impl Turn<'_> {
    fn work(&self) {
        let mut begun = Vec::with_capacity(self.ahead);
        while let Some(row) = self.rows.get(self.next.fetch_add(1, Ordering::Relaxed)) {
            // A panic over one entry is that entry's failure; the others go on.
            let begun_one = catch_unwind(AssertUnwindSafe(|| begin(self.flow, row)));
            match begun_one.unwrap_or_else(|_| Err(model::Code::Internal.into())) {
                Ok(Some(enqueuing)) => begun.push((row, enqueuing)),
                Ok(None) => self.ended(row, Ok(())),
                Err(error) => self.ended(row, Err(error)),
            }
            if begun.len() == self.ahead {
                self.end(&mut begun);
            }
        }
        self.end(&mut begun);
    }

    fn end(&self, begun: &mut Vec<(&OutboxRow, Enqueuing)>) {
        for (row, enqueuing) in begun.drain(..) {
            self.ended(row, enqueuing.end(self.flow).map(drop));
        }
    }

    fn ended(&self, row: &OutboxRow, result: Result<()>) {
        match result {
            Ok(()) => _ = self.done.fetch_add(1, Ordering::Relaxed),
            Err(error) => match unsealable::end(self.flow, row, error) {
                Ok(()) => _ = self.done.fetch_add(1, Ordering::Relaxed),
                Err(error) => note(row, error, &self.failed),
            },
        }
    }
}

/// Does the work of an entry; `None` when all of it is stored already.
fn begin(flow: &Flow, row: &OutboxRow) -> Result<Option<Enqueuing>> {
    match row.topic.as_str() {
        SEAL => seal::run(flow, row),
        FALLBACK => fallback::run(flow, row),
        REPORT => report::run(flow, row, report::About::Failure),
        REPORT_RELAYED => report::run(flow, row, report::About::Relayed),
        REPORT_DELIVERED => report::run(flow, row, report::About::Delivered),
        REPORT_DELAYED => report::run(flow, row, report::About::Delay),
        HELD => held::run(flow, row),
        RESTRICTED => crate::risk::tell(flow, row),
        RELEASE => release::run(flow, row),
        IMPORT => crate::suppression::job::run(flow, row).map(|()| None),
        TRIAL => crate::rules::run_trial(flow, row).map(|()| None),
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
pub(crate) fn drop_entry(flow: &Flow, row: &OutboxRow) -> Result<Option<Enqueuing>> {
    let position = row.position;
    flow.world()
        .store
        .write(move |tx| events::done(tx, position).map(drop))?;
    Ok(None)
}
