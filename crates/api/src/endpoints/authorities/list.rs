//! `GET /v1/authorities`: whose certificates are believed.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use ctx::Action;

use super::super::{Door, NoQuery};
use super::{Authority, AuthorityList};
use crate::answer::{Answer, json};
use crate::caller::Caller;
use crate::input::Asked;
use crate::{ApiState, blocking};

pub(in crate::endpoints) fn door() -> Door {
    Door::new::<__path_list_authorities>(get(list_authorities), Action::EncryptionManage, &[])
}

/// List authorities
///
/// Certificates that they issued are taken from signed mail and used without anybody's look.
#[utoipa::path(get, path = "/v1/authorities", tag = "keys",
    responses((status = 200, description = "All of them.", body = AuthorityList))
)]
async fn list_authorities(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    Asked(NoQuery {}): Asked<NoQuery>,
) -> Answer {
    let found = blocking(move || state.flow.authorities(&ctx)).await?;
    let authorities = found.into_iter().map(Authority::of).collect();
    json(StatusCode::OK, &AuthorityList { authorities })
}
