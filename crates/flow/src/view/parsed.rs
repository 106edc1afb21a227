//! A message as its parts: for software that takes in what came back. Recorded before it is given.

use ctx::{Action, Ctx, Event, PrincipalKind, Resource};
use model::{AttachmentId, MessageId, Origin, Phi, Result, Timestamp};
use store::tables::messages;

use super::message::reachable;
use crate::Flow;
use crate::content::load;

/// Fields of a header that are given, in the order of the message.
const FIELDS_MAX: usize = 200;

pub struct Parsed {
    pub id: MessageId,
    /// The first message of the conversation, when this is not it.
    pub answers: Option<MessageId>,
    pub origin: Origin,
    pub received_at: Timestamp,
    pub content: Phi<ParsedContent>,
}

pub struct ParsedContent {
    /// Display name and address.
    pub from: Vec<(Option<String>, String)>,
    pub to: Vec<(&'static str, String)>,
    pub subject: Option<String>,
    pub message_id: Option<String>,
    pub text: Option<String>,
    /// As it came: untrusted.
    pub html: Option<String>,
    /// Names in lower case, values unfolded.
    pub headers: Vec<(String, String)>,
    pub files: Vec<ParsedFile>,
}

pub struct ParsedFile {
    pub id: AttachmentId,
    pub name: String,
    pub content_type: String,
    pub octets: u64,
}

impl Flow {
    /// Software may open what it sent itself and what came back to it; people, what their role lets
    /// them.
    ///
    /// # Errors
    /// `not_found` when it is another organisation's, `key_destroyed` when it was destroyed.
    pub fn parsed(&self, ctx: &Ctx, id: MessageId) -> Result<Parsed> {
        let (row, first) = self.allow_parts(ctx, id)?;
        ctx.open_phi(
            Event::new("message.opened")
                .message(id)
                .fact("form", "parsed"),
        )?;
        let stored = load(ctx, id)?;
        let content = stored.content(ctx)?;
        let message = mail::parse(&content)?;
        let files = stored.envelope.files.iter().map(|f| ParsedFile {
            id: f.id,
            name: f.name.clone(),
            content_type: f.content_type.clone(),
            octets: f.octets,
        });
        let parsed = ParsedContent {
            from: message
                .from()
                .into_iter()
                .map(|(name, address)| (name, address.as_str().to_owned()))
                .collect(),
            to: message
                .recipients_in_headers()
                .into_iter()
                .map(|(kind, address)| (kind.word(), address.as_str().to_owned()))
                .collect(),
            subject: message.subject().map(str::to_owned),
            message_id: message.message_id().map(str::to_owned),
            text: message.body_text(),
            html: message.body_html(),
            headers: message
                .fields()
                .take(FIELDS_MAX)
                .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
                .collect(),
            files: files.collect(),
        };
        Ok(Parsed {
            id,
            answers: first.map(|m| m.id).filter(|first| *first != id),
            origin: row.origin,
            received_at: row.created_at,
            content: Phi::new(parsed),
        })
    }

    /// The message, and the first one of its conversation, for whoever may open its parts.
    pub(super) fn allow_parts(
        &self,
        ctx: &Ctx,
        id: MessageId,
    ) -> Result<(messages::Message, Option<messages::Message>)> {
        let (row, first) = self.with_first(ctx, id)?;
        let resource = resource(ctx, &row, first.as_ref())?;
        ctx.allow(Action::MessageOpen, &resource)?;
        self.allow_quarantined(ctx, &row)?;
        Ok((row, first))
    }

    fn with_first(
        &self,
        ctx: &Ctx,
        id: MessageId,
    ) -> Result<(messages::Message, Option<messages::Message>)> {
        let organisation = ctx.organisation();
        self.world().store.read(move |tx| {
            let row = messages::load(tx, id, organisation)?;
            let thread = messages::thread(tx, row.thread, organisation)?;
            Ok((row, thread.into_iter().next()))
        })
    }
}

/// A reply belongs to whoever began the conversation.
fn resource(
    ctx: &Ctx,
    row: &messages::Message,
    first: Option<&messages::Message>,
) -> Result<Resource> {
    let of = match ctx.principal().kind {
        PrincipalKind::App { .. } => first.unwrap_or(row),
        _ => row,
    };
    Ok(Resource {
        owner: Some(of.actor.clone()),
        ..reachable(ctx, of)?
    })
}
