//! The proof bundle of one recipient: what an auditor checks offline.

use ctx::{Action, Ctx, Event};
use ledger::bundle::Bundle;
use model::{Code, EventId, Result, RecipientId};
use store::tables::{events, messages, recipients};

use super::message::resource;
use crate::Flow;

const EVENTS_MAX: usize = 1_000;

impl Flow {
    /// Chains what is pending first, so that the bundle holds everything up to now.
    ///
    /// # Errors
    /// `not_found` when there is nothing to prove or it is another organisation's.
    pub fn proof(&self, ctx: &Ctx, recipient: RecipientId) -> Result<Vec<u8>> {
        let organisation = ctx.organisation();
        let row = self.world().store.read(move |tx| {
            let row = recipients::load(tx, recipient, organisation)?;
            messages::load(tx, row.message, organisation)
        })?;
        ctx.allow(Action::ProofDownload, &resource(&row))?;
        let message = row.id;
        ctx.open_phi(Event::new("proof.made").message(message).recipient(recipient))?;
        while self.world().sequence()? > 0 {}
        let found = self.world().store.read(move |tx| events::of_message(tx, message, organisation, None, EVENTS_MAX))?;
        let ids: Vec<EventId> =
            found.iter().filter(|e| e.recipient == Some(recipient)).map(|e| e.id).collect();
        let proven = self.world().prove(organisation, ids, Some(message))?;
        if proven.entries.is_empty() {
            return Err(Code::NotFound.into());
        }
        let bundle = Bundle::new(message, recipient, proven.verifier, proven.checkpoint, proven.entries)?;
        Ok(bundle.encode())
    }
}
