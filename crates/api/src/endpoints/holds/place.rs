//! `POST /v1/holds`: keeps what a scope covers, from now on.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use ctx::Action;
use model::{Address, Code, Error, MatterId};
use records::holds::Scope;
use serde::Deserialize;
use utoipa::ToSchema;

use super::super::{Door, NoQuery};
use super::HoldSet;
use crate::answer::{Answer, json};
use crate::body::JsonBody;
use crate::caller::Caller;
use crate::input::{self, Asked};
use crate::{ApiState, blocking, schema};

/// What is kept, for which matter, and why. What is left out does not narrow it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HoldNew {
    #[schema(schema_with = schema::matter_id)]
    matter: MatterId,
    /// Addresses: mail that any of them wrote or received.
    #[serde(default)]
    #[schema(max_items = 200, example = json!(["lee@clinic.example"]))]
    custodians: Vec<String>,
    /// As for `POST /v1/archive/search`. What cannot be read in full is kept, whatever the search says.
    #[serde(default)]
    #[schema(max_length = 2000, example = "asbestos OR \"safety report\"")]
    query: String,
    /// Record classes of retention, such as `billing`. What is not classified yet is kept.
    #[serde(default)]
    #[schema(example = json!(["billing"]))]
    classes: Vec<String>,
    /// RFC 3339.
    since: Option<String>,
    /// RFC 3339; not part of it.
    until: Option<String>,
    #[schema(max_length = 500)]
    reason: String,
}

pub(in crate::endpoints) fn door() -> Door {
    const CODES: &[Code] = &[
        Code::NotFound,
        Code::StateConflict,
        Code::JsonInvalid,
        Code::ContentTypeUnsupported,
        Code::FieldUnknown,
        Code::FieldType,
        Code::FieldMissing,
        Code::FieldInvalid,
        Code::MessageTooLarge,
    ];
    Door::new::<__path_place_hold>(post(place_hold), Action::HoldManage, CODES)
}

/// Place a legal hold
///
/// It binds at once, on what is in the archive and on what comes. A scope is never changed: place another hold for a
/// wider one. `state_conflict` where the matter is closed.
#[utoipa::path(post, path = "/v1/holds", tag = "holds", request_body = HoldNew,
    responses((status = 201, description = "It binds.", body = HoldSet))
)]
async fn place_hold(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    Asked(NoQuery {}): Asked<NoQuery>,
    body: JsonBody,
) -> Answer {
    let id = blocking(move || {
        let new: HoldNew = crate::json::from_slice(&body.bytes)?;
        let custodian = |(number, text): (usize, &String)| {
            let wrong = |_| Error::new(Code::FieldInvalid).at(format!("/custodians/{number}"));
            Address::parse(text).map_err(wrong)
        };
        let custodians = new.custodians.iter().enumerate().map(custodian);
        let scope = Scope {
            custodians: custodians.collect::<Result<_, _>>()?,
            query: new.query,
            classes: new.classes,
            since: input::moment("since", new.since.as_deref())?,
            until: input::moment("until", new.until.as_deref())?,
        };
        state
            .records
            .place_hold(&ctx, new.matter, &scope, &new.reason)
    })
    .await?;
    json(StatusCode::CREATED, &HoldSet { id })
}
