//! `POST /v1/suppressions`: an address that shall get no more mail of a stream.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use ctx::Action;
use flow::suppression::NewSuppression;
use model::{Address, Code, Error, Stream, SuppressionId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::{Door, NoQuery};
use crate::answer::{Answer, json};
use crate::body::JsonBody;
use crate::caller::Caller;
use crate::input::Asked;
use crate::{ApiState, blocking, schema};

/// An address to suppress.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SuppressionNew {
    #[schema(format = Email, example = "pat@mail.example")]
    address: String,
    #[schema(schema_with = schema::stream)]
    stream: Stream,
    /// RFC 3339. Without it: until it is lifted.
    #[schema(format = DateTime, example = "2027-11-21T14:00:00-05:00")]
    expires_at: Option<String>,
}

/// What was made, or held before.
#[derive(Serialize, ToSchema)]
pub(crate) struct Suppressed {
    #[schema(schema_with = schema::suppression_id)]
    id: SuppressionId,
}

pub(in crate::endpoints) fn door() -> Door {
    const CODES: &[Code] = &[
        Code::JsonInvalid,
        Code::ContentTypeUnsupported,
        Code::FieldUnknown,
        Code::FieldType,
        Code::FieldMissing,
        Code::FieldInvalid,
        Code::AddressInvalid,
        Code::DateInvalid,
        Code::MessageTooLarge,
        Code::StateConflict,
    ];
    Door::new::<__path_add_suppression>(post(add_suppression), Action::SuppressionManage, CODES)
}

/// Suppress an address
///
/// Mail of the stream to it is not sent from now on, and its senders are told. Where the same is in
/// force already, its id is given.
#[utoipa::path(post, path = "/v1/suppressions", tag = "suppressions", request_body = SuppressionNew,
    responses((status = 201, description = "It is suppressed.", body = Suppressed))
)]
async fn add_suppression(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    Asked(NoQuery {}): Asked<NoQuery>,
    body: JsonBody,
) -> Answer {
    let id = blocking(move || {
        let asked: SuppressionNew = crate::json::from_slice(&body.bytes)?;
        let moment = |text: &String| {
            Timestamp::parse_rfc3339(text)
                .ok_or_else(|| Error::new(Code::DateInvalid).at("/expires_at"))
        };
        let new = NewSuppression {
            address: Address::parse(&asked.address).map_err(|e| e.at("/address"))?,
            stream: asked.stream,
            expires_at: asked.expires_at.as_ref().map(moment).transpose()?,
        };
        state.flow.suppress(&ctx, new)
    })
    .await?;
    json(StatusCode::CREATED, &Suppressed { id })
}
