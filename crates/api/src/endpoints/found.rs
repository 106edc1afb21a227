//! What was found by place, and what was decided besides the method, as the answers show it.

use std::collections::BTreeMap;

use flow::Besides as Decided;
use flow::view::{FoundAt, Place};
use model::Method;
use serde::Serialize;
use utoipa::ToSchema;

use crate::schema;

/// All that was found in one place: kinds and how often, never a value.
#[derive(Serialize, ToSchema)]
pub(crate) struct FoundIn {
    /// `subject`, `header`, `body`, `attachment`, `unknown`
    #[schema(example = "attachment")]
    place: &'static str,
    /// The file's number from 1, where it is one.
    attachment: Option<u32>,
    /// Where in the file: `page 3`, `sheet 2`, `slide 7`.
    #[schema(example = "page 3")]
    spot: Option<String>,
    #[schema(schema_with = schema::counts)]
    counts: BTreeMap<String, u32>,
    /// The organisation's own detectors among what found it, by name.
    #[schema(schema_with = schema::counts)]
    detectors: BTreeMap<String, u32>,
}

impl FoundIn {
    pub(super) fn of(found: FoundAt) -> Self {
        let place = found.place.word();
        let (attachment, spot) = match found.place {
            Place::Attachment { file, spot } => (
                Some(file),
                spot.map(|(word, number)| format!("{word} {number}")),
            ),
            _ => (None, None),
        };
        Self {
            place,
            attachment,
            spot,
            counts: found.kinds.into_iter().collect(),
            detectors: found.detectors.into_iter().collect(),
        }
    }
}

/// What was decided besides the method.
#[derive(Serialize, ToSchema)]
pub(crate) struct Besides {
    /// What travels is a copy without the values that were found.
    redact: bool,
    /// Words of texts that the sender is shown.
    warnings: Vec<String>,
    /// Statements of law that travel with it.
    notices: Vec<String>,
    /// What rules in shadow mode would have asked for.
    shadow: Vec<ShadowHit>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct ShadowHit {
    #[schema(example = "long-documents")]
    rule: String,
    #[schema(schema_with = schema::method)]
    method: Method,
}

impl Besides {
    pub(super) fn of(decided: Decided) -> Self {
        let shadow = decided.shadow.into_iter();
        Self {
            redact: decided.redact,
            warnings: decided.warnings,
            notices: decided.notices.iter().map(ToString::to_string).collect(),
            shadow: shadow
                .map(|hit| ShadowHit {
                    rule: hit.rule,
                    method: hit.method,
                })
                .collect(),
        }
    }
}
