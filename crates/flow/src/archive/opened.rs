//! One message of the archive, opened for a person who may search: on record before a word of it is shown.

use ctx::{Ctx, Event};
use model::{
    Code, Kind, MessageId, Method, Mode, Origin, RecipientId, RecipientState, Result, Timestamp,
};

use crate::Flow;
use crate::content::{Stored, load};
use crate::portal::{FileView, ThreadEntry};

/// What is on record of a message, and what it says.
pub struct Archived {
    pub origin: Origin,
    /// Of the envelope.
    pub from: Option<String>,
    pub recipients: Vec<ArchivedRecipient>,
    pub octets: u64,
    pub entry: ThreadEntry,
}

pub struct ArchivedRecipient {
    pub id: RecipientId,
    pub kind: Kind,
    pub address: String,
    pub method: Method,
    pub state: RecipientState,
    pub state_at: Timestamp,
    /// The rule that decided.
    pub decided_by: String,
}

impl Flow {
    /// Whoever calls has asked for the right to search.
    ///
    /// # Errors
    /// `not_found`, also of live mail to a test key; `action_forbidden` for quarantined mail to who may not review it;
    /// `key_destroyed` when it was shredded.
    pub fn archived(&self, ctx: &Ctx, id: MessageId) -> Result<Archived> {
        let of = ctx.organisation();
        let store = &self.world().store;
        let row = store.read(move |tx| store::tables::messages::load(tx, id, of))?;
        if ctx.mode() == Mode::Test && row.mode != Mode::Test {
            return Err(Code::NotFound.into());
        }
        crate::view::reachable(ctx, &row)?;
        self.allow_quarantined(ctx, &row)?;
        ctx.open_phi(Event::new("archive.opened").message(id))?;
        let stored = load(ctx, id)?;
        let recipients = stored.recipients.iter().map(|one| {
            Ok(ArchivedRecipient {
                id: one.id,
                kind: one.kind,
                address: stored.address(one)?.as_str().to_owned(),
                method: one.method,
                state: one.state,
                state_at: one.state_at,
                decided_by: crate::view::trace(one, &policy::OrgRules::default())?.decided_by,
            })
        });
        Ok(Archived {
            origin: stored.message.origin,
            from: stored.envelope.from.clone(),
            recipients: recipients.collect::<Result<_>>()?,
            octets: stored.message.octets,
            entry: entry(ctx, &stored)?,
        })
    }
}

/// What cannot be taken apart shows its head alone.
fn entry(ctx: &Ctx, stored: &Stored) -> Result<ThreadEntry> {
    match crate::portal::entry_of(ctx, stored) {
        Err(error) if error.code() == Code::MimeInvalid => Ok(ThreadEntry {
            id: stored.message.id,
            own: false,
            sender_name: stored.envelope.from.clone(),
            subject: stored.envelope.subject.clone(),
            sent_at: stored.message.created_at,
            text: None,
            html: None,
            files: Vec::<FileView>::new(),
        }),
        entry => entry,
    }
}
