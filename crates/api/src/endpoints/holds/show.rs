//! `GET /v1/holds/{id}`: one legal hold.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use ctx::Action;
use model::{Code, HoldId};

use super::super::{Door, NoQuery};
use super::HoldShown;
use crate::answer::{Answer, json};
use crate::caller::Caller;
use crate::input::{Asked, Ids};
use crate::{ApiState, blocking};

pub(in crate::endpoints) fn door() -> Door {
    const CODES: &[Code] = &[Code::IdInvalid, Code::NotFound];
    Door::new::<__path_show_hold>(get(show_hold), Action::HoldRead, CODES)
}

/// Show a legal hold
#[utoipa::path(get, path = "/v1/holds/{id}", tag = "holds",
    params(("id" = String, Path, description = "The hold.", example = "hld_01KAJ5Z3E9T7M0X4Q8V2B6N1CD")),
    responses((status = 200, description = "As it stands.", body = HoldShown))
)]
async fn show_hold(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    ids: Ids,
    Asked(NoQuery {}): Asked<NoQuery>,
) -> Answer {
    let id = ids.parse::<HoldId>(0)?;
    let view = blocking(move || state.records.hold(&ctx, id)).await?;
    json(StatusCode::OK, &HoldShown::of(view))
}
