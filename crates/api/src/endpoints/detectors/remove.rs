//! `POST /v1/detectors/{id}/remove`: a detector is removed. It posts, since a reason is given.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use ctx::Action;
use model::{Code, DetectorId};
use serde::Deserialize;
use utoipa::ToSchema;

use super::super::{Door, NoQuery};
use super::DetectorSet;
use crate::answer::{Answer, json};
use crate::body::JsonBody;
use crate::caller::Caller;
use crate::input::{Asked, Ids};
use crate::{ApiState, blocking};

/// Why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DetectorRemove {
    #[schema(max_length = 500)]
    reason: String,
}

pub(in crate::endpoints) fn door() -> Door {
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
    Door::new::<__path_remove_detector>(post(remove_detector), Action::DetectorManage, CODES)
}

/// Remove a detector
///
/// What it found in earlier mail stays on record under its name.
#[utoipa::path(post, path = "/v1/detectors/{id}/remove", tag = "detectors", request_body = DetectorRemove,
    params(("id" = String, Path, description = "The detector.", example = "det_01KAJ5Z3E9T7M0X4Q8V2B6N1CD")),
    responses((status = 200, description = "It is gone.", body = DetectorSet))
)]
async fn remove_detector(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    ids: Ids,
    Asked(NoQuery {}): Asked<NoQuery>,
    body: JsonBody,
) -> Answer {
    let id = ids.parse::<DetectorId>(0)?;
    blocking(move || {
        let asked: DetectorRemove = crate::json::from_slice(&body.bytes)?;
        state.flow.remove_detector(&ctx, id, &asked.reason)
    })
    .await?;
    json(StatusCode::OK, &DetectorSet { id })
}
