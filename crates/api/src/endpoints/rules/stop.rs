//! `POST /v1/rules/{id}/stop`: ends the running trial of a version.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use ctx::Action;
use model::{Code, Error};

use super::super::{Door, NoQuery};
use super::Version;
use super::trial::RulesTrial;
use crate::answer::{Answer, json};
use crate::caller::Caller;
use crate::input::{Asked, Ids};
use crate::{ApiState, blocking};

pub(in crate::endpoints) fn door() -> Door {
    const CODES: &[Code] = &[Code::IdInvalid, Code::NotFound, Code::StateConflict];
    Door::new::<__path_stop_trial>(post(stop_trial), Action::RulesRead, CODES)
}

/// Stop the trial of a version
///
/// The version counts as not tried, and a trial of another one may begin. `state_conflict` when it is over.
#[utoipa::path(post, path = "/v1/rules/{id}/stop", tag = "rules",
    params(("id" = u32, Path, description = "The version's number.", example = 3)),
    responses((status = 200, description = "It is stopped.", body = RulesTrial))
)]
async fn stop_trial(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    ids: Ids,
    Asked(NoQuery {}): Asked<NoQuery>,
) -> Answer {
    let Version(version) = ids.parse(0)?;
    let trial = blocking(move || {
        state.flow.stop_trial(&ctx, version)?;
        let found = state.flow.trial(&ctx, version)?;
        found.ok_or_else(|| Error::new(Code::NotFound))
    })
    .await?;
    json(StatusCode::OK, &RulesTrial::of(trial))
}
