//! `GET /v1/messages/{id}/disclosures`: to whom a message was exported.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use ctx::Action;
use model::{Code, MessageId};
use serde::Serialize;
use utoipa::ToSchema;

use super::super::{Door, NoQuery};
use super::ExportShown;
use crate::answer::{Answer, json};
use crate::caller::Caller;
use crate::input::{Asked, Ids};
use crate::{ApiState, blocking};

/// Exports that held it, the newest 200.
#[derive(Serialize, ToSchema)]
pub(crate) struct MessageDisclosures {
    disclosures: Vec<ExportShown>,
}

pub(in crate::endpoints) fn door() -> Door {
    const CODES: &[Code] = &[Code::IdInvalid, Code::NotFound];
    Door::new::<__path_list_disclosures>(get(list_disclosures), Action::ArchiveExport, CODES)
}

/// List the disclosures of a message
///
/// Date, recipient, what and purpose, as 45 CFR 164.528 asks for; of exports, not of mail.
#[utoipa::path(get, path = "/v1/messages/{id}/disclosures", tag = "archive",
    params(("id" = String, Path, description = "The message.", example = "msg_01KAJ5Z3E9T7M0X4Q8V2B6N1CD")),
    responses((status = 200, description = "All of them.", body = MessageDisclosures))
)]
async fn list_disclosures(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    ids: Ids,
    Asked(NoQuery {}): Asked<NoQuery>,
) -> Answer {
    let id = ids.parse::<MessageId>(0)?;
    let found = blocking(move || state.records.disclosures(&ctx, id)).await?;
    let disclosures = found.into_iter().map(ExportShown::of).collect();
    json(StatusCode::OK, &MessageDisclosures { disclosures })
}
