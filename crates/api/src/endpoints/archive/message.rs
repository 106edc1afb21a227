//! `GET /v1/archive/messages/{id}`: one message of the archive, with what is on record about it.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use ctx::Action;
use flow::archive::ArchivedRecipient;
use flow::portal::FileView;
use model::{
    AttachmentId, Code, HoldId, Kind, MatterId, MessageId, Method, Origin, RecipientId,
    RecipientState, Timestamp,
};
use records::Preview;
use records::holds::HeldBy;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::retention::RetentionItem;
use super::super::{Door, NoQuery};
use crate::answer::{Answer, json};
use crate::caller::Caller;
use crate::input::{Asked, Ids};
use crate::{ApiState, blocking, schema};

/// What is on record of a message, and what it says.
#[derive(Serialize, ToSchema)]
pub(crate) struct ArchiveMessage {
    #[schema(schema_with = schema::message_id)]
    id: MessageId,
    #[schema(schema_with = schema::moment)]
    created_at: Timestamp,
    #[schema(schema_with = schema::origin)]
    origin: Origin,
    /// Of the envelope; null for the empty reverse-path.
    envelope_from: Option<String>,
    recipients: Vec<ArchiveRecipient>,
    subject: Option<String>,
    /// Made from the HTML where there is no other.
    text: Option<String>,
    files: Vec<ArchiveFile>,
    octets: u64,
    /// Why parts of it cannot be found, such as `encrypted`.
    unread: Vec<String>,
    /// As it was last reckoned; null for what retention does not reckon.
    retention: Option<RetentionItem>,
    /// All holds that keep it now.
    holds: Vec<ArchiveHold>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct ArchiveRecipient {
    #[schema(schema_with = schema::recipient_id)]
    id: RecipientId,
    #[schema(schema_with = schema::kind)]
    kind: Kind,
    address: String,
    #[schema(schema_with = schema::method)]
    method: Method,
    /// The rule that decided on the method.
    decided_by: String,
    #[schema(schema_with = schema::state)]
    state: RecipientState,
    #[schema(schema_with = schema::moment)]
    state_at: Timestamp,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct ArchiveFile {
    #[schema(schema_with = schema::attachment_id)]
    id: AttachmentId,
    name: String,
    content_type: String,
    octets: u64,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct ArchiveHold {
    #[schema(schema_with = schema::hold_id)]
    id: HoldId,
    #[schema(schema_with = schema::matter_id)]
    matter: MatterId,
    /// `in_scope`, `matched`, or `unreadable`: not all of it can be read, so it counts as held.
    #[schema(example = "matched")]
    why: &'static str,
}

pub(in crate::endpoints) fn door() -> Door {
    const CODES: &[Code] = &[Code::IdInvalid, Code::NotFound, Code::KeyDestroyed];
    Door::new::<__path_show_archived>(get(show_archived), Action::ArchiveSearch, CODES)
}

/// Open a message of the archive
///
/// Each opening is an entry of the audit log before it is answered. `not_found` until it is archived: seconds after it
/// was accepted. What waits in quarantine is opened by people alone.
#[utoipa::path(get, path = "/v1/archive/messages/{id}", tag = "archive",
    params(("id" = String, Path, description = "The message.", example = "msg_01KAJ5Z3E9T7M0X4Q8V2B6N1CD")),
    responses((status = 200, description = "The message.", body = ArchiveMessage))
)]
async fn show_archived(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    ids: Ids,
    Asked(NoQuery {}): Asked<NoQuery>,
) -> Answer {
    let id: MessageId = ids.parse(0)?;
    let preview = blocking(move || state.records.preview(&ctx, id)).await?;
    json(StatusCode::OK, &ArchiveMessage::of(preview))
}

impl ArchiveMessage {
    fn of(preview: Preview) -> Self {
        let archived = preview.archived;
        let entry = archived.entry;
        let recipients = archived.recipients.into_iter();
        Self {
            id: preview.message,
            created_at: preview.at,
            origin: archived.origin,
            envelope_from: archived.from,
            recipients: recipients.map(ArchiveRecipient::of).collect(),
            subject: entry.subject,
            text: entry.text,
            files: entry.files.into_iter().map(ArchiveFile::of).collect(),
            octets: archived.octets,
            unread: preview.unread,
            retention: preview.keeping.map(RetentionItem::of),
            holds: preview.holds.into_iter().map(ArchiveHold::of).collect(),
        }
    }
}

impl ArchiveRecipient {
    fn of(one: ArchivedRecipient) -> Self {
        Self {
            id: one.id,
            kind: one.kind,
            address: one.address,
            method: one.method,
            decided_by: one.decided_by,
            state: one.state,
            state_at: one.state_at,
        }
    }
}

impl ArchiveFile {
    fn of(file: FileView) -> Self {
        Self {
            id: file.id,
            name: file.name,
            content_type: file.content_type,
            octets: file.octets,
        }
    }
}

impl ArchiveHold {
    fn of(by: HeldBy) -> Self {
        Self {
            id: by.hold,
            matter: by.matter,
            why: by.why.word(),
        }
    }
}
