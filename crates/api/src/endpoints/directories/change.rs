//! `PUT /v1/encryption/directories/{id}`: another directory in its place.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::put;
use ctx::Action;
use model::DirectoryId;

use super::super::{Door, NoQuery};
use super::{CODES, DirectoryNew, DirectorySet};
use crate::answer::{Answer, json};
use crate::body::JsonBody;
use crate::caller::Caller;
use crate::input::{Asked, Ids};
use crate::{ApiState, blocking};

pub(in crate::endpoints) fn door() -> Door {
    Door::new::<__path_change_directory>(put(change_directory), Action::EncryptionManage, CODES)
}

/// Change a directory
///
/// What is given stands in the place of what was, but for a password that is left out.
#[utoipa::path(put, path = "/v1/encryption/directories/{id}", tag = "keys", request_body = DirectoryNew,
    params(("id" = String, Path, description = "The directory.", example = "dir_01KAJ5Z3E9T7M0X4Q8V2B6N1CD")),
    responses((status = 200, description = "It is changed from the next message on.", body = DirectorySet))
)]
async fn change_directory(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    ids: Ids,
    Asked(NoQuery {}): Asked<NoQuery>,
    body: JsonBody,
) -> Answer {
    let id = ids.parse::<DirectoryId>(0)?;
    blocking(move || {
        let new: DirectoryNew = crate::json::from_slice(&body.bytes)?;
        state.flow.change_directory(&ctx, id, &new.read()?)
    })
    .await?;
    json(StatusCode::OK, &DirectorySet { id })
}
