//! `DELETE /v1/own-keys/{id}`: both halves of a key are destroyed.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::delete;
use ctx::Action;
use model::{Code, OwnKeyId};

use super::super::{Door, NoQuery};
use super::OwnKeySet;
use crate::answer::{Answer, json};
use crate::caller::Caller;
use crate::input::{Asked, Ids};
use crate::{ApiState, blocking};

pub(in crate::endpoints) fn door() -> Door {
    const CODES: &[Code] = &[Code::IdInvalid, Code::NotFound];
    Door::new::<__path_remove_own_key>(delete(remove_own_key), Action::EncryptionManage, CODES)
}

/// Destroy an own key
///
/// What is encrypted to it opens no more. To stop using it and still read what was sent, retire it instead.
#[utoipa::path(delete, path = "/v1/own-keys/{id}", tag = "keys",
    params(("id" = String, Path, description = "The key.", example = "oky_01KAJ5Z3E9T7M0X4Q8V2B6N1CD")),
    responses((status = 200, description = "It is gone.", body = OwnKeySet))
)]
async fn remove_own_key(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    ids: Ids,
    Asked(NoQuery {}): Asked<NoQuery>,
) -> Answer {
    let id = ids.parse::<OwnKeyId>(0)?;
    blocking(move || state.flow.remove_own_key(&ctx, id)).await?;
    json(StatusCode::OK, &OwnKeySet { id })
}
