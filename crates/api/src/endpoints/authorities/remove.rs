//! `DELETE /v1/authorities/{id}`: believes an authority no more.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::delete;
use ctx::Action;
use model::{AuthorityId, Code};
use serde::Serialize;
use utoipa::ToSchema;

use super::super::{Door, NoQuery};
use crate::answer::{Answer, json};
use crate::caller::Caller;
use crate::input::{Asked, Ids};
use crate::{ApiState, blocking, schema};

/// The authority.
#[derive(Serialize, ToSchema)]
pub(crate) struct AuthorityRemoved {
    #[schema(schema_with = schema::authority_id)]
    id: AuthorityId,
}

pub(in crate::endpoints) fn door() -> Door {
    const CODES: &[Code] = &[Code::IdInvalid, Code::NotFound];
    Door::new::<__path_remove_authority>(delete(remove_authority), Action::EncryptionManage, CODES)
}

/// Believe an authority no more
///
/// Keys that are in use stay so until somebody stops them.
#[utoipa::path(delete, path = "/v1/authorities/{id}", tag = "keys",
    params(("id" = String, Path, description = "The authority.", example = "aut_01KAJ5Z3E9T7M0X4Q8V2B6N1CD")),
    responses((status = 200, description = "It is believed no more.", body = AuthorityRemoved))
)]
async fn remove_authority(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    ids: Ids,
    Asked(NoQuery {}): Asked<NoQuery>,
) -> Answer {
    let id = ids.parse::<AuthorityId>(0)?;
    blocking(move || state.flow.remove_authority(&ctx, id)).await?;
    json(StatusCode::OK, &AuthorityRemoved { id })
}
