//! What is heard of a sender beside its mail: bounces and complaints that come later, wrong passwords and keys.
//!
//! Invariant: what cannot be looked up now is looked up by the next beat; more than a limit counts for nobody.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use model::{Code, MessageId, Mode, OrganisationId, RecipientId, Result, limits};
use policy::risk::Counters;
use store::tables::messages;

use super::{ORGANISATION, SenderKind, Watch, subjects};
use crate::Flow;

/// Something that came back.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Heard {
    Bounce,
    Complaint,
}

type Waiting = (OrganisationId, MessageId, RecipientId, Heard);

#[derive(Default)]
pub(super) struct Pile(Mutex<BTreeSet<Waiting>>);

impl Pile {
    fn put(&self, more: impl IntoIterator<Item = Waiting>) {
        let mut pile = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let room = limits::RISK_HEARD_MAX.saturating_sub(pile.len());
        pile.extend(more.into_iter().take(room));
    }
    fn take(&self) -> BTreeSet<Waiting> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Watch {
    /// Of a message that went out: its sender is looked up by the next beat.
    /// Of a recipient it counts once until then, so that a transaction that ran again counts nothing twice.
    pub(crate) fn heard(
        &self,
        organisation: OrganisationId,
        (message, recipient): (MessageId, RecipientId),
        what: Heard,
    ) {
        self.heard.put([(organisation, message, recipient, what)]);
    }
}

impl Flow {
    /// How often each person or program was refused at a door since the last call.
    pub fn note_failed_sign_ins(&self, failed: Vec<(OrganisationId, String, u32)>) {
        let now = self.world().now();
        for (organisation, subject, times) in failed {
            for whose in [subject, ORGANISATION.to_owned()] {
                let count = |counts: &mut Counters| {
                    counts.failed_sign_ins = counts.failed_sign_ins.saturating_add(times);
                };
                self.watch().counted.note((organisation, whose), now, count);
            }
        }
    }

    /// Counts what came back for those who sent it.
    pub(super) fn count_heard(&self) -> Result<()> {
        let (mut later, mut failed) = (BTreeSet::new(), Ok(()));
        for next in self.watch().heard.take() {
            let (organisation, id, _, what) = next;
            let store = &self.world().store;
            let message = match store.read(move |tx| messages::load(tx, id, organisation)) {
                Ok(message) => message,
                Err(error) if is_for_ever(error.code()) => continue,
                Err(error) => {
                    later.insert(next);
                    failed = Err(error);
                    continue;
                }
            };
            let counts = message.mode == Mode::Live && SenderKind::of(&message.actor).climbs();
            if !counts {
                continue;
            }
            for subject in subjects(&message.actor, message.stream) {
                let count = |counts: &mut Counters| match what {
                    Heard::Bounce => counts.bounces = counts.bounces.saturating_add(1),
                    Heard::Complaint => counts.complaints = counts.complaints.saturating_add(1),
                };
                let (whose, now) = ((organisation, subject), self.world().now());
                self.watch().counted.note(whose, now, count);
            }
        }
        self.watch().heard.put(later);
        failed
    }
}

/// Asked again, it would be no other.
fn is_for_ever(code: Code) -> bool {
    matches!(
        code,
        Code::NotFound | Code::StoredDataInvalid | Code::KeyDestroyed
    )
}
