//! How much of memory the messages on their way in may take together.
//!
//! Invariant: what the shares hold never sums to more than the budget, and a share gives back what it
//! holds when it is dropped, however its session ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

#[derive(Clone)]
pub(crate) struct Budget(Arc<Inner>);

struct Inner {
    octets_max: usize,
    taken: AtomicUsize,
}

/// One session's part of it.
pub(crate) struct Share {
    budget: Budget,
    octets: usize,
}

impl Budget {
    pub fn new(octets_max: usize) -> Self {
        Self(Arc::new(Inner {
            octets_max,
            taken: AtomicUsize::new(0),
        }))
    }

    /// An empty part.
    pub fn share(&self) -> Share {
        Share {
            budget: self.clone(),
            octets: 0,
        }
    }
}

impl Share {
    /// Takes or gives back until it is `octets`. False, and nothing is changed, when there is not so
    /// much left.
    pub fn resize(&mut self, octets: usize) -> bool {
        let inner = &self.budget.0;
        if octets <= self.octets {
            inner
                .taken
                .fetch_sub(self.octets - octets, Ordering::AcqRel);
        } else {
            let more = octets - self.octets;
            let fits = |taken: usize| {
                taken
                    .checked_add(more)
                    .filter(|sum| *sum <= inner.octets_max)
            };
            if inner
                .taken
                .fetch_update(Ordering::AcqRel, Ordering::Acquire, fits)
                .is_err()
            {
                return false;
            }
        }
        self.octets = octets;
        let taken = inner.taken.load(Ordering::Acquire);
        metrics::gauge!("smtp_octets_in_memory").set(taken as f64);
        true
    }
}

impl Share {
    /// As [`Self::resize`], but gives nothing back.
    pub fn grow_to(&mut self, octets: usize) -> bool {
        octets <= self.octets || self.resize(octets)
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.resize(0);
    }
}

#[cfg(test)]
mod tests;
