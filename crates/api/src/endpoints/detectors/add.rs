//! `POST /v1/detectors`: one more detector.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use ctx::Action;
use model::Code;
use serde::Deserialize;
use utoipa::ToSchema;

use super::super::{Door, NoQuery};
use super::{DetectorBody, DetectorSet, placed};
use crate::answer::{Answer, json};
use crate::body::JsonBody;
use crate::caller::Caller;
use crate::input::Asked;
use crate::{ApiState, blocking};

/// A detector, and why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DetectorNew {
    pub(super) detector: DetectorBody,
    #[schema(max_length = 500)]
    pub(super) reason: String,
}

pub(in crate::endpoints) fn door() -> Door {
    const CODES: &[Code] = &[
        Code::JsonInvalid,
        Code::ContentTypeUnsupported,
        Code::FieldUnknown,
        Code::FieldType,
        Code::FieldMissing,
        Code::FieldInvalid,
        Code::MessageTooLarge,
        Code::StateConflict,
    ];
    Door::new::<__path_add_detector>(post(add_detector), Action::DetectorManage, CODES)
}

/// Add a detector
///
/// Mail is read by it from the next message on. A name belongs to one detector: sent again, the same one is a
/// `state_conflict` at `/detector/name` and changes nothing.
#[utoipa::path(post, path = "/v1/detectors", tag = "detectors", request_body = DetectorNew,
    responses((status = 201, description = "It is in force.", body = DetectorSet))
)]
async fn add_detector(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    Asked(NoQuery {}): Asked<NoQuery>,
    body: JsonBody,
) -> Answer {
    let id = blocking(move || {
        let new: DetectorNew = crate::json::from_slice(&body.bytes)?;
        let detector = new.detector.read().map_err(placed)?;
        let added = state.flow.add_detector(&ctx, &detector, &new.reason);
        added.map_err(placed)
    })
    .await?;
    json(StatusCode::CREATED, &DetectorSet { id })
}
