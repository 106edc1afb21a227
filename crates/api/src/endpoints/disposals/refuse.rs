//! `POST /v1/disposals/{id}/refuse`: a disposal is called off before it begins.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use ctx::Action;
use model::{Code, DisposalId};

use super::super::{Door, NoQuery};
use super::{DisposalReason, DisposalSet};
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
    Door::new::<__path_refuse_disposal>(post(refuse_disposal), Action::DisposalManage, CODES)
}

/// Call a disposal off
///
/// One person is enough, until it begins. `state_conflict` when it has.
#[utoipa::path(post, path = "/v1/disposals/{id}/refuse", tag = "retention", request_body = DisposalReason,
    params(("id" = String, Path, description = "The disposal.", example = "dis_01KAJ5Z3E9T7M0X4Q8V2B6N1CD")),
    responses((status = 200, description = "It is called off.", body = DisposalSet))
)]
async fn refuse_disposal(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    ids: Ids,
    Asked(NoQuery {}): Asked<NoQuery>,
    body: JsonBody,
) -> Answer {
    let id = ids.parse::<DisposalId>(0)?;
    blocking(move || {
        let asked: DisposalReason = crate::json::from_slice(&body.bytes)?;
        state.records.refuse_disposal(&ctx, id, &asked.reason)
    })
    .await?;
    json(StatusCode::OK, &DisposalSet { id })
}
