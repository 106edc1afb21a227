//! What DNS was asked during one attempt, for its evidence.

use std::sync::{Mutex, PoisonError};

use model::{DnsSeen, limits};

#[derive(Default)]
pub(crate) struct Asked(Mutex<Vec<DnsSeen>>);

impl Asked {
    pub fn note(&self, seen: DnsSeen) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() == limits::DNS_QUESTIONS_TOLD_MAX {
            return;
        }
        let told: usize = all.iter().map(DnsSeen::octets).sum();
        let fits = told + seen.octets() <= limits::DNS_TOLD_OCTETS_MAX;
        all.push(if fits { seen } else { seen.untold() });
    }

    pub fn into_all(self) -> Vec<DnsSeen> {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}
