//! `POST /v1/retention/proposals/{id}/reject`: what was proposed is rejected or taken back.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use ctx::Action;
use model::Code;

use super::super::{Door, NoQuery};
use super::{Number, RetentionNumber, RetentionReason};
use crate::answer::{Answer, json};
use crate::body::JsonBody;
use crate::caller::Caller;
use crate::input::{Asked, Ids};
use crate::{ApiState, blocking};

pub(in crate::endpoints) fn door() -> Door {
    const CODES: &[Code] = &[
        Code::IdInvalid,
        Code::NotFound,
        Code::StateConflict,
        Code::JsonInvalid,
        Code::ContentTypeUnsupported,
        Code::FieldUnknown,
        Code::FieldType,
        Code::FieldMissing,
        Code::FieldInvalid,
        Code::MessageTooLarge,
    ];
    Door::new::<__path_reject_proposal>(post(reject_proposal), Action::RetentionManage, CODES)
}

/// Reject a proposal
///
/// By anybody who may manage, also who proposed. `state_conflict` when it is not open.
#[utoipa::path(post, path = "/v1/retention/proposals/{id}/reject", tag = "retention", request_body = RetentionReason,
    params(("id" = u32, Path, description = "The proposal's number.", example = 3)),
    responses((status = 200, description = "It is rejected.", body = RetentionNumber))
)]
async fn reject_proposal(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    ids: Ids,
    Asked(NoQuery {}): Asked<NoQuery>,
    body: JsonBody,
) -> Answer {
    let Number(number) = ids.parse(0)?;
    blocking(move || {
        let asked: RetentionReason = crate::json::from_slice(&body.bytes)?;
        state.records.reject_rule(&ctx, number, &asked.reason)
    })
    .await?;
    json(StatusCode::OK, &RetentionNumber { number })
}
