//! `POST /v1/own-keys`: an OpenPGP key is made, for an address or for the organisation itself.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use ctx::Action;
use model::Code;
use serde::Deserialize;
use utoipa::ToSchema;

use super::super::{Door, NoQuery};
use super::{OwnKeySet, owner};
use crate::answer::{Answer, json};
use crate::body::JsonBody;
use crate::caller::Caller;
use crate::input::Asked;
use crate::{ApiState, blocking};

/// Whose key is made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OwnKeyNew {
    /// An address of the organisation's. Without it, the key is the organisation's own.
    #[schema(format = Email, example = "nurse@clinic.example")]
    address: Option<String>,
}

pub(in crate::endpoints) fn door() -> Door {
    const CODES: &[Code] = &[
        Code::JsonInvalid,
        Code::ContentTypeUnsupported,
        Code::FieldUnknown,
        Code::FieldType,
        Code::AddressInvalid,
        Code::SenderForbidden,
        Code::StateConflict,
        Code::MessageTooLarge,
    ];
    Door::new::<__path_make_own_key>(post(make_own_key), Action::EncryptionManage, CODES)
}

/// Make an OpenPGP key
///
/// Its secret half is made here and leaves for nobody. It ends after two years. An organisation has 1,000 keys at most.
#[utoipa::path(post, path = "/v1/own-keys", tag = "keys", request_body = OwnKeyNew,
    responses((status = 201, description = "It is made, and used from now on.", body = OwnKeySet))
)]
async fn make_own_key(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    Asked(NoQuery {}): Asked<NoQuery>,
    body: JsonBody,
) -> Answer {
    let id = blocking(move || {
        let asked: OwnKeyNew = crate::json::from_slice(&body.bytes)?;
        let owner = owner(asked.address.as_deref())?;
        state.flow.generate_own_key(&ctx, owner.as_ref())
    })
    .await?;
    json(StatusCode::CREATED, &OwnKeySet { id })
}
