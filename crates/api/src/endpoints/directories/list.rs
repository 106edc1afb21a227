//! `GET /v1/encryption/directories`: which directories are asked.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use ctx::Action;

use super::super::{Door, NoQuery};
use super::{Directory, DirectoryList};
use crate::answer::{Answer, json};
use crate::caller::Caller;
use crate::input::Asked;
use crate::{ApiState, blocking};

pub(in crate::endpoints) fn door() -> Door {
    Door::new::<__path_list_directories>(get(list_directories), Action::EncryptionManage, &[])
}

/// List directories
///
/// Before a message is to be encrypted to a certificate, they are asked (LDAP) for recipients without one.
#[utoipa::path(get, path = "/v1/encryption/directories", tag = "keys",
    responses((status = 200, description = "All of them, without their passwords.", body = DirectoryList))
)]
async fn list_directories(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    Asked(NoQuery {}): Asked<NoQuery>,
) -> Answer {
    let found = blocking(move || state.flow.directories(&ctx)).await?;
    let directories = found.into_iter().map(Directory::of).collect();
    json(StatusCode::OK, &DirectoryList { directories })
}
