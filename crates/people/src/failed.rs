//! Wrong passwords and keys since somebody last asked, by whose they were: what unusual sending is judged by.
//!
//! In memory: a crash loses a minute of them, and the log has them all the same. Invariant: only who exists
//! is counted, so there are no more rows than people and programs.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use model::OrganisationId;

use crate::People;

#[derive(Default)]
pub(crate) struct Failed(Mutex<HashMap<(OrganisationId, String), u32>>);

impl Failed {
    pub(crate) fn note(&self, organisation: OrganisationId, whose: impl ToString) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry((organisation, whose.to_string())).or_default();
        *count = count.saturating_add(1);
    }
}

impl People {
    /// How often each of them was refused since the last call.
    pub fn take_failed_sign_ins(&self) -> Vec<(OrganisationId, String, u32)> {
        let mut counts = self.failed.0.lock().unwrap_or_else(PoisonError::into_inner);
        let counts = std::mem::take(&mut *counts).into_iter();
        counts
            .map(|((organisation, whose), count)| (organisation, whose, count))
            .collect()
    }
}
