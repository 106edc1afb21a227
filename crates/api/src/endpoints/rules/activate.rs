//! `POST /v1/rules/{id}/activate`: a version that was tried decides from the next message on.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use ctx::Action;
use model::Code;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::{Door, NoQuery};
use super::Version;
use crate::answer::{Answer, json};
use crate::body::JsonBody;
use crate::caller::Caller;
use crate::input::{Asked, Ids};
use crate::{ApiState, blocking};

/// Why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RulesActivate {
    #[schema(max_length = 500)]
    reason: String,
}

/// What decides now.
#[derive(Serialize, ToSchema)]
pub(crate) struct RulesActive {
    /// The version's number.
    #[schema(example = 3)]
    active: u32,
}

pub(in crate::endpoints) fn door() -> Door {
    const CODES: &[Code] = &[
        Code::IdInvalid,
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
    Door::new::<__path_activate_rules>(post(activate_rules), Action::RulesActivate, CODES)
}

/// Make a version of the rules active
///
/// The one that was active is retired. `state_conflict` where it is active already, or nobody tried it.
#[utoipa::path(post, path = "/v1/rules/{id}/activate", tag = "rules", request_body = RulesActivate,
    params(("id" = u32, Path, description = "The version's number.", example = 3)),
    responses((status = 200, description = "It decides now.", body = RulesActive))
)]
async fn activate_rules(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    ids: Ids,
    Asked(NoQuery {}): Asked<NoQuery>,
    body: JsonBody,
) -> Answer {
    let Version(version) = ids.parse(0)?;
    blocking(move || {
        let asked: RulesActivate = crate::json::from_slice(&body.bytes)?;
        state.flow.activate_rules(&ctx, version, &asked.reason)
    })
    .await?;
    json(StatusCode::OK, &RulesActive { active: version })
}
