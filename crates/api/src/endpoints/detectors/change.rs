//! `POST /v1/detectors/{id}`: another detector in its place, or the same one switched on or off.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use ctx::Action;
use model::{Code, DetectorId};

use super::super::{Door, NoQuery};
use super::add::DetectorNew;
use super::{DetectorSet, placed};
use crate::answer::{Answer, json};
use crate::body::JsonBody;
use crate::caller::Caller;
use crate::input::{Asked, Ids};
use crate::{ApiState, blocking};

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
        Code::StateConflict,
    ];
    Door::new::<__path_change_detector>(post(change_detector), Action::DetectorManage, CODES)
}

/// Change a detector
///
/// What is given stands in the place of what was. With `state` `off` it stays on record and finds nothing.
#[utoipa::path(post, path = "/v1/detectors/{id}", tag = "detectors", request_body = DetectorNew,
    params(("id" = String, Path, description = "The detector.", example = "det_01KAJ5Z3E9T7M0X4Q8V2B6N1CD")),
    responses((status = 200, description = "It is changed from the next message on.", body = DetectorSet))
)]
async fn change_detector(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    ids: Ids,
    Asked(NoQuery {}): Asked<NoQuery>,
    body: JsonBody,
) -> Answer {
    let id = ids.parse::<DetectorId>(0)?;
    blocking(move || {
        let new: DetectorNew = crate::json::from_slice(&body.bytes)?;
        let detector = new.detector.read().map_err(placed)?;
        let changed = state.flow.change_detector(&ctx, id, &detector, &new.reason);
        changed.map_err(placed)
    })
    .await?;
    json(StatusCode::OK, &DetectorSet { id })
}
