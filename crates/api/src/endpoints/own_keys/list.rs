//! `GET /v1/own-keys`: keys of the organisation's own.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use ctx::Action;

use super::super::{Door, NoQuery};
use super::{OwnKey, OwnKeyList};
use crate::answer::{Answer, json};
use crate::caller::Caller;
use crate::input::Asked;
use crate::{ApiState, blocking};

pub(in crate::endpoints) fn door() -> Door {
    Door::new::<__path_list_own_keys>(get(list_own_keys), Action::EncryptionManage, &[])
}

/// List own keys
///
/// Newest first. Of each only what is public.
#[utoipa::path(get, path = "/v1/own-keys", tag = "keys",
    responses((status = 200, description = "All of them.", body = OwnKeyList))
)]
async fn list_own_keys(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    Asked(NoQuery {}): Asked<NoQuery>,
) -> Answer {
    let found = blocking(move || state.flow.own_keys(&ctx)).await?;
    let keys = found.into_iter().map(OwnKey::of).collect();
    json(StatusCode::OK, &OwnKeyList { keys })
}
