//! `POST /v1/rules/{id}/try`: asks what a version would have done to mail that was decided before.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use ctx::Action;
use model::{Code, Error};
use serde::Deserialize;
use utoipa::ToSchema;

use super::super::{Door, NoQuery};
use super::Version;
use super::trial::RulesTrial;
use crate::answer::{Answer, json};
use crate::body::JsonBody;
use crate::caller::Caller;
use crate::input::{Asked, Ids};
use crate::{ApiState, blocking};

/// On which mail.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RulesTry {
    /// That of the last days.
    #[schema(minimum = 1, maximum = 366, example = 7)]
    days: u32,
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
    Door::new::<__path_try_rules>(post(try_rules), Action::RulesRead, CODES)
}

/// Try a version of the rules
///
/// Begins to decide again about mail of the last days, by the rules in force and by this version, from what is on
/// record. No content is opened and nothing is sent. One trial of an organisation runs at a time; how far it is
/// and what it found shows at `/v1/rules/{id}/trial`. A version can be made active once its trial is done.
#[utoipa::path(post, path = "/v1/rules/{id}/try", tag = "rules", request_body = RulesTry,
    params(("id" = u32, Path, description = "The version's number.", example = 3)),
    responses((status = 202, description = "The trial has begun.", body = RulesTrial))
)]
async fn try_rules(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    ids: Ids,
    Asked(NoQuery {}): Asked<NoQuery>,
    body: JsonBody,
) -> Answer {
    let Version(version) = ids.parse(0)?;
    let trial = blocking(move || {
        let asked: RulesTry = crate::json::from_slice(&body.bytes)?;
        state.flow.begin_trial(&ctx, version, asked.days)?;
        let found = state.flow.trial(&ctx, version)?;
        found.ok_or_else(|| Error::new(Code::NotFound))
    })
    .await?;
    json(StatusCode::ACCEPTED, &RulesTrial::of(trial))
}
