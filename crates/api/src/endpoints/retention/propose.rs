//! `POST /v1/retention/proposals`: a rule is to be enabled or disabled, says one person.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use ctx::Action;
use model::{Code, Error};
use records::keeping::{Proposed, RuleRef};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::super::{Door, NoQuery};
use super::{RetentionNumber, read};
use crate::answer::{Answer, json};
use crate::body::JsonBody;
use crate::caller::Caller;
use crate::input::Asked;
use crate::{ApiState, blocking};

/// One of `enable`, `disable` and `own`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RetentionProposalNew {
    enable: Option<RetentionRuleRef>,
    disable: Option<RetentionRuleRef>,
    /// A rule of the organisation's own, with the keys of a rule.
    #[schema(value_type = Option<Object>)]
    own: Option<Value>,
    #[schema(max_length = 500)]
    reason: String,
}

/// A version of a rule.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RetentionRuleRef {
    #[schema(example = "us-ny-hospital")]
    id: String,
    #[schema(example = 1)]
    version: u32,
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
    Door::new::<__path_propose_rule>(post(propose_rule), Action::RetentionManage, CODES)
}

/// Propose to enable or disable a rule
///
/// `state_conflict` where the rule has an open proposal, or is so already. Nothing changes before a second person
/// approved it.
#[utoipa::path(post, path = "/v1/retention/proposals", tag = "retention", request_body = RetentionProposalNew,
    responses((status = 201, description = "It is open.", body = RetentionNumber))
)]
async fn propose_rule(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    Asked(NoQuery {}): Asked<NoQuery>,
    body: JsonBody,
) -> Answer {
    let number = blocking(move || {
        let new: RetentionProposalNew = crate::json::from_slice(&body.bytes)?;
        let rule = |of: RetentionRuleRef| RuleRef {
            id: of.id,
            version: of.version,
        };
        let what = match (new.enable, new.disable, new.own) {
            (Some(of), None, None) => Proposed::Enable(rule(of)),
            (None, Some(of), None) => Proposed::Disable(rule(of)),
            (None, None, Some(own)) => Proposed::Own(Box::new(read(own, "/own")?)),
            _ => return Err(Error::new(Code::FieldMissing).at("/enable")),
        };
        state.records.propose_rule(&ctx, &what, &new.reason)
    })
    .await?;
    json(StatusCode::CREATED, &RetentionNumber { number })
}
