//! `POST /v1/holds/{id}/release/ask`: somebody asks that it ends.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use ctx::Action;
use model::{Code, HoldId};

use super::super::{Door, NoQuery};
use super::{HoldReason, HoldSet};
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
    Door::new::<__path_ask_hold_release>(post(ask_hold_release), Action::HoldManage, CODES)
}

/// Ask for the release of a hold
///
/// Nothing ends by it: a person has to agree in the console, another one than who asked. `state_conflict` where it was asked for, or is released.
#[utoipa::path(post, path = "/v1/holds/{id}/release/ask", tag = "holds", request_body = HoldReason,
    params(("id" = String, Path, description = "The hold.", example = "hld_01KAJ5Z3E9T7M0X4Q8V2B6N1CD")),
    responses((status = 200, description = "It was asked for.", body = HoldSet))
)]
async fn ask_hold_release(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    ids: Ids,
    Asked(NoQuery {}): Asked<NoQuery>,
    body: JsonBody,
) -> Answer {
    let id = ids.parse::<HoldId>(0)?;
    blocking(move || {
        let asked: HoldReason = crate::json::from_slice(&body.bytes)?;
        state.records.ask_hold_release(&ctx, id, &asked.reason)
    })
    .await?;
    json(StatusCode::OK, &HoldSet { id })
}
