//! `POST /v1/detectors/try`: what a text would be called. Nothing is kept.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use ctx::Action;
use flow::detectors::{Found, Tried};
use model::{Code, PhiLevel};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::{Door, NoQuery};
use super::{DetectorBody, placed};
use crate::answer::{Answer, json};
use crate::body::JsonBody;
use crate::caller::Caller;
use crate::input::Asked;
use crate::{ApiState, blocking, schema};

/// A text, and a detector that is not added yet.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DetectorTry {
    #[schema(max_length = 100_000)]
    text: String,
    /// Without one, the text is read by those in force.
    detector: Option<DetectorBody>,
}

/// What was found, and what the whole text is called.
#[derive(Serialize, ToSchema)]
pub(crate) struct DetectorTried {
    #[schema(schema_with = schema::level)]
    level: PhiLevel,
    found: Vec<FoundPlace>,
    /// Those in force cannot be used: mail counts as not read until one of them is changed.
    broken: bool,
}

/// One place; never the value.
#[derive(Serialize, ToSchema)]
pub(crate) struct FoundPlace {
    #[schema(example = "own_strong")]
    kind: &'static str,
    /// The organisation's own detector, by its name.
    detector: Option<String>,
    /// From 1.
    line: usize,
    /// From 1, in characters.
    column: usize,
    /// Characters.
    length: usize,
    confidence: u8,
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
    Door::new::<__path_try_detectors>(post(try_detectors), Action::DetectorRead, CODES)
}

/// Try detectors
///
/// The text is read and forgotten.
#[utoipa::path(post, path = "/v1/detectors/try", tag = "detectors", request_body = DetectorTry,
    responses((status = 200, description = "What was found.", body = DetectorTried))
)]
async fn try_detectors(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    Asked(NoQuery {}): Asked<NoQuery>,
    body: JsonBody,
) -> Answer {
    let tried = blocking(move || {
        let asked: DetectorTry = crate::json::from_slice(&body.bytes)?;
        let draft = asked.detector.map(DetectorBody::read).transpose();
        let tried =
            draft.and_then(|draft| state.flow.try_detectors(&ctx, draft.as_ref(), &asked.text));
        tried.map_err(placed)
    })
    .await?;
    json(StatusCode::OK, &DetectorTried::of(tried))
}

impl DetectorTried {
    fn of(tried: Tried) -> Self {
        Self {
            level: tried.level,
            found: tried.found.into_iter().map(FoundPlace::of).collect(),
            broken: tried.broken,
        }
    }
}

impl FoundPlace {
    fn of(found: Found) -> Self {
        Self {
            kind: found.kind,
            detector: found.detector,
            line: found.line,
            column: found.column,
            length: found.length,
            confidence: found.confidence,
        }
    }
}
