//! `POST /v1/retention/items/{id}/classes`: a person's word on what a record is, or whose.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use ctx::Action;
use model::{Code, Error, MessageId, Result};
use records::keeping::{Class, Correcting};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::ToSchema;

use super::super::{Door, NoQuery};
use crate::answer::{Answer, json};
use crate::body::JsonBody;
use crate::caller::Caller;
use crate::input::{Asked, Ids};
use crate::{ApiState, blocking, schema};

/// What it is. It stands before what rules find.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RetentionCorrection {
    #[schema(example = json!(["billing"]))]
    classes: Vec<String>,
    /// The number the patient has where days are fed from; left out, it stays as it was.
    patient: Option<String>,
    #[schema(max_length = 500)]
    reason: String,
}

/// Which record it is.
#[derive(Serialize, ToSchema)]
pub(crate) struct RetentionCorrected {
    #[schema(schema_with = schema::message_id)]
    id: MessageId,
}

pub(in crate::endpoints) fn door() -> Door {
    const CODES: &[Code] = &[
        Code::IdInvalid,
        Code::NotFound,
        Code::KeyDestroyed,
        Code::JsonInvalid,
        Code::ContentTypeUnsupported,
        Code::FieldUnknown,
        Code::FieldType,
        Code::FieldMissing,
        Code::FieldInvalid,
        Code::MessageTooLarge,
    ];
    Door::new::<__path_correct_record>(post(correct_record), Action::RetentionManage, CODES)
}

/// Say what a record is
#[utoipa::path(post, path = "/v1/retention/items/{id}/classes", tag = "retention", request_body = RetentionCorrection,
    params(("id" = String, Path, description = "The message.", example = "msg_01KAJ5Z3E9T7M0X4Q8V2B6N1CD")),
    responses((status = 200, description = "It is so from now on.", body = RetentionCorrected))
)]
async fn correct_record(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    ids: Ids,
    Asked(NoQuery {}): Asked<NoQuery>,
    body: JsonBody,
) -> Answer {
    let id = ids.parse::<MessageId>(0)?;
    blocking(move || {
        let asked: RetentionCorrection = crate::json::from_slice(&body.bytes)?;
        let classes = asked.classes.iter().map(|word| {
            Class::parse(word).ok_or_else(|| Error::new(Code::FieldInvalid).at("/classes"))
        });
        let word = Correcting {
            classes: classes.collect::<Result<BTreeSet<_>>>()?,
            patient: asked.patient,
            reason: asked.reason,
        };
        state.records.correct_record(&ctx, id, &word)
    })
    .await?;
    json(StatusCode::OK, &RetentionCorrected { id })
}
