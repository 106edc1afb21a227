//! `GET /v1/own-keys/{id}/public`: the public half, to give away.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use ctx::Action;
use model::{Code, OwnKeyId};
use serde::Serialize;
use utoipa::ToSchema;

use super::super::{Door, NoQuery};
use crate::answer::{Answer, json};
use crate::caller::Caller;
use crate::input::{Asked, Ids};
use crate::{ApiState, blocking, schema};

/// The public half of a key.
#[derive(Serialize, ToSchema)]
pub(crate) struct OwnKeyPublic {
    #[schema(schema_with = schema::own_key_id)]
    id: OwnKeyId,
    /// Base64 of the file: an armored OpenPGP key, or PEM of the certificate and its issuers.
    #[schema(format = Byte)]
    file: String,
}

pub(in crate::endpoints) fn door() -> Door {
    const CODES: &[Code] = &[Code::IdInvalid, Code::NotFound];
    Door::new::<__path_own_key_public>(get(own_key_public), Action::EncryptionManage, CODES)
}

/// Fetch an own key's public half
///
/// What others need to encrypt to it, and to check what it signed.
#[utoipa::path(get, path = "/v1/own-keys/{id}/public", tag = "keys",
    params(("id" = String, Path, description = "The key.", example = "oky_01KAJ5Z3E9T7M0X4Q8V2B6N1CD")),
    responses((status = 200, description = "The file.", body = OwnKeyPublic))
)]
async fn own_key_public(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    ids: Ids,
    Asked(NoQuery {}): Asked<NoQuery>,
) -> Answer {
    let id = ids.parse::<OwnKeyId>(0)?;
    let public = blocking(move || state.flow.own_key_public(&ctx, id)).await?;
    let file = BASE64.encode(public);
    json(StatusCode::OK, &OwnKeyPublic { id, file })
}
