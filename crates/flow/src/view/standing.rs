//! How it stands with one recipient, in the words of the proof: the same that the file says, and its check.

use ledger::bundle::{self, Step, Tongue};
use model::RecipientId;

use super::EventView;

/// What can be proved, in fixed sentences.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// `S0` to `S4`.
    pub level: &'static str,
    pub english: Vec<&'static str>,
    pub spanish: Vec<&'static str>,
}

impl Standing {
    /// Of the events of a message, oldest first; none for what was never accepted for this recipient.
    pub fn of(events: &[EventView], recipient: RecipientId) -> Option<Self> {
        let own = events.iter().filter(|e| e.recipient == Some(recipient));
        let steps = own.map(|event| Step {
            kind: &event.kind,
            facts: &event.facts,
        });
        let standing = bundle::Standing::of(steps)?;
        Some(Self {
            level: standing.level.word(),
            english: standing.sentences(Tongue::English),
            spanish: standing.sentences(Tongue::Spanish),
        })
    }
}
