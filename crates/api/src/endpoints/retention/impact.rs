//! `POST /v1/retention/proposals/{id}/impact`: what an open proposal would change, on record from then on.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use ctx::Action;
use model::Code;

use super::super::{Door, NoQuery};
use super::{Number, RetentionImpact};
use crate::answer::{Answer, json};
use crate::caller::Caller;
use crate::input::{Asked, Ids};
use crate::{ApiState, blocking};

pub(in crate::endpoints) fn door() -> Door {
    const CODES: &[Code] = &[Code::IdInvalid, Code::NotFound, Code::StateConflict];
    Door::new::<__path_show_impact>(post(show_impact), Action::RetentionManage, CODES)
}

/// See what a proposal would change
///
/// Every record is reckoned twice, as it is and as it would be. `state_conflict` when it is not open.
#[utoipa::path(post, path = "/v1/retention/proposals/{id}/impact", tag = "retention",
    params(("id" = u32, Path, description = "The proposal's number.", example = 3)),
    responses((status = 200, description = "What would change.", body = RetentionImpact))
)]
async fn show_impact(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    ids: Ids,
    Asked(NoQuery {}): Asked<NoQuery>,
) -> Answer {
    let Number(number) = ids.parse(0)?;
    let found = blocking(move || state.records.proposal_impact(&ctx, number)).await?;
    json(StatusCode::OK, &RetentionImpact::of(found))
}
