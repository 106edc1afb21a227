//! `POST /v1/encryption/directories/{id}/try`: whether a directory answers.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use ctx::Action;
use model::{Address, Code, DirectoryId, DirectoryStep, Error};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::{Door, NoQuery};
use crate::answer::{Answer, json};
use crate::body::JsonBody;
use crate::caller::Caller;
use crate::input::{Asked, Ids};
use crate::{ApiState, blocking, schema};

/// Whom to ask for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DirectoryTry {
    #[schema(format = "email", max_length = 320, example = "lee@hospital.example")]
    address: String,
}

/// How far it got.
#[derive(Serialize, ToSchema)]
pub(crate) struct DirectoryTried {
    #[schema(schema_with = schema::directory_step)]
    step: DirectoryStep,
    /// How many certificates it gave, whatever they are worth.
    found: usize,
}

pub(in crate::endpoints) fn door() -> Door {
    const CODES: &[Code] = &[
        Code::IdInvalid,
        Code::NotFound,
        Code::JsonInvalid,
        Code::ContentTypeUnsupported,
        Code::FieldUnknown,
        Code::FieldType,
        Code::FieldMissing,
        Code::FieldInvalid,
        Code::MessageTooLarge,
        Code::StateConflict,
    ];
    Door::new::<__path_try_directory>(post(try_directory), Action::EncryptionManage, CODES)
}

/// Try a directory
///
/// Asks it for one address now, for 4 seconds at most. What it says is counted and not kept; that it was tried is an entry
/// of the audit log, without the address.
#[utoipa::path(post, path = "/v1/encryption/directories/{id}/try", tag = "keys", request_body = DirectoryTry,
    params(("id" = String, Path, description = "The directory.", example = "dir_01KAJ5Z3E9T7M0X4Q8V2B6N1CD")),
    responses((status = 200, description = "How far it got.", body = DirectoryTried))
)]
async fn try_directory(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    ids: Ids,
    Asked(NoQuery {}): Asked<NoQuery>,
    body: JsonBody,
) -> Answer {
    let id = ids.parse::<DirectoryId>(0)?;
    let tried = blocking(move || {
        let asked: DirectoryTry = crate::json::from_slice(&body.bytes)?;
        let wrong = |_| Error::new(Code::FieldInvalid).at("/address");
        let address = Address::parse(&asked.address).map_err(wrong)?;
        state.flow.try_directory(&ctx, id, &address)
    })
    .await?;
    let (step, found) = (tried.step, tried.found);
    json(StatusCode::OK, &DirectoryTried { step, found })
}
