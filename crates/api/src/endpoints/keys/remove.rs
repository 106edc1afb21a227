//! `DELETE /v1/keys/{id}`: a key is destroyed.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::delete;
use ctx::Action;
use model::{Code, RecipientKeyId};

use super::super::{Door, NoQuery};
use super::KeySet;
use crate::answer::{Answer, json};
use crate::caller::Caller;
use crate::input::{Asked, Ids};
use crate::{ApiState, blocking};

pub(in crate::endpoints) fn door() -> Door {
    const CODES: &[Code] = &[Code::IdInvalid, Code::NotFound];
    Door::new::<__path_remove_key>(delete(remove_key), Action::EncryptionManage, CODES)
}

/// Remove a key
///
/// It is destroyed, with what it is sealed under. To keep it from being taken again, set it to `refused` instead.
#[utoipa::path(delete, path = "/v1/keys/{id}", tag = "keys",
    params(("id" = String, Path, description = "The key.", example = "rky_01KAJ5Z3E9T7M0X4Q8V2B6N1CD")),
    responses((status = 200, description = "It is gone.", body = KeySet))
)]
async fn remove_key(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    ids: Ids,
    Asked(NoQuery {}): Asked<NoQuery>,
) -> Answer {
    let id = ids.parse::<RecipientKeyId>(0)?;
    blocking(move || state.flow.remove_key(&ctx, id)).await?;
    json(StatusCode::OK, &KeySet { id })
}
