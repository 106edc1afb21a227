//! `POST /v1/messages/{id}/cancel`: stop what has not left.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use ctx::Action;
use model::{Code, MessageId, Mode, RecipientId};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Door, NoQuery};
use crate::answer::{Answer, json};
use crate::caller::Caller;
use crate::input::{Asked, Ids};
use crate::{ApiState, blocking, schema};

/// Who will not get the message now.
#[derive(Serialize, ToSchema)]
pub(crate) struct Cancelled {
    #[schema(schema_with = schema::message_id)]
    id: MessageId,
    /// The key's own mode.
    #[schema(schema_with = schema::mode)]
    mode: Mode,
    /// Recipients that will not get it. Others have it, or may have.
    #[schema(value_type = Vec<String>)]
    cancelled: Vec<RecipientId>,
}

pub(super) fn door() -> Door {
    const CODES: &[Code] = &[Code::IdInvalid, Code::NotFound, Code::StateConflict];
    Door::new::<__path_cancel_message>(post(cancel_message), Action::MessageCancel, CODES)
}

/// Cancel a message
///
/// Stops every delivery that was not tried yet. What was tried once may have arrived and goes on.
/// A body is not read.
#[utoipa::path(post, path = "/v1/messages/{id}/cancel", tag = "messages",
    params(("id" = String, Path, description = "The message.", example = "msg_01KAJ5Z3E9T7M0X4Q8V2B6N1CD")),
    responses((status = 200, description = "Stopped for these recipients.", body = Cancelled))
)]
async fn cancel_message(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    ids: Ids,
    Asked(NoQuery {}): Asked<NoQuery>,
) -> Answer {
    let (mode, id) = (ctx.mode(), ids.parse::<MessageId>(0)?);
    let cancelled = blocking(move || state.flow.cancel(&ctx, id)).await?;
    json(
        StatusCode::OK,
        &Cancelled {
            id,
            mode,
            cancelled,
        },
    )
}
