//! `POST /v1/detectors/learn`: the shape of record numbers, from samples that are read and forgotten.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use ctx::Action;
use flow::detectors::{LearnError, Learned, Spec};
use model::{Code, Error};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::{Door, NoQuery};
use crate::answer::{Answer, json};
use crate::body::JsonBody;
use crate::caller::Caller;
use crate::input::Asked;
use crate::{ApiState, blocking, schema};

/// Characters of the samples, as documented below.
const SAMPLES_CHARS_MAX: usize = 20_000;

/// Record numbers of the organisation.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DetectorSamples {
    /// 5 to 200 numbers, a line, a comma, a semicolon or a tab apart.
    #[schema(max_length = 20_000)]
    samples: String,
}

/// What the numbers have in common.
#[derive(Serialize, ToSchema)]
pub(crate) struct DetectorLearned {
    /// For `shape` of a detector.
    #[schema(example = "MR-#{6,8}")]
    shape: String,
    /// For `check` of a detector.
    #[schema(schema_with = schema::check_digit)]
    check: String,
    /// Different numbers that were given.
    samples: usize,
    /// Those that do not fit, counted from 1.
    strangers: Vec<usize>,
    /// Of so many numbers of the same length one passes by chance.
    one_in: u64,
    /// Ordinary numbers that look the same: `count`, `zip`, `date`, `telephone`, `social_security`. Where there
    /// is one, let the detector ask for a word beside the number.
    looks: Vec<&'static str>,
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
    Door::new::<__path_learn_detector>(post(learn_detector), Action::DetectorManage, CODES)
}

/// Learn the shape of record numbers
///
/// Nothing is added and no number is kept. `field_invalid` at `/samples` where they have no shape in common.
#[utoipa::path(post, path = "/v1/detectors/learn", tag = "detectors", request_body = DetectorSamples,
    responses((status = 200, description = "The shape.", body = DetectorLearned))
)]
async fn learn_detector(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    Asked(NoQuery {}): Asked<NoQuery>,
    body: JsonBody,
) -> Answer {
    let learned = blocking(move || {
        let asked: DetectorSamples = crate::json::from_slice(&body.bytes)?;
        if asked.samples.chars().count() > SAMPLES_CHARS_MAX {
            return Err(refused(LearnError::TooMany));
        }
        let learned = state.flow.learn_record_numbers(&ctx, &asked.samples)?;
        learned.map_err(refused)
    })
    .await?;
    json(StatusCode::OK, &DetectorLearned::of(learned))
}

fn refused(error: LearnError) -> Error {
    let advice = match error {
        LearnError::TooFew => "Give at least five different numbers.",
        LearnError::TooMany => "Give at most 200 numbers.",
        LearnError::NoNumber(_) => {
            "Give numbers alone: letters, digits, hyphens, dots and slashes, up to 32 characters each."
        }
        LearnError::Contradict => {
            "More than one in ten is of another shape. Give numbers of one kind."
        }
        LearnError::TooShort => {
            "The numbers are too short to be known in a text. Add words instead."
        }
    };
    Error::new(Code::FieldInvalid)
        .at("/samples")
        .advising(advice)
}

impl DetectorLearned {
    fn of(learned: Learned) -> Self {
        let (shape, check) = match learned.spec {
            Spec::RecordNumber { shape, check } => (shape, check),
            Spec::Expression(_) | Spec::Words(_) => Default::default(),
        };
        Self {
            shape,
            check,
            samples: learned.samples,
            strangers: learned.strangers,
            one_in: learned.one_in,
            looks: learned.looks.iter().map(|looks| looks.word()).collect(),
        }
    }
}
