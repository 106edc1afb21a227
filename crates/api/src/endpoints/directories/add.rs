//! `POST /v1/encryption/directories`: one more directory.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use ctx::Action;

use super::super::{Door, NoQuery};
use super::{CODES, DirectoryNew, DirectorySet};
use crate::answer::{Answer, json};
use crate::body::JsonBody;
use crate::caller::Caller;
use crate::input::Asked;
use crate::{ApiState, blocking};

pub(in crate::endpoints) fn door() -> Door {
    Door::new::<__path_add_directory>(post(add_directory), Action::EncryptionManage, CODES)
}

/// Add a directory
///
/// It is asked from the next message on, always by TLS with a certificate that verifies, and so hears who is written to. A
/// message waits 4 seconds at most for all answers together. Certificates of an authority that the organisation believes
/// are used, others wait for somebody's look. An organisation has 4 directories at most, each with a name of its own.
#[utoipa::path(post, path = "/v1/encryption/directories", tag = "keys", request_body = DirectoryNew,
    responses((status = 200, description = "It is asked from now on.", body = DirectorySet))
)]
async fn add_directory(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    Asked(NoQuery {}): Asked<NoQuery>,
    body: JsonBody,
) -> Answer {
    let id = blocking(move || {
        let new: DirectoryNew = crate::json::from_slice(&body.bytes)?;
        state.flow.add_directory(&ctx, &new.read()?)
    })
    .await?;
    json(StatusCode::OK, &DirectorySet { id })
}
