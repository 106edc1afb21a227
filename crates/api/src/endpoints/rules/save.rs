//! `POST /v1/rules`: a text of rules becomes a draft, or its faults are told, each with its line.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use ctx::Action;
use flow::rules::{RuleError, Saved};
use model::Code;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::{Door, NoQuery};
use crate::answer::{Answer, json};
use crate::body::JsonBody;
use crate::caller::Caller;
use crate::input::Asked;
use crate::{ApiState, blocking};

/// Rules as text, and why they are written.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RulesNew {
    #[schema(
        max_length = 131_072,
        example = "rule long:\n  when pages over 20 and level at least likely\n  then quarantine\n  because the minimum necessary leaves\n"
    )]
    text: String,
    #[schema(max_length = 500)]
    reason: String,
}

/// What became of it: a version, or faults.
#[derive(Serialize, ToSchema)]
pub(crate) struct RulesSaved {
    /// The draft's number; null where the text has faults and nothing was kept.
    version: Option<u32>,
    faults: Vec<RuleFault>,
}

/// What is wrong with a text, and where.
#[derive(Serialize, ToSchema)]
pub(crate) struct RuleFault {
    /// From 1; 0 for the text as a whole.
    line: u32,
    column: Option<u32>,
    /// The rule's id, where it has one.
    rule: String,
    #[schema(example = "unknown_fact")]
    code: &'static str,
    /// What to do about it.
    remedy: &'static str,
}

pub(in crate::endpoints) fn door() -> Door {
    const CODES: &[Code] = &[
        Code::JsonInvalid,
        Code::ContentTypeUnsupported,
        Code::FieldUnknown,
        Code::FieldType,
        Code::FieldMissing,
        Code::FieldInvalid,
        Code::MessageTooLarge,
    ];
    Door::new::<__path_save_rules>(post(save_rules), Action::RulesEdit, CODES)
}

/// Write a version of the rules
///
/// It is kept as a draft; nothing is decided by it until it was tried and made active. A text with faults is not
/// kept: the answer names each with its line.
#[utoipa::path(post, path = "/v1/rules", tag = "rules", request_body = RulesNew,
    responses((status = 200, description = "It was kept, or it has faults.", body = RulesSaved))
)]
async fn save_rules(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    Asked(NoQuery {}): Asked<NoQuery>,
    body: JsonBody,
) -> Answer {
    let saved = blocking(move || {
        let new: RulesNew = crate::json::from_slice(&body.bytes)?;
        state.flow.save_rules(&ctx, &new.text, &new.reason)
    })
    .await?;
    let saved = match saved {
        Saved::Version(version) => RulesSaved {
            version: Some(version),
            faults: Vec::new(),
        },
        Saved::Faulty(errors) => RulesSaved {
            version: None,
            faults: errors.into_iter().map(RuleFault::of).collect(),
        },
    };
    json(StatusCode::OK, &saved)
}

impl RuleFault {
    fn of(error: RuleError) -> Self {
        Self {
            line: error.line,
            column: error.column,
            rule: error.rule,
            code: error.code.word(),
            remedy: error.code.remedy(),
        }
    }
}
