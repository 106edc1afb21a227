//! `POST /v1/matters`: one more matter.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use ctx::Action;
use model::{Code, MatterId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::{Door, NoQuery};
use crate::answer::{Answer, json};
use crate::body::JsonBody;
use crate::caller::Caller;
use crate::input::Asked;
use crate::{ApiState, blocking, schema};

/// What it is called; kept sealed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MatterNew {
    #[schema(max_length = 200, example = "Lee v. Clinic")]
    name: String,
}

/// Which one it is.
#[derive(Serialize, ToSchema)]
pub(crate) struct MatterSet {
    #[schema(schema_with = schema::matter_id)]
    pub(super) id: MatterId,
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
    Door::new::<__path_open_matter>(post(open_matter), Action::HoldManage, CODES)
}

/// Open a matter
#[utoipa::path(post, path = "/v1/matters", tag = "holds", request_body = MatterNew,
    responses((status = 201, description = "It is open.", body = MatterSet))
)]
async fn open_matter(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    Asked(NoQuery {}): Asked<NoQuery>,
    body: JsonBody,
) -> Answer {
    let id = blocking(move || {
        let new: MatterNew = crate::json::from_slice(&body.bytes)?;
        state.records.open_matter(&ctx, &new.name)
    })
    .await?;
    json(StatusCode::CREATED, &MatterSet { id })
}
