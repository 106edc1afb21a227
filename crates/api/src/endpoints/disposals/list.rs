//! `GET /v1/disposals`: disposals, newest first.

use axum::extract::State;
use axum::routing::get;
use ctx::Action;
use model::Code;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::{Door, NoQuery};
use super::DisposalShown;
use crate::ApiState;
use crate::answer::{Answer, listed};
use crate::caller::Caller;
use crate::input::{Listing, Paging};

/// A page of them.
#[derive(Serialize, ToSchema)]
pub(crate) struct DisposalList {
    disposals: Vec<DisposalShown>,
    /// Pass it as `after` for the next page; null on the last.
    next: Option<String>,
}

pub(in crate::endpoints) fn door() -> Door {
    const CODES: &[Code] = &[Code::QueryInvalid, Code::CursorInvalid];
    Door::new::<__path_list_disposals>(get(list_disposals), Action::RetentionRead, CODES)
}

/// List disposals
///
/// Newest first, those that are over among them.
#[utoipa::path(get, path = "/v1/disposals", tag = "retention", params(Paging), responses(
    (status = 200, description = "A page.", body = DisposalList)
))]
async fn list_disposals(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    asked: Listing<NoQuery>,
) -> Answer {
    listed(move || {
        let page = state
            .records
            .disposals(&ctx, asked.after.as_deref(), asked.rows)?;
        Ok(DisposalList {
            disposals: page.rows.into_iter().map(DisposalShown::of).collect(),
            next: page.next,
        })
    })
    .await
}
