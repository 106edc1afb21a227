//! `GET /v1/archive/exports/{id}/package`: the package itself.

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;
use ctx::Action;
use model::{Code, ExportId};

use super::super::{Door, NoQuery};
use crate::answer::Answer;
use crate::caller::Caller;
use crate::input::{Asked, Ids};
use crate::{ApiState, blocking};

pub(in crate::endpoints) fn door() -> Door {
    const CODES: &[Code] = &[
        Code::IdInvalid,
        Code::NotFound,
        Code::StateConflict,
        Code::KeyDestroyed,
    ];
    Door::new::<__path_take_export>(get(take_export), Action::ArchiveExport, CODES)
}

/// Take an export
///
/// A ZIP of one entry under AES-256 (AE-2), which its password opens: 7-Zip, WinZip, Keka. Taken again it is the same,
/// octet by octet; each time is on record. `state_conflict` once its seven days are over.
#[utoipa::path(get, path = "/v1/archive/exports/{id}/package", tag = "archive",
    params(("id" = String, Path, description = "The export.", example = "exp_01KAJ5Z3E9T7M0X4Q8V2B6N1CD")),
    responses((status = 200, description = "The package.", content_type = "application/zip", body = Vec<u8>))
)]
async fn take_export(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    ids: Ids,
    Asked(NoQuery {}): Asked<NoQuery>,
) -> Answer {
    let id = ids.parse::<ExportId>(0)?;
    let octets = blocking(move || state.records.take_export(&ctx, id)).await?;
    let headers = [
        (header::CONTENT_TYPE, "application/zip".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{id}.zip\""),
        ),
    ];
    Ok((headers, octets).into_response())
}
