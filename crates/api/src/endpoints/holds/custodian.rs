//! `POST /v1/holds/{id}/custodians/{number}`: that a custodian was told, or has acknowledged it.

use std::str::FromStr;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use ctx::Action;
use model::{Code, CustodianState, Error, HoldId};
use serde::Deserialize;
use utoipa::ToSchema;

use super::super::{Door, NoQuery};
use super::HoldSet;
use crate::answer::{Answer, json};
use crate::body::JsonBody;
use crate::caller::Caller;
use crate::input::{Asked, Ids};
use crate::{ApiState, blocking, schema};

/// What the custodian knows.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CustodianSet {
    #[schema(schema_with = schema::custodian_state)]
    state: CustodianState,
}

/// A custodian's number within the hold.
struct Number(u32);

impl FromStr for Number {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let number = text.parse().map_err(|_| Error::new(Code::IdInvalid))?;
        Ok(Self(number))
    }
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
    ];
    Door::new::<__path_set_custodian>(post(set_custodian), Action::HoldManage, CODES)
}

/// Put on record what a custodian knows of a hold
#[utoipa::path(post, path = "/v1/holds/{id}/custodians/{number}", tag = "holds", request_body = CustodianSet,
    params(
        ("id" = String, Path, description = "The hold.", example = "hld_01KAJ5Z3E9T7M0X4Q8V2B6N1CD"),
        ("number" = u32, Path, description = "The custodian's number within the hold.", example = 0),
    ),
    responses((status = 200, description = "It is on record.", body = HoldSet))
)]
async fn set_custodian(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    ids: Ids,
    Asked(NoQuery {}): Asked<NoQuery>,
    body: JsonBody,
) -> Answer {
    let id = ids.parse::<HoldId>(0)?;
    let Number(number) = ids.parse(1)?;
    blocking(move || {
        let asked: CustodianSet = crate::json::from_slice(&body.bytes)?;
        state.records.set_custodian(&ctx, id, number, asked.state)
    })
    .await?;
    json(StatusCode::OK, &HoldSet { id })
}
