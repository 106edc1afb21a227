//! `GET /v1/archive/searches`: searches that are kept, newest first.

use axum::extract::State;
use axum::routing::get;
use ctx::Action;
use model::Code;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::{Door, NoQuery};
use super::SearchShown;
use crate::ApiState;
use crate::answer::{Answer, listed};
use crate::caller::Caller;
use crate::input::{Listing, Paging};

/// A page of them.
#[derive(Serialize, ToSchema)]
pub(crate) struct SearchList {
    searches: Vec<SearchShown>,
    /// Pass it as `after` for the next page; null on the last.
    next: Option<String>,
}

pub(in crate::endpoints) fn door() -> Door {
    const CODES: &[Code] = &[Code::QueryInvalid, Code::CursorInvalid];
    Door::new::<__path_list_searches>(get(list_searches), Action::ArchiveSearch, CODES)
}

/// List saved searches
///
/// One's own and those that are shared, newest first.
#[utoipa::path(get, path = "/v1/archive/searches", tag = "archive", params(Paging), responses(
    (status = 200, description = "A page.", body = SearchList)
))]
async fn list_searches(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    asked: Listing<NoQuery>,
) -> Answer {
    listed(move || {
        let after = asked.after.as_deref();
        let page = state.records.saved_searches(&ctx, after, asked.rows)?;
        Ok(SearchList {
            searches: page.rows.into_iter().map(SearchShown::of).collect(),
            next: page.next,
        })
    })
    .await
}
