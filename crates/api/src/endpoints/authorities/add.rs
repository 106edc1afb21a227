//! `POST /v1/authorities`: believes the authorities of a file.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use ctx::Action;
use model::{Code, Error};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::{Door, NoQuery};
use crate::answer::{Answer, json};
use crate::body::JsonBody;
use crate::caller::Caller;
use crate::input::Asked;
use crate::{ApiState, blocking};

/// A file of certificates of authorities.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AuthoritiesNew {
    /// Base64 of the file: PEM, DER or PKCS#7, up to 1 MiB.
    #[schema(format = Byte)]
    file: String,
}

/// What became of it.
#[derive(Serialize, ToSchema)]
pub(crate) struct AuthoritiesAdded {
    /// How many are new.
    added: usize,
}

pub(in crate::endpoints) fn door() -> Door {
    const CODES: &[Code] = &[
        Code::JsonInvalid,
        Code::ContentTypeUnsupported,
        Code::FieldUnknown,
        Code::FieldType,
        Code::FieldMissing,
        Code::Base64Invalid,
        Code::KeyFileInvalid,
        Code::DateInvalid,
        Code::MessageTooLarge,
    ];
    Door::new::<__path_add_authorities>(post(add_authorities), Action::EncryptionManage, CODES)
}

/// Believe authorities
///
/// All of the file, or none. An organisation has 200 at most.
#[utoipa::path(post, path = "/v1/authorities", tag = "keys", request_body = AuthoritiesNew,
    responses((status = 200, description = "They are believed.", body = AuthoritiesAdded))
)]
async fn add_authorities(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    Asked(NoQuery {}): Asked<NoQuery>,
    body: JsonBody,
) -> Answer {
    let added = blocking(move || {
        let asked: AuthoritiesNew = crate::json::from_slice(&body.bytes)?;
        let wrong = |_| Error::new(Code::Base64Invalid).at("/file");
        let file = BASE64.decode(asked.file.as_bytes()).map_err(wrong)?;
        state.flow.add_authorities(&ctx, &file)
    })
    .await?;
    json(StatusCode::OK, &AuthoritiesAdded { added })
}
