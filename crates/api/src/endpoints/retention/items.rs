//! `GET /v1/retention/items`: records in one state; those that are `unknown` are the work list.

use axum::extract::State;
use axum::routing::get;
use ctx::Action;
use model::{Code, Error};
use records::keeping::ItemState;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::super::Door;
use super::RetentionItem;
use crate::ApiState;
use crate::answer::{Answer, listed};
use crate::caller::Caller;
use crate::input::{Listing, Paging};

/// Which of them.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// `waiting`, `dated`, `never`, `unknown` or `conflict`. Default: `unknown`.
    #[param(value_type = Option<String>)]
    state: Option<String>,
}

/// A page of them, oldest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct RetentionItemList {
    items: Vec<RetentionItem>,
    /// Pass it as `after` for the next page; null on the last.
    next: Option<String>,
}

pub(in crate::endpoints) fn door() -> Door {
    const CODES: &[Code] = &[Code::QueryInvalid, Code::CursorInvalid];
    Door::new::<__path_list_items>(get(list_items), Action::RetentionRead, CODES)
}

/// List records by what retention says of them
#[utoipa::path(get, path = "/v1/retention/items", tag = "retention", params(Wanted, Paging), responses(
    (status = 200, description = "A page.", body = RetentionItemList)
))]
async fn list_items(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    asked: Listing<Wanted>,
) -> Answer {
    listed(move || {
        let word = asked.wanted.state.as_deref().unwrap_or("unknown");
        let wanted = ItemState::from_word(word)
            .ok_or_else(|| Error::new(Code::QueryInvalid).at("/state"))?;
        let after = asked.after.as_deref().map(str::parse).transpose();
        let after = after.map_err(|_| Error::new(Code::CursorInvalid).at("/after"))?;
        let (found, next) = state.records.kept_items(&ctx, wanted, after, asked.rows)?;
        Ok(RetentionItemList {
            items: found.into_iter().map(RetentionItem::of).collect(),
            next: next.map(|next| next.to_string()),
        })
    })
    .await
}
