//! `GET /v1/suppressions/export`: all that is in force, as the CSV that import takes.

use axum::extract::State;
use axum::routing::get;
use ctx::Action;
use model::Code;

use super::super::{Door, NoQuery};
use crate::answer::{Answer, download};
use crate::caller::Caller;
use crate::input::Asked;
use crate::{ApiState, blocking};

const CODES: &[Code] = &[Code::ExportTooLarge];

pub(in crate::endpoints) fn door() -> Door {
    Door::new::<__path_export_suppressions>(
        get(export_suppressions),
        Action::SuppressionRead,
        CODES,
    )
}

/// Export suppressed addresses
///
/// All that is in force, up to 100,000 rows. Each export is an entry of the audit log.
#[utoipa::path(get, path = "/v1/suppressions/export", tag = "suppressions",
    responses((status = 200, description = "Columns: address, stream, reason, expires_at.",
        body = String, content_type = "text/csv", headers(
            ("Content-Disposition" = String, description = "The file's name.")
    )))
)]
async fn export_suppressions(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    Asked(NoQuery {}): Asked<NoQuery>,
) -> Answer {
    let csv = blocking(move || state.flow.export_suppressions(&ctx)).await?;
    download(csv.into_bytes(), "text/csv", "suppressions.csv")
}
