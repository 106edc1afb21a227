//! `POST /v1/correspondents`: what is known about an address, in place of what was on record.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use ctx::Action;
use flow::correspondents::{NewCorrespondent, Warned};
use model::{
    Address, Code, CorrespondentId, Error, Method, RecipientClass, Restriction, Timestamp,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::{Door, NoQuery};
use crate::answer::{Answer, json};
use crate::body::JsonBody;
use crate::caller::Caller;
use crate::input::Asked;
use crate::{ApiState, blocking, schema};

/// What is known about an address. What is left out is not on record afterwards.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CorrespondentNew {
    #[schema(format = Email, example = "pat@mail.example")]
    address: String,
    #[serde(default)]
    #[schema(max_length = 200)]
    name: String,
    #[serde(default)]
    #[schema(max_length = 500)]
    note: String,
    #[schema(schema_with = schema::recipient_class)]
    class: RecipientClass,
    #[schema(schema_with = schema::preference_or_null)]
    prefers: Option<Method>,
    /// Whether the owner was warned of what can happen to plain mail and still wants it. Without it, what is
    /// on record stays.
    warned: Option<bool>,
    #[schema(schema_with = schema::restriction_or_null)]
    restriction: Option<Restriction>,
    /// RFC 3339: until when disclosures under 42 CFR Part 2 to this address are consented to.
    #[schema(format = DateTime, example = "2027-11-21T14:00:00-05:00")]
    part2_until: Option<String>,
    /// What that consent covers. It travels with each such disclosure (42 CFR 2.32(b)), so a consent needs it.
    #[serde(default)]
    #[schema(
        max_length = 1000,
        example = "Treatment records of 2026, for care by Eastside Clinic"
    )]
    part2_scope: String,
}

/// The record.
#[derive(Serialize, ToSchema)]
pub(crate) struct CorrespondentSet {
    #[schema(schema_with = schema::correspondent_id)]
    id: CorrespondentId,
}

pub(in crate::endpoints) fn door() -> Door {
    const CODES: &[Code] = &[
        Code::JsonInvalid,
        Code::ContentTypeUnsupported,
        Code::FieldUnknown,
        Code::FieldType,
        Code::FieldMissing,
        Code::FieldInvalid,
        Code::AddressInvalid,
        Code::DateInvalid,
        Code::MessageTooLarge,
    ];
    Door::new::<__path_set_correspondent>(
        post(set_correspondent),
        Action::CorrespondentManage,
        CODES,
    )
}

/// Record a correspondent
///
/// Decisions about mail accepted from now on know of it. Plain mail can be preferred only with the warning on
/// record: `field_invalid` at `/warned` otherwise.
#[utoipa::path(post, path = "/v1/correspondents", tag = "correspondents", request_body = CorrespondentNew,
    responses((status = 200, description = "It is on record.", body = CorrespondentSet))
)]
async fn set_correspondent(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    Asked(NoQuery {}): Asked<NoQuery>,
    body: JsonBody,
) -> Answer {
    let id = blocking(move || {
        let asked: CorrespondentNew = crate::json::from_slice(&body.bytes)?;
        state.flow.set_correspondent(&ctx, &asked.read()?)
    })
    .await?;
    json(StatusCode::OK, &CorrespondentSet { id })
}

impl CorrespondentSet {
    pub(super) fn of(id: CorrespondentId) -> Self {
        Self { id }
    }
}

impl CorrespondentNew {
    fn read(self) -> model::Result<NewCorrespondent> {
        let moment = |text: String| {
            Timestamp::parse_rfc3339(&text)
                .ok_or_else(|| Error::new(Code::DateInvalid).at("/part2_until"))
        };
        Ok(NewCorrespondent {
            address: Address::parse(&self.address).map_err(|e| e.at("/address"))?,
            name: self.name,
            note: self.note,
            class: self.class,
            prefers: self.prefers,
            warned: match self.warned {
                None => Warned::Keep,
                Some(true) => Warned::Yes,
                Some(false) => Warned::No,
            },
            restriction: self.restriction,
            part2_until: self.part2_until.map(moment).transpose()?,
            part2_scope: self.part2_scope,
        })
    }
}
