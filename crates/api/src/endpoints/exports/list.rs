//! `GET /v1/archive/exports`: packages, newest first.

use axum::extract::State;
use axum::routing::get;
use ctx::Action;
use model::Code;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::{Door, NoQuery};
use super::ExportShown;
use crate::ApiState;
use crate::answer::{Answer, listed};
use crate::caller::Caller;
use crate::input::{Listing, Paging};

/// A page of them.
#[derive(Serialize, ToSchema)]
pub(crate) struct ExportList {
    exports: Vec<ExportShown>,
    /// Pass it as `after` for the next page; null on the last.
    next: Option<String>,
}

pub(in crate::endpoints) fn door() -> Door {
    const CODES: &[Code] = &[Code::QueryInvalid, Code::CursorInvalid];
    Door::new::<__path_list_exports>(get(list_exports), Action::ArchiveExport, CODES)
}

/// List exports
///
/// Newest first, those among them that can be taken no more: they are the accounting of disclosures.
#[utoipa::path(get, path = "/v1/archive/exports", tag = "archive", params(Paging), responses(
    (status = 200, description = "A page.", body = ExportList)
))]
async fn list_exports(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    asked: Listing<NoQuery>,
) -> Answer {
    listed(move || {
        let page = state
            .records
            .exports(&ctx, asked.after.as_deref(), asked.rows)?;
        Ok(ExportList {
            exports: page.rows.into_iter().map(ExportShown::of).collect(),
            next: page.next,
        })
    })
    .await
}
