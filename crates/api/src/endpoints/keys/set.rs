//! `PATCH /v1/keys/{id}`: whether mail is encrypted to a key from now on.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::patch;
use ctx::Action;
use model::{Code, KeyStanding, RecipientKeyId};
use serde::Deserialize;
use utoipa::ToSchema;

use super::super::{Door, NoQuery};
use super::KeySet;
use crate::answer::{Answer, json};
use crate::body::JsonBody;
use crate::caller::Caller;
use crate::input::{Asked, Ids};
use crate::{ApiState, blocking, schema};

/// What the organisation makes of it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeyChange {
    #[schema(schema_with = schema::key_standing)]
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
    Door::new::<__path_set_key>(patch(set_key), Action::EncryptionManage, CODES)
}

/// Use a key, or stop using it
///
/// `retired` or `refused`: mail to the address goes by another of its keys, or as for an address without one.
/// Who makes one `active` vouches for it.
#[utoipa::path(patch, path = "/v1/keys/{id}", tag = "keys", request_body = KeyChange,
    params(("id" = String, Path, description = "The key.", example = "rky_01KAJ5Z3E9T7M0X4Q8V2B6N1CD")),
    responses((status = 200, description = "It is set.", body = KeySet))
)]
async fn set_key(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    ids: Ids,
    Asked(NoQuery {}): Asked<NoQuery>,
    body: JsonBody,
) -> Answer {
    let id = ids.parse::<RecipientKeyId>(0)?;
    blocking(move || {
        let asked: KeyChange = crate::json::from_slice(&body.bytes)?;
        state.flow.set_key_standing(&ctx, id, asked.standing)
    })
    .await?;
    json(StatusCode::OK, &KeySet { id })
}
