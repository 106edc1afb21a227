//! `POST /v1/archive/searches/{id}`: another name, other words, shared or not.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use ctx::Action;
use model::{Code, SavedSearchId};

use super::super::{Door, NoQuery};
use super::{SearchKept, SearchSet};
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
    ];
    Door::new::<__path_change_search>(post(change_search), Action::ArchiveSearch, CODES)
}

/// Change a saved search
///
/// What is given stands in the place of what was. `action_forbidden` where somebody else made it.
#[utoipa::path(post, path = "/v1/archive/searches/{id}", tag = "archive", request_body = SearchKept,
    params(("id" = String, Path, description = "The search.", example = "svs_01KAJ5Z3E9T7M0X4Q8V2B6N1CD")),
    responses((status = 200, description = "It is changed.", body = SearchSet))
)]
async fn change_search(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    ids: Ids,
    Asked(NoQuery {}): Asked<NoQuery>,
    body: JsonBody,
) -> Answer {
    let id = ids.parse::<SavedSearchId>(0)?;
    blocking(move || {
        let kept: SearchKept = crate::json::from_slice(&body.bytes)?;
        let changed = kept.read();
        state.records.change_saved_search(&ctx, id, &changed)
    })
    .await?;
    json(StatusCode::OK, &SearchSet { id })
}
