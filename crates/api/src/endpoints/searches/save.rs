//! `POST /v1/archive/searches`: one more search is kept.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use ctx::Action;
use model::Code;

use super::super::{Door, NoQuery};
use super::{SearchKept, SearchSet};
use crate::answer::{Answer, json};
use crate::body::JsonBody;
use crate::caller::Caller;
use crate::input::Asked;
use crate::{ApiState, blocking};

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
    Door::new::<__path_save_search>(post(save_search), Action::ArchiveSearch, CODES)
}

/// Save a search
///
/// It is not run. `field_invalid` at `/searches` beyond 500 of an organisation.
#[utoipa::path(post, path = "/v1/archive/searches", tag = "archive", request_body = SearchKept,
    responses((status = 201, description = "It is kept.", body = SearchSet))
)]
async fn save_search(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    Asked(NoQuery {}): Asked<NoQuery>,
    body: JsonBody,
) -> Answer {
    let id = blocking(move || {
        let kept: SearchKept = crate::json::from_slice(&body.bytes)?;
        state.records.save_search(&ctx, &kept.read())
    })
    .await?;
    json(StatusCode::CREATED, &SearchSet { id })
}
