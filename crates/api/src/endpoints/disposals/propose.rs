//! `POST /v1/disposals`: somebody asks that what is due be destroyed.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use ctx::Action;
use model::Code;

use super::super::{Door, NoQuery};
use super::{DisposalReason, DisposalSet};
use crate::answer::{Answer, json};
use crate::body::JsonBody;
use crate::caller::Caller;
use crate::input::Asked;
use crate::{ApiState, blocking};

pub(in crate::endpoints) fn door() -> Door {
    const CODES: &[Code] = &[
        Code::StateConflict,
        Code::JsonInvalid,
        Code::ContentTypeUnsupported,
        Code::FieldUnknown,
        Code::FieldType,
        Code::FieldMissing,
        Code::FieldInvalid,
        Code::MessageTooLarge,
    ];
    Door::new::<__path_propose_disposal>(post(propose_disposal), Action::DisposalManage, CODES)
}

/// Ask for the disposal of what is due
///
/// What it comes to is put together within seconds: up to 10,000 records, oldest first. Nothing is destroyed by it: a
/// person has to agree in the console, another one than who asked, then it cools off for 14 days, and then every record
/// is asked about again. `state_conflict` while another one is not decided or not done.
#[utoipa::path(post, path = "/v1/disposals", tag = "retention", request_body = DisposalReason,
    responses((status = 201, description = "It is asked for.", body = DisposalSet))
)]
async fn propose_disposal(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    Asked(NoQuery {}): Asked<NoQuery>,
    body: JsonBody,
) -> Answer {
    let id = blocking(move || {
        let asked: DisposalReason = crate::json::from_slice(&body.bytes)?;
        state.records.propose_disposal(&ctx, &asked.reason)
    })
    .await?;
    json(StatusCode::CREATED, &DisposalSet { id })
}
