//! `GET /v1/detectors/{id}`: one detector with what it looks for.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use ctx::Action;
use model::{Code, DetectorId};

use super::super::{Door, NoQuery};
use super::DetectorShown;
use crate::answer::{Answer, json};
use crate::caller::Caller;
use crate::input::{Asked, Ids};
use crate::{ApiState, blocking};

pub(in crate::endpoints) fn door() -> Door {
    const CODES: &[Code] = &[Code::IdInvalid, Code::NotFound];
    Door::new::<__path_show_detector>(get(show_detector), Action::DetectorRead, CODES)
}

/// Show a detector
#[utoipa::path(get, path = "/v1/detectors/{id}", tag = "detectors",
    params(("id" = String, Path, description = "The detector.", example = "det_01KAJ5Z3E9T7M0X4Q8V2B6N1CD")),
    responses((status = 200, description = "The detector.", body = DetectorShown))
)]
async fn show_detector(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    ids: Ids,
    Asked(NoQuery {}): Asked<NoQuery>,
) -> Answer {
    let id = ids.parse::<DetectorId>(0)?;
    let view = blocking(move || state.flow.detector(&ctx, id)).await?;
    json(StatusCode::OK, &DetectorShown::of(view))
}
