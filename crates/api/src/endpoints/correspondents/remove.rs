//! `DELETE /v1/correspondents/{id}`: what was on record is destroyed.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::delete;
use ctx::Action;
use model::{Code, CorrespondentId};

use super::super::{Door, NoQuery};
use super::set::CorrespondentSet;
use crate::answer::{Answer, json};
use crate::caller::Caller;
use crate::input::{Asked, Ids};
use crate::{ApiState, blocking};

pub(in crate::endpoints) fn door() -> Door {
    const CODES: &[Code] = &[Code::IdInvalid, Code::NotFound];
    Door::new::<__path_remove_correspondent>(
        delete(remove_correspondent),
        Action::CorrespondentManage,
        CODES,
    )
}

/// Remove a correspondent
///
/// The record and its key are destroyed; new mail to the address is decided without it.
#[utoipa::path(delete, path = "/v1/correspondents/{id}", tag = "correspondents",
    params(("id" = String, Path, description = "The record.", example = "cor_01KAJ5Z3E9T7M0X4Q8V2B6N1CD")),
    responses((status = 200, description = "It is gone.", body = CorrespondentSet))
)]
async fn remove_correspondent(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    ids: Ids,
    Asked(NoQuery {}): Asked<NoQuery>,
) -> Answer {
    let id = ids.parse::<CorrespondentId>(0)?;
    blocking(move || state.flow.remove_correspondent(&ctx, id)).await?;
    json(StatusCode::OK, &CorrespondentSet::of(id))
}
