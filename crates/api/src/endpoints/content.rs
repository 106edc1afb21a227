//! `GET /v1/messages/{id}/content`: what was written, to whom. Needs its own right; opening is
//! recorded before a word is given.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use ctx::{Action, Ctx};
use flow::view::ContentView;
use model::{AttachmentId, Code, Kind, MessageId, Mode, RecipientId, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Door, NoQuery};
use crate::answer::{Answer, json};
use crate::caller::Caller;
use crate::input::{Asked, Ids};
use crate::{ApiState, blocking, schema};

/// What the sender wrote, and to whom.
#[derive(Serialize, ToSchema)]
pub(crate) struct Content {
    #[schema(schema_with = schema::message_id)]
    id: MessageId,
    /// The key's own mode.
    #[schema(schema_with = schema::mode)]
    mode: Mode,
    /// Null: the null return path.
    from: Option<String>,
    from_name: Option<String>,
    recipients: Vec<Addressee>,
    subject: Option<String>,
    #[schema(schema_with = schema::moment)]
    sent_at: Timestamp,
    text: Option<String>,
    html: Option<String>,
    files: Vec<File>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Addressee {
    #[schema(schema_with = schema::recipient_id)]
    id: RecipientId,
    #[schema(schema_with = schema::kind)]
    kind: Kind,
    address: String,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct File {
    #[schema(schema_with = schema::attachment_id)]
    id: AttachmentId,
    name: String,
    content_type: String,
    octets: u64,
}

pub(super) fn door() -> Door {
    const CODES: &[Code] = &[Code::IdInvalid, Code::NotFound, Code::KeyDestroyed];
    Door::new::<__path_open_content>(get(open_content), Action::MessageOpen, CODES)
}

/// Open a message's content
///
/// Subject, text, addresses and the list of files. Each opening is an entry of the audit log.
#[utoipa::path(get, path = "/v1/messages/{id}/content", tag = "content",
    params(("id" = String, Path, description = "The message.", example = "msg_01KAJ5Z3E9T7M0X4Q8V2B6N1CD")),
    responses((status = 200, description = "The content.", body = Content))
)]
async fn open_content(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    ids: Ids,
    Asked(NoQuery {}): Asked<NoQuery>,
) -> Answer {
    let id: MessageId = ids.parse(0)?;
    let content = blocking(move || {
        let view = state.flow.open_content(&ctx, id)?;
        Ok(opened(&ctx, id, view))
    });
    json(StatusCode::OK, &content.await?)
}

fn opened(ctx: &Ctx, id: MessageId, view: ContentView) -> Content {
    // `open_content` has checked the right and recorded the opening; this only unwraps for the answer.
    let access = ctx.machine_access();
    let entry = view.entry.into_open(access);
    Content {
        id,
        mode: ctx.mode(),
        from: view.from.into_open(access),
        from_name: entry.sender_name,
        recipients: view
            .recipients
            .into_iter()
            .map(|(id, kind, address)| Addressee {
                id,
                kind,
                address: address.into_open(access),
            })
            .collect(),
        subject: entry.subject,
        sent_at: entry.sent_at,
        text: entry.text,
        html: entry.html,
        files: entry
            .files
            .into_iter()
            .map(|f| File {
                id: f.id,
                name: f.name,
                content_type: f.content_type,
                octets: f.octets,
            })
            .collect(),
    }
}
