//! The proof bundle of one recipient: what an auditor checks offline.

use ctx::{Action, Ctx, Event};
use ledger::bundle::Bundle;
use model::{Code, EventId, MessageId, OrganisationId, RecipientId, Result};
use store::Tx;
use store::tables::{events, messages, recipients};

use super::message::reachable;
use crate::Flow;

/// That a bundle was made is in the log and in no bundle: else each would need a checkpoint younger than itself, and
/// none could have been stamped.
const MADE: &str = "proof.made";
const EVENTS_PER_READ: usize = 1_000;

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
        ctx.allow(Action::ProofDownload, &reachable(ctx, &row)?)?;
        let message = row.id;
        ctx.open_phi(Event::new(MADE).message(message).recipient(recipient))?;
        while self.world().sequence_one(organisation)? == ctx::World::SEQUENCE_BATCH {}
        let ids = self
            .world()
            .store
            .read(move |tx| events_of(tx, message, organisation, recipient))?;
        let proven = self.world().prove(organisation, ids, Some(message))?;
        if proven.entries.is_empty() {
            return Err(Code::NotFound.into());
        }
        let bundle = Bundle::new(
            message,
            recipient,
            proven.verifier,
            proven.checkpoint,
            proven.entries,
        )?;
        Ok(bundle.stamped(proven.stamp).encode())
    }
}

/// All of one recipient's, however many the message's other recipients have.
fn events_of(
    tx: &mut Tx<'_>,
    message: MessageId,
    organisation: OrganisationId,
    recipient: RecipientId,
) -> Result<Vec<EventId>> {
    let (mut ids, mut after) = (Vec::new(), None);
    loop {
        let found = events::of_message(tx, message, organisation, after, EVENTS_PER_READ)?;
        ids.extend(
            found
                .iter()
                .filter(|e| e.recipient == Some(recipient) && e.kind != MADE)
                .map(|e| e.id),
        );
        match found.last() {
            Some(last) if found.len() == EVENTS_PER_READ => after = Some((last.at, last.id)),
            _ => return Ok(ids),
        }
    }
}
