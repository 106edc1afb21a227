//! `POST /v1/matters/{id}/close`: no more holds for its sake.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use ctx::Action;
use model::{Code, MatterId};

use super::super::{Door, NoQuery};
use super::open::MatterSet;
use crate::answer::{Answer, json};
use crate::caller::Caller;
use crate::input::{Asked, Ids};
use crate::{ApiState, blocking};

pub(in crate::endpoints) fn door() -> Door {
    const CODES: &[Code] = &[Code::IdInvalid, Code::NotFound, Code::StateConflict];
    Door::new::<__path_close_matter>(post(close_matter), Action::HoldManage, CODES)
}

/// Close a matter
///
/// `state_conflict` while a hold of it binds, or where it is closed.
#[utoipa::path(post, path = "/v1/matters/{id}/close", tag = "holds",
    params(("id" = String, Path, description = "The matter.", example = "mat_01KAJ5Z3E9T7M0X4Q8V2B6N1CD")),
    responses((status = 200, description = "It is closed.", body = MatterSet))
)]
async fn close_matter(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    ids: Ids,
    Asked(NoQuery {}): Asked<NoQuery>,
) -> Answer {
    let id = ids.parse::<MatterId>(0)?;
    blocking(move || state.records.close_matter(&ctx, id)).await?;
    json(StatusCode::OK, &MatterSet { id })
}
