//! `PATCH /v1/own-keys/{id}`: whether a key of our own is used from now on.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::patch;
use ctx::Action;
use model::{Code, KeyStanding, OwnKeyId};
use serde::Deserialize;
use utoipa::ToSchema;

use super::super::{Door, NoQuery};
use super::OwnKeySet;
use crate::answer::{Answer, json};
use crate::body::JsonBody;
use crate::caller::Caller;
use crate::input::{Asked, Ids};
use crate::{ApiState, blocking, schema};

/// Whether it is used.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OwnKeyChange {
    #[schema(schema_with = schema::own_key_standing)]
    standing: KeyStanding,
}

pub(in crate::endpoints) fn door() -> Door {
    const CODES: &[Code] = &[
        Code::JsonInvalid,
        Code::ContentTypeUnsupported,
        Code::FieldUnknown,
        Code::FieldType,
        Code::FieldMissing,
        Code::FieldInvalid,
        Code::MessageTooLarge,
        Code::IdInvalid,
        Code::NotFound,
    ];
    Door::new::<__path_set_own_key>(patch(set_own_key), Action::EncryptionManage, CODES)
}

/// Retire an own key, or use it again
///
/// A retired key signs nothing more and nothing is encrypted to it; what was encrypted to it still opens.
#[utoipa::path(patch, path = "/v1/own-keys/{id}", tag = "keys", request_body = OwnKeyChange,
    params(("id" = String, Path, description = "The key.", example = "oky_01KAJ5Z3E9T7M0X4Q8V2B6N1CD")),
    responses((status = 200, description = "It is set.", body = OwnKeySet))
)]
async fn set_own_key(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    ids: Ids,
    Asked(NoQuery {}): Asked<NoQuery>,
    body: JsonBody,
) -> Answer {
    let id = ids.parse::<OwnKeyId>(0)?;
    blocking(move || {
        let asked: OwnKeyChange = crate::json::from_slice(&body.bytes)?;
        state.flow.set_own_key(&ctx, id, asked.standing)
    })
    .await?;
    json(StatusCode::OK, &OwnKeySet { id })
}
