//! `/v1/retention/profile`: what the organisation is to the law of retention.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use ctx::Action;
use model::Code;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::super::{Door, NoQuery};
use super::{RetentionSetting, RetentionVersion, read};
use crate::answer::{Answer, json as answered};
use crate::body::JsonBody;
use crate::caller::Caller;
use crate::input::Asked;
use crate::{ApiState, blocking};

/// What the organisation is. Which rules bind it follows from this.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RetentionProfileNew {
    #[schema(example = json!(["US-NY", "US-NJ"]))]
    states: Vec<String>,
    #[schema(example = json!(["physician", "hospital"]))]
    provider_types: Vec<String>,
    #[serde(default)]
    #[schema(example = json!(["medicare_advantage"]))]
    programmes: Vec<String>,
    /// By whose calendar days are counted.
    #[schema(example = "America/New_York")]
    zone: String,
    #[schema(max_length = 500)]
    reason: String,
}

/// The newest version; null before anybody said so.
#[derive(Serialize, ToSchema)]
pub(crate) struct RetentionProfile {
    profile: Option<RetentionSetting>,
}

pub(in crate::endpoints) fn show_door() -> Door {
    Door::new::<__path_show_profile>(get(show_profile), Action::RetentionRead, &[])
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
    Door::new::<__path_set_profile>(post(set_profile), Action::RetentionManage, CODES)
}

/// Show what the organisation is to the law
#[utoipa::path(get, path = "/v1/retention/profile", tag = "retention",
    responses((status = 200, description = "What it is.", body = RetentionProfile))
)]
async fn show_profile(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    Asked(NoQuery {}): Asked<NoQuery>,
) -> Answer {
    let profile = blocking(move || {
        let found = state.records.keeping_profile(&ctx)?;
        found.map(RetentionSetting::of).transpose()
    })
    .await?;
    answered(StatusCode::OK, &RetentionProfile { profile })
}

/// Say what the organisation is to the law
///
/// The first version counts at once. Of a later one and the one before, whichever keeps a record longer binds for 14
/// days.
#[utoipa::path(post, path = "/v1/retention/profile", tag = "retention", request_body = RetentionProfileNew,
    responses((status = 201, description = "It is kept as a version.", body = RetentionVersion))
)]
async fn set_profile(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    Asked(NoQuery {}): Asked<NoQuery>,
    body: JsonBody,
) -> Answer {
    let version = blocking(move || {
        let new: RetentionProfileNew = crate::json::from_slice(&body.bytes)?;
        for (words, at) in [
            (json!({"states": new.states}), "/states"),
            (
                json!({"provider_types": new.provider_types}),
                "/provider_types",
            ),
            (json!({"programmes": new.programmes}), "/programmes"),
            (json!({"zone": new.zone}), "/zone"),
        ] {
            let mut whole = json!({"states": [], "provider_types": [], "zone": "UTC"});
            if let (Some(whole), Some(words)) = (whole.as_object_mut(), words.as_object()) {
                whole.extend(words.clone());
            }
            read::<records::keeping::Profile>(whole, at)?;
        }
        let profile = read(
            json!({"states": new.states, "provider_types": new.provider_types,
                "programmes": new.programmes, "zone": new.zone}),
            "/states",
        )?;
        state
            .records
            .set_keeping_profile(&ctx, &profile, &new.reason)
    })
    .await?;
    answered(StatusCode::CREATED, &RetentionVersion { version })
}
