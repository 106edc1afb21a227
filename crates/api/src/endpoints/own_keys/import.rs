//! `POST /v1/own-keys/import`: a key with its secret half that was made elsewhere.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use ctx::Action;
use model::{Code, Error, Secret};
use serde::Deserialize;
use utoipa::ToSchema;

use super::super::{Door, NoQuery};
use super::{OwnKeySet, owner};
use crate::answer::{Answer, json};
use crate::body::JsonBody;
use crate::caller::Caller;
use crate::input::Asked;
use crate::{ApiState, blocking};

/// A file with a secret key in it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OwnKeyImport {
    /// Base64 of the file: PKCS#12, PEM with key and certificate, or an OpenPGP secret key, up to 1 MiB.
    #[schema(format = Byte)]
    file: String,
    /// What opens the file, where it is locked.
    #[schema(format = Password)]
    password: Option<String>,
    /// An address of the organisation's that the key names. Without it, the key is the organisation's own.
    #[schema(format = Email, example = "nurse@clinic.example")]
    address: Option<String>,
}

pub(in crate::endpoints) fn door() -> Door {
    const CODES: &[Code] = &[
        Code::JsonInvalid,
        Code::ContentTypeUnsupported,
        Code::FieldUnknown,
        Code::FieldType,
        Code::FieldMissing,
        Code::FieldInvalid,
        Code::AddressInvalid,
        Code::Base64Invalid,
        Code::KeyFileInvalid,
        Code::SenderForbidden,
        Code::StateConflict,
        Code::MessageTooLarge,
    ];
    Door::new::<__path_import_own_key>(post(import_own_key), Action::EncryptionManage, CODES)
}

/// Bring a key of one's own
///
/// Its secret half is sealed when it is taken and leaves for nobody: keep the file if it is used elsewhere too.
#[utoipa::path(post, path = "/v1/own-keys/import", tag = "keys", request_body = OwnKeyImport,
    responses((status = 201, description = "It is taken, and used from now on.", body = OwnKeySet))
)]
async fn import_own_key(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    Asked(NoQuery {}): Asked<NoQuery>,
    body: JsonBody,
) -> Answer {
    let id = blocking(move || {
        let asked: OwnKeyImport = crate::json::from_slice(&body.bytes)?;
        let text = Secret::new(asked.file);
        let password = Secret::new(asked.password.unwrap_or_default());
        let owner = owner(asked.address.as_deref())?;
        let wrong = |_| Error::new(Code::Base64Invalid).at("/file");
        let file = Secret::new(BASE64.decode(text.expose()).map_err(wrong)?);
        let flow = &state.flow;
        flow.import_own_key(&ctx, file.expose(), &password, owner.as_ref())
    })
    .await?;
    json(StatusCode::CREATED, &OwnKeySet { id })
}
