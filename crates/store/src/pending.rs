//! An answer that is on its way: wait for it on a thread, or await it on any runtime.
//!
//! Invariant: every `Pending` is answered. An `Answer` that is dropped unsaid (its thread died)
//! says `StoreUnavailable`.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

use model::{Code, Error, Result};

use crate::jobs;

struct Slot<T> {
    answer: Option<Result<T>>,
    waker: Option<Waker>,
}

struct Shared<T> {
    slot: Mutex<Slot<T>>,
    said: Condvar,
}

/// The asking side. Dropping it does not stop the work.
#[must_use = "the work is done, but its answer is lost"]
pub struct Pending<T>(Arc<Shared<T>>);

/// The answering side.
pub(crate) struct Answer<T>(Option<Arc<Shared<T>>>);

pub(crate) fn pair<T>() -> (Answer<T>, Pending<T>) {
    let slot = Mutex::new(Slot {
        answer: None,
        waker: None,
    });
    let shared = Arc::new(Shared {
        slot,
        said: Condvar::new(),
    });
    (Answer(Some(Arc::clone(&shared))), Pending(shared))
}

impl<T> Answer<T> {
    pub(crate) fn say(mut self, answer: Result<T>) {
        self.put(answer);
    }

    fn put(&mut self, answer: Result<T>) {
        let Some(shared) = self.0.take() else { return };
        let waker = {
            let mut slot = shared.slot.lock().unwrap_or_else(PoisonError::into_inner);
            slot.answer = Some(answer);
            slot.waker.take()
        };
        shared.said.notify_one();
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl<T> Drop for Answer<T> {
    fn drop(&mut self) {
        self.put(Err(
            Error::new(Code::StoreUnavailable).because("the store has stopped")
        ));
    }
}

impl<T> Pending<T> {
    /// Blocks the calling thread. Inside a transaction it fails at once, since it would wait for
    /// itself.
    pub fn wait(self) -> Result<T> {
        if jobs::on_store_thread() {
            let cause = "a transaction was waited for inside a transaction";
            return Err(Error::new(Code::Internal).because(cause));
        }
        let mut slot = self.0.slot.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(answer) = slot.answer.take() {
                return answer;
            }
            slot = self
                .0
                .said
                .wait(slot)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl<T> Future for Pending<T> {
    type Output = Result<T>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut slot = self.0.slot.lock().unwrap_or_else(PoisonError::into_inner);
        match slot.answer.take() {
            Some(answer) => Poll::Ready(answer),
            None => {
                slot.waker = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }
}
