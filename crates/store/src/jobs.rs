//! Closures waiting for a store thread, and what becomes of them.
//!
//! Invariant: a job that entered is settled once, after its transaction ended, whatever happened;
//! a job may run several times before (FnMut), and only its last run counts.

use std::cell::Cell;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use model::{Code, Error, Result};

use crate::fault::Fault;
use crate::pending::{Answer, Pending, pair};
use crate::tx::Tx;

/// Waiting closures above which new ones are refused as `Overloaded`.
const WAITING_MAX: usize = 20_000;

/// Whether a closure's effects are to stay.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Keep,
    Undo,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    Read,
    Write,
}

pub(crate) trait Job: Send {
    fn access(&self) -> Access;
    /// Runs the closure; panics inside become errors.
    fn run(&mut self, tx: &mut Tx<'_>) -> Verdict;
    /// Answers: with the closure's own result, or with `failure` where that result was a success.
    fn settle(self: Box<Self>, failure: Option<&Fault>);
}

struct Work<T, F> {
    access: Access,
    closure: F,
    result: Option<Result<T>>,
    panicked: bool,
    answer: Answer<T>,
}

/// A closure as a job, and the way to its answer.
pub(crate) fn job<T, F>(access: Access, closure: F) -> (Box<dyn Job>, Pending<T>)
where
    T: Send + 'static,
    F: FnMut(&mut Tx<'_>) -> Result<T> + Send + 'static,
{
    let (answer, pending) = pair();
    (
        Box::new(Work {
            access,
            closure,
            result: None,
            panicked: false,
            answer,
        }),
        pending,
    )
}

impl<T: Send, F: FnMut(&mut Tx<'_>) -> Result<T> + Send> Job for Work<T, F> {
    fn access(&self) -> Access {
        self.access
    }

    fn run(&mut self, tx: &mut Tx<'_>) -> Verdict {
        // What the closure captured may be half changed after a panic: it is never run again.
        if self.panicked {
            return Verdict::Undo;
        }
        let ran = catch_unwind(AssertUnwindSafe(|| (self.closure)(tx)));
        let result = match (ran, tx.fault()) {
            (Err(_), _) => {
                self.panicked = true;
                Err(Error::new(Code::Internal).because("a transaction panicked"))
            }
            (Ok(Ok(_)), Some(fault)) => Err(fault.into()),
            (Ok(result), _) => result,
        };
        let verdict = if result.is_ok() {
            Verdict::Keep
        } else {
            Verdict::Undo
        };
        self.result = Some(result);
        verdict
    }

    fn settle(self: Box<Self>, failure: Option<&Fault>) {
        let answer = match (self.result, failure) {
            (Some(Err(own)), _) => Err(own),
            (_, Some(fault)) => Err(fault.into()),
            (Some(Ok(value)), None) => Ok(value),
            (None, None) => Err(Error::new(Code::StoreUnavailable).because("never run")),
        };
        self.answer.say(answer);
    }
}

thread_local! {
    static STORE_THREAD: Cell<bool> = const { Cell::new(false) };
}

/// Marks this thread as one that runs transactions.
pub(crate) fn enter_store_thread() {
    STORE_THREAD.with(|mark| mark.set(true));
}

pub(crate) fn on_store_thread() -> bool {
    STORE_THREAD.with(Cell::get)
}

/// First in, first out, for any number of threads on both ends.
#[derive(Default)]
pub(crate) struct Jobs {
    line: Mutex<Line>,
    arrived: Condvar,
}

#[derive(Default)]
struct Line {
    waiting: VecDeque<Box<dyn Job>>,
    /// Whoever takes is told when so many wait; 0 is as 1.
    wanted: usize,
    closed: bool,
}

/// Patience of a taker: for more to come, so that one sync answers them all.
#[derive(Clone, Copy)]
pub(crate) struct Gather {
    /// So many are enough at once.
    pub enough: usize,
    pub wait: Duration,
}

impl Jobs {
    /// Adds a job, or settles it at once when it cannot be taken.
    pub(crate) fn push(&self, job: Box<dyn Job>) {
        let mut line = self.lock();
        let refusal = match (line.closed, line.waiting.len() >= WAITING_MAX) {
            (true, _) => Fault::new(Code::StoreUnavailable, "the store is closed"),
            (_, true) => Fault::new(Code::Overloaded, "too many transactions wait"),
            _ => {
                line.waiting.push_back(job);
                let enough = line.waiting.len() >= line.wanted;
                drop(line);
                if enough {
                    self.arrived.notify_one();
                }
                return;
            }
        };
        drop(line);
        job.settle(Some(&refusal));
    }

    /// Waits for work and takes up to `max` of it; `None` once closed and empty.
    pub(crate) fn take(&self, max: usize) -> Option<Vec<Box<dyn Job>>> {
        let mut line = self.lock();
        loop {
            if !line.waiting.is_empty() {
                let count = line.waiting.len().min(max);
                return Some(line.waiting.drain(..count).collect());
            }
            if line.closed {
                return None;
            }
            line = self
                .arrived
                .wait(line)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// The same for the only taker of a line, which lets more come first where it has the patience.
    pub(crate) fn gather(&self, max: usize, patience: Option<Gather>) -> Option<Vec<Box<dyn Job>>> {
        if let Some(Gather { enough, wait }) = patience {
            let mut line = self.lock();
            if !line.closed && line.waiting.len() < enough {
                line.wanted = enough;
                let few = |line: &mut Line| !line.closed && line.waiting.len() < enough;
                let (mut line, _) = self
                    .arrived
                    .wait_timeout_while(line, wait, few)
                    .unwrap_or_else(PoisonError::into_inner);
                line.wanted = 0;
            }
        }
        self.take(max)
    }

    /// Takes no more; what waits is still done.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.arrived.notify_all();
    }

    /// Takes no more and answers all that waits.
    pub(crate) fn abandon(&self) {
        self.close();
        let left = std::mem::take(&mut self.lock().waiting);
        let fault = Fault::new(Code::StoreUnavailable, "the store has stopped");
        for job in left {
            job.settle(Some(&fault));
        }
    }

    fn lock(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
