//! Copying the log into the database, beside the writer, so that no answer waits for it.
//!
//! A copier thread does the bulk while commits go on; when it is done the writer copies the little
//! that came since, between two transactions, and SQLite starts the log anew. Invariant: the log is
//! bounded, since beyond [`PAGES_MAX`] the writer waits for the copier.

use std::cell::Cell;
use std::ffi::c_int;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;
use rusqlite::hooks::Wal;

use crate::fault::Fault;

/// Pages in the log after which copying begins: 16 MiB. A page that was written often is copied once.
const PAGES_MIN: c_int = 4_000;
/// Pages in the log above which commits wait: 64 MiB.
const PAGES_MAX: c_int = 16_000;

thread_local! {
    /// Told by SQLite after each commit of this thread's connection.
    static PAGES: Cell<c_int> = const { Cell::new(0) };
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Stage {
    #[default]
    Idle,
    Copying,
    Copied,
}

#[derive(Default)]
struct Progress {
    stage: Mutex<Stage>,
    changed: Condvar,
}

/// The writer's end.
pub(super) struct Checkpoints {
    progress: Arc<Progress>,
    wanted: Sender<()>,
}

/// The copier's end.
pub(super) struct Copier {
    progress: Arc<Progress>,
    wanted: Receiver<()>,
}

pub(super) fn pair() -> (Checkpoints, Copier) {
    let progress = Arc::new(Progress::default());
    let (ask, wanted) = channel();
    (
        Checkpoints {
            progress: Arc::clone(&progress),
            wanted: ask,
        },
        Copier { progress, wanted },
    )
}

impl Copier {
    /// Copies whenever asked, until the writer's end is gone.
    pub(super) fn run(&self, connection: &Connection) {
        while self.wanted.recv().is_ok() {
            copy(connection);
            self.progress.enter(Stage::Copied);
        }
        // A writer that waits must not wait for a copier that ended.
        self.progress.enter(Stage::Copied);
    }
}

impl Checkpoints {
    /// To be called on the writer's thread before its first commit.
    pub(super) fn watch(&self, writer: &Connection) {
        writer.wal_hook(Some(|_: &Wal, pages: c_int| {
            PAGES.set(pages);
            Ok(())
        }));
    }

    /// To be called between two transactions, after the answers of the first.
    pub(super) fn between_commits(&self, writer: &Connection) {
        let pages = PAGES.get();
        match self.progress.stage() {
            Stage::Copied => self.finish(writer),
            Stage::Idle if pages >= PAGES_MIN => {
                self.progress.enter(Stage::Copying);
                if self.wanted.send(()).is_err() {
                    self.finish(writer);
                }
            }
            Stage::Copying if pages >= PAGES_MAX => {
                self.progress.wait_while_copying();
                self.finish(writer);
            }
            Stage::Idle | Stage::Copying => {}
        }
    }

    fn finish(&self, writer: &Connection) {
        copy(writer);
        self.progress.enter(Stage::Idle);
    }
}

impl Progress {
    fn stage(&self) -> Stage {
        *self.lock()
    }
    fn enter(&self, stage: Stage) {
        *self.lock() = stage;
        self.changed.notify_all();
    }
    fn wait_while_copying(&self) {
        let waited = self
            .changed
            .wait_while(self.lock(), |stage| *stage == Stage::Copying);
        drop(waited.unwrap_or_else(PoisonError::into_inner));
    }
    fn lock(&self) -> MutexGuard<'_, Stage> {
        self.stage.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Copies what no reader holds back and syncs the database. On a full disk the log stays as it is.
fn copy(connection: &Connection) {
    let done = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
    if let Err(error) = done {
        let fault = Fault::sqlite(&error, "checkpoint");
        tracing::warn!(?fault, "the log could not be copied into the database");
    }
}
