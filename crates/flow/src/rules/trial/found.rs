//! What a trial found so far, as it is stored between two steps.
//!
//! Invariant: ids of messages, ids of rules, words of methods and counts; nothing that an officer wrote and no
//! address.

use std::collections::BTreeMap;

use model::{Code, Error, MessageId, Result};
use policy::{MessageFacts, RecipientFacts, Rules, Simulation, StoredFacts};
use serde::{Deserialize, Serialize};
use store::tables::recipients;

use super::Changed;

/// Examples of each change that are named.
const EXAMPLES_MAX: usize = 5;

#[derive(Default, Serialize, Deserialize)]
pub(super) struct Found {
    pub simulation: Simulation,
    /// The messages that the simulation names, by their places in it.
    pub examples: BTreeMap<u64, MessageId>,
    pub unknown: u64,
    /// Addresses that were opened for their domains.
    pub opened: u64,
    pub cut: bool,
}

/// What is on record beside the stored facts.
pub(super) struct OnRecord {
    /// Of the recipient's address.
    pub domain: Option<String>,
    pub keys: crate::keys::States,
}

impl Found {
    pub(super) fn read(stored: &str) -> Result<Self> {
        serde_json::from_str(stored).map_err(|_| Error::new(Code::StoredDataInvalid))
    }

    pub(super) fn stored(&self) -> Result<String> {
        serde_json::to_string(self).map_err(|e| Error::new(Code::Internal).because(e))
    }

    /// Decides again and counts.
    pub(super) fn look(
        &mut self,
        row: &recipients::Decided,
        more: OnRecord,
        (current, draft): (&Rules, &Rules),
    ) {
        let Some(mut stored) = facts(row) else {
            self.unknown += 1;
            return;
        };
        self.opened += u64::from(more.domain.is_some());
        stored.recipient.domain = more.domain;
        // A state that was asked for then stands; else what is on record now.
        let recipient = &mut stored.recipient;
        if recipient.smime == policy::KeyState::None {
            recipient.smime = more.keys.smime;
        }
        if recipient.pgp == policy::KeyState::None {
            recipient.pgp = more.keys.pgp;
        }
        let place = self.simulation.total;
        self.simulation.add(&stored, current, draft);
        // What senders would have been shown is an officer's text.
        self.simulation.warnings.clear();
        let mut moves = self.simulation.moves.iter();
        if moves.any(|moved| moved.examples.last() == Some(&place)) {
            self.examples.insert(place, row.message);
        }
    }

    /// How many decisions were looked at.
    pub(super) fn done(&self) -> u64 {
        self.simulation.total + self.unknown
    }

    pub(super) fn changed(&self) -> Vec<Changed> {
        let named = |places: &[u64]| {
            let ids = places.iter().filter_map(|at| self.examples.get(at));
            let mut ids: Vec<MessageId> = ids.copied().collect();
            ids.dedup();
            ids.truncate(EXAMPLES_MAX);
            ids
        };
        let changed = self.simulation.moves.iter().map(|moved| Changed {
            from: moved.from,
            to: moved.to,
            count: moved.count,
            examples: named(&moved.examples),
        });
        changed.collect()
    }
}

/// What was known then; nothing for what was stored before facts were.
fn facts(row: &recipients::Decided) -> Option<StoredFacts> {
    #[derive(Deserialize)]
    struct Kept {
        facts: serde_json::Value,
    }
    #[derive(Deserialize)]
    struct Stored {
        recipient: RecipientFacts,
    }
    let kept: Kept = serde_json::from_str(&row.findings).ok()?;
    let message = kept.facts.is_object().then_some(kept.facts)?;
    let message: MessageFacts = serde_json::from_value(message).ok()?;
    let trace = crate::pack::unpack_text(&row.trace).ok()?;
    let stored: Stored = serde_json::from_slice(&trace).ok()?;
    Some(StoredFacts {
        message,
        recipient: stored.recipient,
    })
}
