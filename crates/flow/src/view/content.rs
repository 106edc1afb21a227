//! Opening content: needs its own right and leaves an entry before a word is shown.

use ctx::{Action, Ctx, Event};
use model::{AttachmentId, Code, Error, Kind, MessageId, Phi, RecipientId, RecipientState, Result};
use store::tables::{messages, recipients};

use super::message::reachable;
use crate::Flow;
use crate::content::load;
use crate::portal::{PortalFile, ThreadEntry};

/// What the sender wrote and to whom.
pub struct ContentView {
    pub entry: Phi<ThreadEntry>,
    pub from: Phi<Option<String>>,
    pub recipients: Vec<(RecipientId, Kind, Phi<String>)>,
}

impl Flow {
    pub fn open_content(&self, ctx: &Ctx, id: MessageId) -> Result<ContentView> {
        allow_open(self, ctx, id)?;
        ctx.open_phi(Event::new("message.opened").message(id))?;
        let stored = load(ctx, id)?;
        mark_read(self, ctx, &stored.message)?;
        let entry = crate::portal::entry_of(ctx, &stored)?;
        let mut people = Vec::with_capacity(stored.recipients.len());
        for r in &stored.recipients {
            people.push((
                r.id,
                r.kind,
                Phi::new(stored.address(r)?.as_str().to_owned()),
            ));
        }
        Ok(ContentView {
            entry: Phi::new(entry),
            from: Phi::new(stored.envelope.from.clone()),
            recipients: people,
        })
    }

    /// The addresses alone, in the order of the recipients. A right of its own: who may see that a
    /// message was sent need not know to whom. The reading is recorded before an address is shown.
    pub fn recipient_addresses(&self, ctx: &Ctx, id: MessageId) -> Result<Vec<Phi<String>>> {
        let organisation = ctx.organisation();
        let row = self
            .world()
            .store
            .read(move |tx| messages::load(tx, id, organisation))?;
        ctx.allow(Action::MessageAddresses, &reachable(ctx, &row)?)?;
        ctx.open_phi(Event::new("message.addresses_opened").message(id))?;
        let stored = load(ctx, id)?;
        stored
            .recipients
            .iter()
            .map(|r| Ok(Phi::new(stored.address(r)?.as_str().to_owned())))
            .collect()
    }

    pub fn open_file(&self, ctx: &Ctx, id: MessageId, file: AttachmentId) -> Result<PortalFile> {
        allow_open(self, ctx, id)?;
        let stored = load(ctx, id)?;
        let facts = stored.envelope.files.iter().find(|f| f.id == file);
        let part = facts.ok_or_else(|| Error::new(Code::NotFound))?.part;
        ctx.open_phi(Event::new("message.downloaded").message(id).about(file))?;
        crate::portal::extract_file(ctx, &stored, part)
    }
}

pub(super) fn allow_open(flow: &Flow, ctx: &Ctx, id: MessageId) -> Result<()> {
    let organisation = ctx.organisation();
    let row = flow
        .world()
        .store
        .read(move |tx| messages::load(tx, id, organisation))?;
    // What is a record alone is opened in the archive alone.
    if row.origin.is_captured() {
        return Err(Code::NotFound.into());
    }
    ctx.allow(Action::MessageOpen, &reachable(ctx, &row)?)?;
    flow.allow_quarantined(ctx, &row)
}

/// A reader's reply is picked up when staff open it.
fn mark_read(flow: &Flow, ctx: &Ctx, message: &messages::Message) -> Result<()> {
    if !message.origin.stays_here() {
        return Ok(());
    }
    let (id, now) = (message.id, ctx.now());
    flow.world().store.write(move |tx| {
        for r in recipients::of_message(tx, id)? {
            recipients::move_state(
                tx,
                r.id,
                RecipientState::Notified,
                RecipientState::PickedUp,
                now,
            )?;
        }
        Ok(())
    })
}
