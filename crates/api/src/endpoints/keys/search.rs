//! `POST /v1/keys/search`: the keys of one address. It posts, so that the address stays out of links and their
//! logs.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use ctx::Action;
use model::{Address, Code};
use serde::Deserialize;
use utoipa::ToSchema;

use super::super::{Door, NoQuery};
use super::{Key, KeyList};
use crate::answer::{Answer, json};
use crate::body::JsonBody;
use crate::caller::Caller;
use crate::input::Asked;
use crate::{ApiState, blocking};

/// The address to look for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeySearch {
    #[schema(format = Email, example = "pat@mail.example")]
    address: String,
}

pub(in crate::endpoints) fn door() -> Door {
    const CODES: &[Code] = &[
        Code::JsonInvalid,
        Code::ContentTypeUnsupported,
        Code::FieldUnknown,
        Code::FieldType,
        Code::FieldMissing,
        Code::AddressInvalid,
        Code::MessageTooLarge,
    ];
    Door::new::<__path_search_keys>(post(search_keys), Action::EncryptionManage, CODES)
}

/// Find an address's keys
///
/// All of them, the one that mail is encrypted to first.
#[utoipa::path(post, path = "/v1/keys/search", tag = "keys", request_body = KeySearch,
    responses((status = 200, description = "What is on record.", body = KeyList))
)]
async fn search_keys(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    Asked(NoQuery {}): Asked<NoQuery>,
    body: JsonBody,
) -> Answer {
    let found = blocking(move || {
        let asked: KeySearch = crate::json::from_slice(&body.bytes)?;
        let address = Address::parse(&asked.address).map_err(|e| e.at("/address"))?;
        state.flow.keys_of(&ctx, &address)
    })
    .await?;
    let list = KeyList {
        keys: found.into_iter().map(Key::of).collect(),
        next: None,
    };
    json(StatusCode::OK, &list)
}
