//! `GET /v1/rules/{id}`: one version with its text.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use ctx::Action;
use model::Code;

use super::super::{Door, NoQuery};
use super::{RuleVersion, Version};
use crate::answer::{Answer, json};
use crate::caller::Caller;
use crate::input::{Asked, Ids};
use crate::{ApiState, blocking};

pub(in crate::endpoints) fn door() -> Door {
    const CODES: &[Code] = &[Code::IdInvalid, Code::NotFound];
    Door::new::<__path_show_rules>(get(show_rules), Action::RulesRead, CODES)
}

/// Show a version of the rules
#[utoipa::path(get, path = "/v1/rules/{id}", tag = "rules",
    params(("id" = u32, Path, description = "The version's number.", example = 3)),
    responses((status = 200, description = "The version.", body = RuleVersion))
)]
async fn show_rules(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    ids: Ids,
    Asked(NoQuery {}): Asked<NoQuery>,
) -> Answer {
    let Version(version) = ids.parse(0)?;
    let view = blocking(move || state.flow.rule_version(&ctx, version)).await?;
    json(StatusCode::OK, &RuleVersion::of(view))
}
