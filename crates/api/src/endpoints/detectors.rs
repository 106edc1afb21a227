//! `/v1/detectors`: an organisation's own detectors. One file each; here is what they share.

pub(super) mod add;
pub(super) mod change;
pub(super) mod learn;
pub(super) mod list;
pub(super) mod remove;
pub(super) mod show;
pub(super) mod try_it;

use flow::detectors::{Detector, DetectorState, DetectorView, HitClass, HotWords, Near, Spec};
use model::{Code, DetectorId, Error, Result, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::schema;

/// What a detector looks for and what a hit says. Exactly one of `expression`, `words` and `shape` is given.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DetectorBody {
    /// Stands beside what it finds and in the audit log.
    #[schema(max_length = 60, example = "Heron study")]
    name: String,
    /// A regular expression: letters in any case, no look-around, no back-references.
    #[serde(default)]
    #[schema(max_length = 1000, example = "HRN-[0-9]{4}")]
    expression: Option<String>,
    /// Whole words or phrases, in any case.
    #[serde(default)]
    #[schema(max_items = 500)]
    words: Option<Vec<String>>,
    /// The shape of record numbers: capitals and separators stand for themselves, `#{6,8}` for digits, `@{2}` for
    /// letters, `-?` for a hyphen that may be missing.
    #[serde(default)]
    #[schema(max_length = 200, example = "MR-#{6,8}")]
    shape: Option<String>,
    /// The check digit of record numbers.
    #[serde(default)]
    #[schema(schema_with = schema::check_digit_or_null)]
    check: Option<String>,
    #[serde(default = "strong")]
    #[schema(schema_with = schema::hit_class)]
    class: String,
    /// Before hot words.
    #[serde(default = "usual")]
    #[schema(minimum = 1, maximum = 100, default = 65)]
    confidence: u8,
    #[serde(default)]
    hot_words: Option<HotWordsBody>,
    #[serde(default = "on")]
    #[schema(schema_with = schema::detector_state)]
    state: String,
}

/// Words near a hit that make it surer.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HotWordsBody {
    /// For record numbers, beside `MRN`, `chart` and the like, which are known.
    #[serde(default)]
    #[schema(max_items = 500)]
    words: Vec<String>,
    /// Octets to either side.
    #[schema(minimum = 0, maximum = 1000, example = 100)]
    window: u32,
    /// Added to the confidence.
    #[schema(minimum = 0, maximum = 100, example = 20)]
    raise: u8,
    /// A hit without one does not count.
    required: bool,
}

fn strong() -> String {
    HitClass::Strong.word().to_owned()
}
const fn usual() -> u8 {
    65
}
fn on() -> String {
    DetectorState::On.word().to_owned()
}

/// One detector as it is on record.
#[derive(Serialize, ToSchema)]
pub(crate) struct DetectorShown {
    #[schema(schema_with = schema::detector_id)]
    id: DetectorId,
    detector: DetectorBody,
    /// False for what cannot be read any more: mail counts as not read while it is on.
    usable: bool,
    /// Why it was changed last.
    reason: String,
    /// Who changed it last.
    author: String,
    #[schema(schema_with = schema::moment)]
    created_at: Timestamp,
    #[schema(schema_with = schema::moment)]
    updated_at: Timestamp,
}

/// The detector.
#[derive(Serialize, ToSchema)]
pub(crate) struct DetectorSet {
    #[schema(schema_with = schema::detector_id)]
    id: DetectorId,
}

impl DetectorBody {
    fn of(detector: Detector) -> Self {
        let (mut expression, mut words, mut shape, mut check) = (None, None, None, None);
        match detector.spec {
            Spec::Expression(text) => expression = Some(text),
            Spec::Words(list) => words = Some(list),
            Spec::RecordNumber {
                shape: text,
                check: scheme,
            } => {
                shape = Some(text);
                check = Some(scheme);
            }
        }
        Self {
            name: detector.name,
            expression,
            words,
            shape,
            check,
            class: detector.class.word().to_owned(),
            confidence: detector.confidence,
            hot_words: detector.hot_words.map(|hot| HotWordsBody {
                words: hot.words,
                window: hot.window,
                raise: hot.raise,
                required: hot.near == Near::Required,
            }),
            state: detector.state.word().to_owned(),
        }
    }

    fn read(self) -> Result<Detector> {
        let invalid = |place: &'static str| Error::new(Code::FieldInvalid).at(place);
        let spec = match (self.expression, self.words, self.shape) {
            (Some(text), None, None) => Spec::Expression(text),
            (None, Some(words), None) => Spec::Words(words),
            (None, None, Some(shape)) => Spec::RecordNumber {
                shape,
                check: self.check.unwrap_or_else(|| "none".to_owned()),
            },
            (None, None, None) => return Err(Error::new(Code::FieldMissing).at("/expression")),
            _ => {
                return Err(invalid("/expression")
                    .advising("Give one of expression, words and shape, and only one."));
            }
        };
        Ok(Detector {
            name: self.name,
            spec,
            class: HitClass::from_word(&self.class).ok_or_else(|| invalid("/class"))?,
            confidence: self.confidence,
            hot_words: self.hot_words.map(|hot| HotWords {
                words: hot.words,
                window: hot.window,
                raise: hot.raise,
                near: match hot.required {
                    true => Near::Required,
                    false => Near::Optional,
                },
            }),
            state: DetectorState::from_word(&self.state).ok_or_else(|| invalid("/state"))?,
        })
    }
}

/// A fault of the detector is told where it stands in the body.
fn placed(error: Error) -> Error {
    let at = match error.pointer() {
        None | Some("/reason" | "/text" | "/detectors") => return error,
        Some(at) => format!("/detector{at}"),
    };
    error.at(at)
}

impl DetectorShown {
    fn of(view: DetectorView) -> Self {
        Self {
            id: view.id,
            detector: DetectorBody::of(view.detector),
            usable: view.usable,
            reason: view.reason,
            author: view.author,
            created_at: view.created_at,
            updated_at: view.updated_at,
        }
    }
}
