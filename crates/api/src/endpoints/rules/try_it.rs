//! `POST /v1/rules/{id}/try`: what a version would have done to mail that was decided before.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use ctx::Action;
use flow::rules::{Changed, Trial};
use model::{Code, MessageId, Method, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

use super::super::{Door, NoQuery};
use super::Version;
use crate::answer::{Answer, json};
use crate::body::JsonBody;
use crate::caller::Caller;
use crate::input::{Asked, Ids};
use crate::{ApiState, blocking, schema};

/// On which mail.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RulesTry {
    /// That of the last days.
    #[schema(minimum = 1, maximum = 366, example = 7)]
    days: u32,
}

/// What it would have done. It names messages and rules, and nothing of content.
#[derive(Serialize, ToSchema)]
pub(crate) struct RulesTried {
    version: u32,
    #[schema(schema_with = schema::moment_or_null)]
    since: Option<Timestamp>,
    /// Recipients whose decision was made again.
    decided: u64,
    changed: Vec<RulesChanged>,
    /// How often each of its rules struck, by id; those in shadow mode too.
    #[schema(schema_with = schema::counts)]
    struck: BTreeMap<String, u64>,
    /// Recipients of whom too little is on record.
    unknown: u64,
    /// There was more mail than a trial looks at; the newest was taken.
    cut: bool,
}

/// From one method to another.
#[derive(Serialize, ToSchema)]
pub(crate) struct RulesChanged {
    #[schema(schema_with = schema::method)]
    from: Method,
    #[schema(schema_with = schema::method)]
    to: Method,
    count: u64,
    /// Some of the messages.
    #[schema(value_type = Vec<String>)]
    examples: Vec<MessageId>,
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
    Door::new::<__path_try_rules>(post(try_rules), Action::RulesRead, CODES)
}

/// Try a version of the rules
///
/// Decides again about mail of the last days, by the rules in force and by this version, from the facts that are
/// on record. Nothing is opened and nothing is sent. A version can be made active once it was tried.
#[utoipa::path(post, path = "/v1/rules/{id}/try", tag = "rules", request_body = RulesTry,
    params(("id" = u32, Path, description = "The version's number.", example = 3)),
    responses((status = 200, description = "What it would have done.", body = RulesTried))
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
        state.flow.try_rules(&ctx, version, asked.days, &mut |_| ())
    })
    .await?;
    json(StatusCode::OK, &RulesTried::of(trial))
}

impl RulesTried {
    fn of(trial: Trial) -> Self {
        let mut changed: Vec<RulesChanged> =
            trial.changed.into_iter().map(RulesChanged::of).collect();
        changed.sort_by_key(|one| (one.from, one.to));
        Self {
            version: trial.version,
            since: trial.since,
            decided: trial.decided,
            changed,
            struck: trial.struck,
            unknown: trial.unknown,
            cut: trial.cut,
        }
    }
}

impl RulesChanged {
    fn of(changed: Changed) -> Self {
        Self {
            from: changed.from,
            to: changed.to,
            count: changed.count,
            examples: changed.examples,
        }
    }
}
