//! `GET /v1/retention/items/{id}`: until when a record is kept, and why.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use ctx::Action;
use model::{Code, MessageId, Result};
use records::keeping::{RecordKeeping, Sentence};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;
use utoipa::ToSchema;

use super::super::{Door, NoQuery};
use super::{RetentionItem, value};
use crate::answer::{Answer, json};
use crate::caller::Caller;
use crate::input::{Asked, Ids};
use crate::{ApiState, blocking};

/// One record. It holds days of a patient; that it was shown is on record.
#[derive(Serialize, ToSchema)]
pub(crate) struct RetentionRecord {
    item: RetentionItem,
    /// What rules found, which could not be told, and what a person said instead; null before it was reckoned.
    #[schema(value_type = Option<Object>)]
    classification: Option<Value>,
    /// The verdict, then what is missing, one by one.
    verdict: Vec<RetentionSentence>,
    /// What was counted, rule by rule.
    rules: Vec<RetentionCounted>,
}

/// A rule and its steps.
#[derive(Serialize, ToSchema)]
pub(crate) struct RetentionCounted {
    #[schema(example = "us-ny-hospital version 1")]
    rule: String,
    steps: Vec<RetentionSentence>,
}

/// A sentence as a code with arguments.
#[derive(Serialize, ToSchema)]
pub(crate) struct RetentionSentence {
    #[schema(example = "not_due")]
    code: String,
    #[schema(value_type = Object, example = json!({"kept_through": "2033-11-30"}))]
    arguments: BTreeMap<String, String>,
}

impl RetentionSentence {
    fn of(sentence: Sentence) -> Self {
        Self {
            code: sentence.code,
            arguments: sentence.arguments,
        }
    }
}

impl RetentionRecord {
    fn of(view: RecordKeeping) -> Result<Self> {
        let all = |told: Vec<Sentence>| told.into_iter().map(RetentionSentence::of).collect();
        let (verdict, rules) = view.answer.map_or((Vec::new(), Vec::new()), |answer| {
            let rules = answer.explanation.sentences().into_iter();
            let rules = rules.map(|(rule, steps)| RetentionCounted {
                rule: rule.to_string(),
                steps: all(steps),
            });
            (all(answer.verdict.sentences()), rules.collect())
        });
        Ok(Self {
            item: RetentionItem::of(view.item),
            classification: view.classification.as_ref().map(value).transpose()?,
            verdict,
            rules,
        })
    }
}

pub(in crate::endpoints) fn door() -> Door {
    const CODES: &[Code] = &[Code::IdInvalid, Code::NotFound, Code::KeyDestroyed];
    Door::new::<__path_show_record>(get(show_record), Action::RetentionRead, CODES)
}

/// Show until when a record is kept, and why
#[utoipa::path(get, path = "/v1/retention/items/{id}", tag = "retention",
    params(("id" = String, Path, description = "The message.", example = "msg_01KAJ5Z3E9T7M0X4Q8V2B6N1CD")),
    responses((status = 200, description = "Until when and why.", body = RetentionRecord))
)]
async fn show_record(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    ids: Ids,
    Asked(NoQuery {}): Asked<NoQuery>,
) -> Answer {
    let id = ids.parse::<MessageId>(0)?;
    let shown = blocking(move || {
        let found = state.records.record_keeping(&ctx, id)?;
        RetentionRecord::of(found)
    })
    .await?;
    json(StatusCode::OK, &shown)
}
