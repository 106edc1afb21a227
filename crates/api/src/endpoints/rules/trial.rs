//! `GET /v1/rules/{id}/trial`: how far the last trial of a version is, and what it found.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use ctx::Action;
use flow::rules::{Changed, Trial};
use model::{Code, Error, MessageId, Method, Timestamp};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

use super::super::{Door, NoQuery};
use super::Version;
use crate::answer::{Answer, json};
use crate::caller::Caller;
use crate::input::{Asked, Ids};
use crate::{ApiState, blocking, schema};

/// A trial, with what the version would have done so far. It names messages and rules, and nothing of content.
#[derive(Serialize, ToSchema)]
pub(crate) struct RulesTrial {
    version: u32,
    /// `running`, `done`, `failed`, `stopped`. A version can be made active once a trial of it is done.
    #[schema(example = "running")]
    state: &'static str,
    /// How much of the time is looked through, from now back; 100 when it is done.
    percent: u8,
    days: u32,
    /// The version it is compared with; null where the platform's rules stood alone.
    against: Option<u32>,
    #[schema(schema_with = schema::moment)]
    since: Timestamp,
    /// Who asked for it.
    actor: String,
    #[schema(schema_with = schema::moment)]
    begun_at: Timestamp,
    #[schema(schema_with = schema::moment_or_null)]
    ended_at: Option<Timestamp>,
    /// Recipients whose decision was made again.
    decided: u64,
    changed: Vec<RulesChanged>,
    /// The method would have been the same, and the subject, a warning or what a release takes another.
    changed_otherwise: u64,
    /// How often each of its rules struck, by id; those in shadow mode too.
    #[schema(schema_with = schema::counts)]
    struck: BTreeMap<String, u64>,
    /// How often a rule asked for a fact that is not on record.
    unanswered: u64,
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
    const CODES: &[Code] = &[Code::IdInvalid, Code::NotFound];
    Door::new::<__path_show_trial>(get(show_trial), Action::RulesRead, CODES)
}

/// Show the trial of a version
///
/// The last one that was asked for; `not_found` where nobody did.
#[utoipa::path(get, path = "/v1/rules/{id}/trial", tag = "rules",
    params(("id" = u32, Path, description = "The version's number.", example = 3)),
    responses((status = 200, description = "How far it is, and what it found.", body = RulesTrial))
)]
async fn show_trial(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    ids: Ids,
    Asked(NoQuery {}): Asked<NoQuery>,
) -> Answer {
    let Version(version) = ids.parse(0)?;
    let trial = blocking(move || {
        let found = state.flow.trial(&ctx, version)?;
        found.ok_or_else(|| Error::new(Code::NotFound))
    })
    .await?;
    json(StatusCode::OK, &RulesTrial::of(trial))
}

impl RulesTrial {
    pub(super) fn of(trial: Trial) -> Self {
        let mut changed: Vec<RulesChanged> =
            trial.changed.into_iter().map(RulesChanged::of).collect();
        changed.sort_by_key(|one| (one.from, one.to));
        Self {
            version: trial.version,
            state: trial.state.word(),
            percent: trial.percent,
            days: trial.days,
            against: trial.against,
            since: trial.since,
            actor: trial.actor,
            begun_at: trial.begun_at,
            ended_at: trial.ended_at,
            decided: trial.decided,
            changed,
            changed_otherwise: trial.changed_otherwise,
            struck: trial.struck,
            unanswered: trial.unanswered,
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
