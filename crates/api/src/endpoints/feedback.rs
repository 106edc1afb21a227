//! `POST /v1/messages/{id}/feedback`: what detection got wrong about a message.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use ctx::Action;
use flow::feedback::Opinion;
use model::{Code, Error, MessageId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Door, NoQuery};
use crate::answer::{Answer, json};
use crate::body::JsonBody;
use crate::caller::Caller;
use crate::input::{Asked, Ids};
use crate::{ApiState, blocking, schema};

/// What is said.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Feedback {
    /// `not_phi`: it was taken for PHI and is none. `missed_phi`: it holds PHI that was not found.
    #[schema(schema_with = schema::opinion)]
    opinion: String,
}

/// It is on record.
#[derive(Serialize, ToSchema)]
pub(crate) struct FeedbackGiven {
    #[schema(schema_with = schema::message_id)]
    id: MessageId,
    #[schema(schema_with = schema::opinion)]
    opinion: &'static str,
}

pub(super) fn door() -> Door {
    const CODES: &[Code] = &[
        Code::IdInvalid,
        Code::NotFound,
        Code::JsonInvalid,
        Code::ContentTypeUnsupported,
        Code::FieldUnknown,
        Code::FieldType,
        Code::FieldMissing,
        Code::FieldInvalid,
        Code::MessageTooLarge,
    ];
    Door::new::<__path_give_feedback>(post(give_feedback), Action::FeedbackGive, CODES)
}

/// Say what detection got wrong
///
/// In place of what this caller said before. The message joins a set on which detection is measured; nothing
/// about it changes and nothing learns by itself.
#[utoipa::path(post, path = "/v1/messages/{id}/feedback", tag = "messages", request_body = Feedback,
    params(("id" = String, Path, description = "The message.", example = "msg_01KAJ5Z3E9T7M0X4Q8V2B6N1CD")),
    responses((status = 200, description = "It is on record.", body = FeedbackGiven))
)]
async fn give_feedback(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    ids: Ids,
    Asked(NoQuery {}): Asked<NoQuery>,
    body: JsonBody,
) -> Answer {
    let id: MessageId = ids.parse(0)?;
    let opinion = blocking(move || {
        let said: Feedback = crate::json::from_slice(&body.bytes)?;
        let opinion = Opinion::from_word(&said.opinion)
            .ok_or_else(|| Error::new(Code::FieldInvalid).at("/opinion"))?;
        state.flow.say(&ctx, id, opinion)?;
        Ok(opinion)
    })
    .await?;
    let opinion = opinion.word();
    json(StatusCode::OK, &FeedbackGiven { id, opinion })
}
