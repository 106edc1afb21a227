//! `POST /v1/holds/{id}/release`: a second person agrees that it ends.

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
    Door::new::<__path_release_hold>(post(release_hold), Action::HoldRelease, CODES)
}

/// Agree to the release of a hold
///
/// For people, and never for the one who asked. The hold binds for 30 days more. `state_conflict` where nobody asked.
#[utoipa::path(post, path = "/v1/holds/{id}/release", tag = "holds", request_body = HoldReason,
    params(("id" = String, Path, description = "The hold.", example = "hld_01KAJ5Z3E9T7M0X4Q8V2B6N1CD")),
    responses((status = 200, description = "It is released; see `binds_until`.", body = HoldSet))
)]
async fn release_hold(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    ids: Ids,
    Asked(NoQuery {}): Asked<NoQuery>,
    body: JsonBody,
) -> Answer {
    let id = ids.parse::<HoldId>(0)?;
    blocking(move || {
        let asked: HoldReason = crate::json::from_slice(&body.bytes)?;
        state.records.release_hold(&ctx, id, &asked.reason)
    })
    .await?;
    json(StatusCode::OK, &HoldSet { id })
}
