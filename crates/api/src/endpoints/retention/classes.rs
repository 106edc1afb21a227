//! `/v1/retention/classes`: by which rules records are classified.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use ctx::Action;
use model::Code;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::super::{Door, NoQuery};
use super::{RetentionSetting, RetentionVersion, read};
use crate::answer::{Answer, json as answered};
use crate::body::JsonBody;
use crate::caller::Caller;
use crate::input::Asked;
use crate::{ApiState, blocking};

/// Rules of classification. A record that none matches, or that one cannot tell, is unclassified and kept like the
/// clinical class that is kept longest.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RetentionClassesNew {
    /// `order`, `all` or `first`, and `rules`, each with `id`, `when` and `classes`. A condition has `fact`
    /// (`label`, `detector`, `keyword`, `sender_role`, `recipient_role`, `patient_is_minor`), `any_of` and `none`.
    #[schema(value_type = Object, example = json!({"rules": [{"id": "claims", "when": [{"fact": "detector",
        "any_of": ["claim_number"]}], "classes": ["billing"]}]}))]
    classes: Value,
    #[schema(max_length = 500)]
    reason: String,
}

/// The newest version; null before anybody said so.
#[derive(Serialize, ToSchema)]
pub(crate) struct RetentionClasses {
    classes: Option<RetentionSetting>,
}

pub(in crate::endpoints) fn show_door() -> Door {
    Door::new::<__path_show_classes>(get(show_classes), Action::RetentionRead, &[])
}

pub(in crate::endpoints) fn set_door() -> Door {
    const CODES: &[Code] = &[
        Code::JsonInvalid,
        Code::ContentTypeUnsupported,
        Code::FieldUnknown,
        Code::FieldType,
        Code::FieldMissing,
        Code::FieldInvalid,
        Code::MessageTooLarge,
    ];
    Door::new::<__path_set_classes>(post(set_classes), Action::RetentionManage, CODES)
}

/// Show how records are classified
#[utoipa::path(get, path = "/v1/retention/classes", tag = "retention",
    responses((status = 200, description = "By which rules.", body = RetentionClasses))
)]
async fn show_classes(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    Asked(NoQuery {}): Asked<NoQuery>,
) -> Answer {
    let classes = blocking(move || {
        let found = state.records.classes(&ctx)?;
        found.map(RetentionSetting::of).transpose()
    })
    .await?;
    answered(StatusCode::OK, &RetentionClasses { classes })
}

/// Say how records are classified
///
/// Of this version and the one before, whichever keeps a record longer binds for 14 days.
#[utoipa::path(post, path = "/v1/retention/classes", tag = "retention", request_body = RetentionClassesNew,
    responses((status = 201, description = "It is kept as a version.", body = RetentionVersion))
)]
async fn set_classes(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    Asked(NoQuery {}): Asked<NoQuery>,
    body: JsonBody,
) -> Answer {
    let version = blocking(move || {
        let new: RetentionClassesNew = crate::json::from_slice(&body.bytes)?;
        let classes = read(new.classes, "/classes")?;
        state.records.set_classes(&ctx, &classes, &new.reason)
    })
    .await?;
    answered(StatusCode::CREATED, &RetentionVersion { version })
}
