//! `POST /v1/suppressions/import`: a CSV file of addresses, with what became of each line.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use ctx::Action;
use flow::suppression::{Imported, RowResult};
use model::{Code, Stream};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::{Door, NoQuery};
use crate::answer::{Answer, json};
use crate::body::JsonBody;
use crate::caller::Caller;
use crate::input::Asked;
use crate::{ApiState, blocking, schema};

/// A list from elsewhere.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SuppressionImport {
    /// RFC 4180, at most 100,000 lines. The first line names the columns: `address`, and where wanted
    /// `stream`, `reason` and `expires_at`.
    #[schema(example = "address,reason\r\npat@mail.example,complaint\r\n")]
    csv: String,
    /// The stream of lines that name none.
    #[schema(schema_with = schema::stream)]
    stream: Stream,
}

/// What became of it. Lines are counted as an editor does; no line is repeated.
#[derive(Serialize, ToSchema)]
pub(crate) struct ImportDone {
    added: usize,
    /// Suppressed for that reason before.
    present: usize,
    refused: usize,
    rows: Vec<ImportedRow>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct ImportedRow {
    line: usize,
    #[schema(example = "added")]
    result: &'static str,
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
    Door::new::<__path_import_suppressions>(
        post(import_suppressions),
        Action::SuppressionManage,
        CODES,
    )
}

/// Import suppressed addresses
///
/// Each line is judged for itself. Lines done before an error stay done; a repeat finds them present.
#[utoipa::path(post, path = "/v1/suppressions/import", tag = "suppressions",
    request_body = SuppressionImport,
    responses((status = 200, description = "What became of each line.", body = ImportDone))
)]
async fn import_suppressions(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    Asked(NoQuery {}): Asked<NoQuery>,
    body: JsonBody,
) -> Answer {
    let done = blocking(move || {
        let asked: SuppressionImport = crate::json::from_slice(&body.bytes)?;
        state
            .flow
            .import_suppressions(&ctx, &asked.csv, asked.stream, &mut |_, _| {})
    })
    .await?;
    json(StatusCode::OK, &ImportDone::of(&done))
}

impl ImportDone {
    fn of(done: &Imported) -> Self {
        let rows = done.rows.iter().map(|row| ImportedRow {
            line: row.line,
            result: row.result.word(),
        });
        Self {
            added: done.count(RowResult::Added),
            present: done.count(RowResult::Present),
            refused: done.refused().count(),
            rows: rows.collect(),
        }
    }
}
