//! `POST /v1/messages/{id}/reschedule`: another time for what has not left.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use ctx::Action;
use model::{Code, Error, MessageId, Mode, RecipientId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Door, NoQuery};
use crate::answer::{Answer, json};
use crate::body::JsonBody;
use crate::caller::Caller;
use crate::input::{Asked, Ids};
use crate::{ApiState, blocking, schema};

/// When it shall leave instead.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"send_at": "2026-12-01T14:00:00Z"}))]
pub(crate) struct NewTime {
    /// At most 90 days ahead; a moment that is past means now.
    #[schema(schema_with = schema::moment)]
    send_at: String,
}

/// Who gets the message at the new time.
#[derive(Serialize, ToSchema)]
pub(crate) struct Rescheduled {
    #[schema(schema_with = schema::message_id)]
    id: MessageId,
    /// The key's own mode.
    #[schema(schema_with = schema::mode)]
    mode: Mode,
    #[schema(schema_with = schema::moment)]
    send_at: Timestamp,
    /// Recipients that will get it then. Others have it, or may have.
    #[schema(value_type = Vec<String>)]
    rescheduled: Vec<RecipientId>,
}

pub(super) fn door() -> Door {
    const CODES: &[Code] = &[
        Code::JsonInvalid,
        Code::ContentTypeUnsupported,
        Code::FieldUnknown,
        Code::FieldType,
        Code::FieldMissing,
        Code::MessageTooLarge,
        Code::DateInvalid,
        Code::IdInvalid,
        Code::NotFound,
        Code::StateConflict,
    ];
    Door::new::<__path_reschedule_message>(post(reschedule_message), Action::MessageCancel, CODES)
}

/// Reschedule a message
///
/// Moves every delivery that was not tried yet to another time. What was tried once may have arrived
/// and stays as it is.
#[utoipa::path(post, path = "/v1/messages/{id}/reschedule", tag = "messages", request_body = NewTime,
    params(("id" = String, Path, description = "The message.", example = "msg_01KAJ5Z3E9T7M0X4Q8V2B6N1CD")),
    responses((status = 200, description = "Moved for these recipients.", body = Rescheduled))
)]
async fn reschedule_message(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    ids: Ids,
    Asked(NoQuery {}): Asked<NoQuery>,
    body: JsonBody,
) -> Answer {
    let (mode, id) = (ctx.mode(), ids.parse::<MessageId>(0)?);
    let wanted: NewTime = crate::json::from_slice(&body.bytes)?;
    let invalid = || Error::new(Code::DateInvalid).at("/send_at");
    let send_at = Timestamp::parse_rfc3339(&wanted.send_at).ok_or_else(invalid)?;
    let send_at = send_at.max(ctx.now());
    let rescheduled = blocking(move || state.flow.reschedule(&ctx, id, send_at)).await?;
    json(
        StatusCode::OK,
        &Rescheduled {
            id,
            mode,
            send_at,
            rescheduled,
        },
    )
}
