//! `POST /v1/keys`: the keys of a file; what became of each.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use ctx::Action;
use flow::keys::Taken;
use model::{Address, Code, Error, KeyFor, RecipientKeyId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::{Door, NoQuery};
use crate::answer::{Answer, json};
use crate::body::JsonBody;
use crate::caller::Caller;
use crate::input::Asked;
use crate::{ApiState, blocking, schema};

/// A file of public keys. Who sends it vouches for them.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeysNew {
    /// Base64 of the file: certificates (PEM, DER, PKCS#7) or OpenPGP keys (armored or binary), up to 1 MiB.
    #[schema(format = Byte)]
    file: String,
    /// Whose they must be. Without it, each is of all addresses that it names.
    #[schema(format = Email, example = "pat@mail.example")]
    address: Option<String>,
}

/// What became of each key, once for each address.
#[derive(Serialize, ToSchema)]
pub(crate) struct KeysTaken {
    keys: Vec<KeyTaken>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct KeyTaken {
    /// Null where nothing is on record.
    #[schema(schema_with = schema::recipient_key_id_or_null)]
    id: Option<RecipientKeyId>,
    #[schema(schema_with = schema::key_for)]
    kind: KeyFor,
    fingerprint: String,
    address: Option<String>,
    #[schema(schema_with = schema::key_taken)]
    outcome: &'static str,
}

pub(in crate::endpoints) fn door() -> Door {
    const CODES: &[Code] = &[
        Code::JsonInvalid,
        Code::ContentTypeUnsupported,
        Code::FieldUnknown,
        Code::FieldType,
        Code::FieldMissing,
        Code::AddressInvalid,
        Code::Base64Invalid,
        Code::KeyFileInvalid,
        Code::MessageTooLarge,
    ];
    Door::new::<__path_add_keys>(post(add_keys), Action::EncryptionManage, CODES)
}

/// Add recipients' keys
///
/// What cannot be used (ended, taken back, too weak, of another address) is not recorded, and its outcome says why.
/// A key that is on record is brought up to date.
#[utoipa::path(post, path = "/v1/keys", tag = "keys", request_body = KeysNew,
    responses((status = 200, description = "What became of each.", body = KeysTaken))
)]
async fn add_keys(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    Asked(NoQuery {}): Asked<NoQuery>,
    body: JsonBody,
) -> Answer {
    let taken = blocking(move || {
        let asked: KeysNew = crate::json::from_slice(&body.bytes)?;
        let address = asked.address.as_deref().map(Address::parse).transpose();
        let address = address.map_err(|e| e.at("/address"))?;
        let wrong = |_| Error::new(Code::Base64Invalid).at("/file");
        let file = BASE64.decode(asked.file.as_bytes()).map_err(wrong)?;
        state.flow.add_keys(&ctx, &file, address.as_ref())
    })
    .await?;
    let keys = taken.into_iter().map(KeyTaken::of).collect();
    json(StatusCode::OK, &KeysTaken { keys })
}

impl KeyTaken {
    fn of(taken: Taken) -> Self {
        Self {
            id: taken.id,
            kind: taken.kind,
            fingerprint: taken.fingerprint,
            address: taken.address.map(|address| address.as_str().to_owned()),
            outcome: taken.outcome.word(),
        }
    }
}
