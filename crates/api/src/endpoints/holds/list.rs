//! `GET /v1/holds`: legal holds, newest first.

use axum::extract::State;
use axum::routing::get;
use ctx::Action;
use model::Code;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::{Door, NoQuery};
use super::HoldShown;
use crate::ApiState;
use crate::answer::{Answer, listed};
use crate::caller::Caller;
use crate::input::{Listing, Paging};

/// A page of them.
#[derive(Serialize, ToSchema)]
pub(crate) struct HoldList {
    holds: Vec<HoldShown>,
    /// Pass it as `after` for the next page; null on the last.
    next: Option<String>,
}

pub(in crate::endpoints) fn door() -> Door {
    const CODES: &[Code] = &[Code::QueryInvalid, Code::CursorInvalid];
    Door::new::<__path_list_holds>(get(list_holds), Action::HoldRead, CODES)
}

/// List legal holds
///
/// Newest first, those that are over among them.
#[utoipa::path(get, path = "/v1/holds", tag = "holds", params(Paging), responses(
    (status = 200, description = "A page.", body = HoldList)
))]
async fn list_holds(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    asked: Listing<NoQuery>,
) -> Answer {
    listed(move || {
        let page = state
            .records
            .holds(&ctx, asked.after.as_deref(), asked.rows)?;
        Ok(HoldList {
            holds: page.rows.into_iter().map(HoldShown::of).collect(),
            next: page.next,
        })
    })
    .await
}
