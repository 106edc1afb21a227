//! `DELETE /v1/encryption/directories/{id}`: asks a directory no more.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::delete;
use ctx::Action;
use model::{Code, DirectoryId};

use super::super::{Door, NoQuery};
use super::DirectorySet;
use crate::answer::{Answer, json};
use crate::caller::Caller;
use crate::input::{Asked, Ids};
use crate::{ApiState, blocking};

pub(in crate::endpoints) fn door() -> Door {
    const CODES: &[Code] = &[Code::IdInvalid, Code::NotFound];
    Door::new::<__path_remove_directory>(delete(remove_directory), Action::EncryptionManage, CODES)
}

/// Ask a directory no more
///
/// Its password is destroyed. Certificates that it gave stay on record.
#[utoipa::path(delete, path = "/v1/encryption/directories/{id}", tag = "keys",
    params(("id" = String, Path, description = "The directory.", example = "dir_01KAJ5Z3E9T7M0X4Q8V2B6N1CD")),
    responses((status = 200, description = "It is asked no more.", body = DirectorySet))
)]
async fn remove_directory(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    ids: Ids,
    Asked(NoQuery {}): Asked<NoQuery>,
) -> Answer {
    let id = ids.parse::<DirectoryId>(0)?;
    blocking(move || state.flow.remove_directory(&ctx, id)).await?;
    json(StatusCode::OK, &DirectorySet { id })
}
