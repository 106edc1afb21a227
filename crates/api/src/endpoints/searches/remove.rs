//! `POST /v1/archive/searches/{id}/remove`: a search is kept no more.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use ctx::Action;
use model::{Code, SavedSearchId};

use super::super::{Door, NoQuery};
use super::SearchSet;
use crate::answer::{Answer, json};
use crate::caller::Caller;
use crate::input::{Asked, Ids};
use crate::{ApiState, blocking};

pub(in crate::endpoints) fn door() -> Door {
    const CODES: &[Code] = &[Code::IdInvalid, Code::NotFound];
    Door::new::<__path_remove_search>(post(remove_search), Action::ArchiveSearch, CODES)
}

/// Remove a saved search
///
/// `action_forbidden` where somebody else made it.
#[utoipa::path(post, path = "/v1/archive/searches/{id}/remove", tag = "archive",
    params(("id" = String, Path, description = "The search.", example = "svs_01KAJ5Z3E9T7M0X4Q8V2B6N1CD")),
    responses((status = 200, description = "It is removed.", body = SearchSet))
)]
async fn remove_search(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    ids: Ids,
    Asked(NoQuery {}): Asked<NoQuery>,
) -> Answer {
    let id = ids.parse::<SavedSearchId>(0)?;
    blocking(move || state.records.remove_saved_search(&ctx, id)).await?;
    json(StatusCode::OK, &SearchSet { id })
}
