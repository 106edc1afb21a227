//! `GET /v1/messages/{id}/parsed`: a message as its parts, for software that takes in replies.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use ctx::{Action, Ctx};
use flow::view::Parsed;
use model::{AttachmentId, Code, MessageId, Mode, Origin, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Door, NoQuery};
use crate::answer::{Answer, json};
use crate::caller::Caller;
use crate::input::{Asked, Ids};
use crate::{ApiState, blocking, schema};

/// A message as its parts.
#[derive(Serialize, ToSchema)]
pub(crate) struct ParsedMessage {
    #[schema(schema_with = schema::message_id)]
    id: MessageId,
    /// The key's own mode.
    #[schema(schema_with = schema::mode)]
    mode: Mode,
    #[schema(schema_with = schema::origin)]
    origin: Origin,
    /// The message that began the conversation; null when it is this one.
    answers: Option<String>,
    #[schema(schema_with = schema::moment)]
    received_at: Timestamp,
    from: Vec<Mailbox>,
    to: Vec<Named>,
    subject: Option<String>,
    /// The `Message-ID` field, with its angle brackets.
    message_id: Option<String>,
    /// Made from the HTML where there is no other.
    text: Option<String>,
    /// As it came: never show it without cleaning it.
    html: Option<String>,
    /// At most 200 fields, in their order: names in lower case, values unfolded and not decoded.
    headers: Vec<Header>,
    files: Vec<ParsedFile>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Mailbox {
    name: Option<String>,
    address: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ParsedRecipient)]
pub(crate) struct Named {
    #[schema(schema_with = schema::kind)]
    kind: &'static str,
    address: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ParsedHeader)]
pub(crate) struct Header {
    name: String,
    value: String,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct ParsedFile {
    /// Download it from the message's files.
    #[schema(schema_with = schema::attachment_id)]
    id: AttachmentId,
    name: String,
    content_type: String,
    octets: u64,
}

pub(super) fn door() -> Door {
    const CODES: &[Code] = &[
        Code::IdInvalid,
        Code::NotFound,
        Code::KeyDestroyed,
        Code::MimeInvalid,
    ];
    Door::new::<__path_parse_message>(get(parse_message), Action::MessageOpen, CODES)
}

/// Open a message as its parts
///
/// Text, HTML, header fields and the list of files. Software opens what it sent and what came back
/// to it; a webhook names the reply's id. Each opening is an entry of the audit log.
#[utoipa::path(get, path = "/v1/messages/{id}/parsed", tag = "content",
    params(("id" = String, Path, description = "The message.", example = "msg_01KAJ5Z3E9T7M0X4Q8V2B6N1CD")),
    responses((status = 200, description = "The parts.", body = ParsedMessage))
)]
async fn parse_message(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    ids: Ids,
    Asked(NoQuery {}): Asked<NoQuery>,
) -> Answer {
    let id: MessageId = ids.parse(0)?;
    let parsed = blocking(move || Ok(opened(&ctx, state.flow.parsed(&ctx, id)?)));
    json(StatusCode::OK, &parsed.await?)
}

fn opened(ctx: &Ctx, parsed: Parsed) -> ParsedMessage {
    // `parsed` has checked the right and recorded the opening; this only unwraps for the answer.
    let content = parsed.content.into_open(ctx.machine_access());
    let from = content.from.into_iter();
    let to = content.to.into_iter();
    let headers = content.headers.into_iter();
    let files = content.files.into_iter();
    ParsedMessage {
        id: parsed.id,
        mode: ctx.mode(),
        origin: parsed.origin,
        answers: parsed.answers.map(|id| id.to_string()),
        received_at: parsed.received_at,
        from: from
            .map(|(name, address)| Mailbox { name, address })
            .collect(),
        to: to.map(|(kind, address)| Named { kind, address }).collect(),
        subject: content.subject,
        message_id: content.message_id,
        text: content.text,
        html: content.html,
        headers: headers
            .map(|(name, value)| Header { name, value })
            .collect(),
        files: files
            .map(|f| ParsedFile {
                id: f.id,
                name: f.name,
                content_type: f.content_type,
                octets: f.octets,
            })
            .collect(),
    }
}
