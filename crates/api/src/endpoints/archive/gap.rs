//! `GET /v1/archive/gap`: whether everything that was accepted can be found.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use ctx::Action;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::{Door, NoQuery};
use crate::answer::{Answer, json};
use crate::caller::Caller;
use crate::input::Asked;
use crate::{ApiState, blocking};

/// The archive beside what was accepted: `accepted` is `archived` and `waiting` together, or something is wrong.
#[derive(Serialize, ToSchema)]
pub(crate) struct ArchiveGap {
    accepted: u64,
    archived: u64,
    /// Accepted, and not archived yet: seconds, on a healthy machine.
    waiting: u64,
    /// Archived, and parts of it cannot be found: encrypted, damaged or too large files.
    partial: u64,
}

pub(in crate::endpoints) fn door() -> Door {
    Door::new::<__path_archive_gap>(get(archive_gap), Action::ArchiveSearch, &[])
}

/// Compare the archive with what was accepted
#[utoipa::path(get, path = "/v1/archive/gap", tag = "archive",
    responses((status = 200, description = "Counts of messages.", body = ArchiveGap))
)]
async fn archive_gap(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    Asked(NoQuery {}): Asked<NoQuery>,
) -> Answer {
    let gap = blocking(move || state.records.gap(&ctx)).await?;
    let gap = ArchiveGap {
        accepted: gap.accepted,
        archived: gap.archived,
        waiting: gap.waiting,
        partial: gap.partial,
    };
    json(StatusCode::OK, &gap)
}
