//! `PATCH /v1/encryption`: how the organisation encrypts from now on.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::patch;
use ctx::Action;
use model::Code;
use serde::Deserialize;
use utoipa::ToSchema;

use super::super::{Door, NoQuery};
use super::Encryption;
use crate::answer::{Answer, json};
use crate::body::JsonBody;
use crate::caller::Caller;
use crate::input::Asked;
use crate::{ApiState, blocking};

/// What is to change; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EncryptionChange {
    /// While it is on and there is no key of the organisation's own for a kind, mail to be encrypted so waits in the
    /// portal instead.
    escrow: Option<bool>,
    /// A message that is to be encrypted to an OpenPGP key asks, and every message once a rule of the organisation
    /// encrypts or looks at OpenPGP keys; it asks for recipients without one, and waits 4 seconds at
    /// most. A key that somebody brought stays the one that is used.
    look_up: Option<bool>,
}

pub(in crate::endpoints) fn door() -> Door {
    const CODES: &[Code] = &[
        Code::JsonInvalid,
        Code::ContentTypeUnsupported,
        Code::FieldUnknown,
        Code::FieldType,
        Code::MessageTooLarge,
    ];
    Door::new::<__path_set_encryption>(patch(set_encryption), Action::EncryptionManage, CODES)
}

/// Set how the organisation encrypts
///
/// It counts from the next message on. Each change is an entry of the audit log.
#[utoipa::path(patch, path = "/v1/encryption", tag = "keys", request_body = EncryptionChange,
    responses((status = 200, description = "What is set now.", body = Encryption))
)]
async fn set_encryption(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    Asked(NoQuery {}): Asked<NoQuery>,
    body: JsonBody,
) -> Answer {
    let now = blocking(move || {
        let asked: EncryptionChange = crate::json::from_slice(&body.bytes)?;
        if let Some(on) = asked.escrow {
            state.flow.set_escrow(&ctx, on)?;
        }
        if let Some(on) = asked.look_up {
            state.flow.set_key_lookup(&ctx, on)?;
        }
        Encryption::now(&state.flow, &ctx)
    })
    .await?;
    json(StatusCode::OK, &now)
}
