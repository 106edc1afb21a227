//! `GET /v1/holds/{id}/messages`: what a hold keeps.

use axum::extract::State;
use axum::routing::get;
use ctx::Action;
use model::{Code, Error, HoldId, MessageId, Timestamp};
use records::holds::Sort;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::super::Door;
use crate::answer::{Answer, listed};
use crate::caller::Caller;
use crate::input::{Ids, Listing, Paging};
use crate::{ApiState, schema};

/// Which of them.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Wanted {
    /// Those that are kept only since not all of them can be read.
    #[serde(default)]
    unreadable: bool,
}

/// A page of them, newest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct HoldMessages {
    messages: Vec<HoldMessage>,
    /// All that it covers by what can be read.
    covered: u64,
    /// Its record classes were not counted apart: fewer may be covered.
    at_most: bool,
    /// Pass it as `after` for the next page; null on the last.
    next: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct HoldMessage {
    #[schema(schema_with = schema::message_id)]
    id: MessageId,
    #[schema(schema_with = schema::moment)]
    created_at: Timestamp,
}

pub(in crate::endpoints) fn door() -> Door {
    const CODES: &[Code] = &[
        Code::IdInvalid,
        Code::NotFound,
        Code::QueryInvalid,
        Code::CursorInvalid,
    ];
    Door::new::<__path_list_hold_messages>(get(list_hold_messages), Action::HoldRead, CODES)
}

/// List what a hold keeps
///
/// Newest first. That they were shown is kept in the audit log.
#[utoipa::path(get, path = "/v1/holds/{id}/messages", tag = "holds",
    params(("id" = String, Path, description = "The hold.", example = "hld_01KAJ5Z3E9T7M0X4Q8V2B6N1CD"), Paging, Wanted),
    responses((status = 200, description = "A page.", body = HoldMessages))
)]
async fn list_hold_messages(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    ids: Ids,
    asked: Listing<Wanted>,
) -> Answer {
    let id = ids.parse::<HoldId>(0)?;
    let sort = match asked.wanted.unreadable {
        true => Sort::Unreadable,
        false => Sort::Covered,
    };
    listed(move || {
        let after = asked.after.as_deref().map(str::parse).transpose();
        let before = after.map_err(|_| Error::new(Code::CursorInvalid).at("/after"))?;
        let page = state
            .records
            .hold_keeps(&ctx, id, sort, before, asked.rows)?;
        let message = |(id, created_at)| HoldMessage { id, created_at };
        Ok(HoldMessages {
            messages: page.messages.into_iter().map(message).collect(),
            covered: page.covered,
            at_most: page.at_most,
            next: page.next.map(|at| at.to_string()),
        })
    })
    .await
}
