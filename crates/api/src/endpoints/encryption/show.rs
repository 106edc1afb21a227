//! `GET /v1/encryption`: how the organisation encrypts.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use ctx::Action;

use super::super::{Door, NoQuery};
use super::Encryption;
use crate::answer::{Answer, json};
use crate::caller::Caller;
use crate::input::Asked;
use crate::{ApiState, blocking};

pub(in crate::endpoints) fn door() -> Door {
    Door::new::<__path_show_encryption>(get(show_encryption), Action::EncryptionManage, &[])
}

/// Show how the organisation encrypts
///
/// What holds for all its mail that is encrypted to keys.
#[utoipa::path(get, path = "/v1/encryption", tag = "keys",
    responses((status = 200, description = "What is set.", body = Encryption))
)]
async fn show_encryption(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    Asked(NoQuery {}): Asked<NoQuery>,
) -> Answer {
    let found = blocking(move || Encryption::now(&state.flow, &ctx)).await?;
    json(StatusCode::OK, &found)
}
