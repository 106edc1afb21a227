//! `GET /v1/archive/searches/{id}`: one search that is kept.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use ctx::Action;
use model::{Code, SavedSearchId};

use super::super::{Door, NoQuery};
use super::SearchShown;
use crate::answer::{Answer, json};
use crate::caller::Caller;
use crate::input::{Asked, Ids};
use crate::{ApiState, blocking};

pub(in crate::endpoints) fn door() -> Door {
    const CODES: &[Code] = &[Code::IdInvalid, Code::NotFound];
    Door::new::<__path_show_search>(get(show_search), Action::ArchiveSearch, CODES)
}

/// Show a saved search
#[utoipa::path(get, path = "/v1/archive/searches/{id}", tag = "archive",
    params(("id" = String, Path, description = "The search.", example = "svs_01KAJ5Z3E9T7M0X4Q8V2B6N1CD")),
    responses((status = 200, description = "The search.", body = SearchShown))
)]
async fn show_search(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    ids: Ids,
    Asked(NoQuery {}): Asked<NoQuery>,
) -> Answer {
    let id = ids.parse::<SavedSearchId>(0)?;
    let view = blocking(move || state.records.saved_search(&ctx, id)).await?;
    json(StatusCode::OK, &SearchShown::of(view))
}
