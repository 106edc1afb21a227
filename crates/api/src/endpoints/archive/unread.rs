//! `GET /v1/archive/unread`: messages of which not all can be found, and why.

use axum::extract::State;
use axum::routing::get;
use ctx::Action;
use model::{Code, Error, MessageId, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use super::super::{Door, NoQuery};
use crate::answer::{Answer, listed};
use crate::caller::Caller;
use crate::input::{Listing, Paging};
use crate::{ApiState, schema};

/// A page of them, newest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct ArchiveUnreadList {
    messages: Vec<ArchiveUnread>,
    /// Pass it as `after` for the next page; null on the last.
    next: Option<String>,
}

/// A message that is kept whole, and found by less than it says.
#[derive(Serialize, ToSchema)]
pub(crate) struct ArchiveUnread {
    #[schema(schema_with = schema::message_id)]
    id: MessageId,
    /// Why, such as `encrypted`, `malformed` or `limit_words`.
    #[schema(example = json!(["encrypted"]))]
    reasons: Vec<String>,
    #[schema(schema_with = schema::moment)]
    archived_at: Timestamp,
}

pub(in crate::endpoints) fn door() -> Door {
    const CODES: &[Code] = &[Code::QueryInvalid, Code::CursorInvalid];
    Door::new::<__path_list_unread>(get(list_unread), Action::ArchiveSearch, CODES)
}

/// List messages that cannot be found in full
///
/// They are kept whole; a search may miss them for what could not be read of them.
#[utoipa::path(get, path = "/v1/archive/unread", tag = "archive", params(Paging), responses(
    (status = 200, description = "A page.", body = ArchiveUnreadList)
))]
async fn list_unread(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    asked: Listing<NoQuery>,
) -> Answer {
    listed(move || {
        let after = asked.after.as_deref().map(str::parse).transpose();
        let below = after.map_err(|_| Error::new(Code::CursorInvalid).at("/after"))?;
        let (found, next) = state.records.unread(&ctx, below, asked.rows)?;
        let messages = found.into_iter().map(|one| ArchiveUnread {
            id: one.message,
            reasons: one.reasons.split_whitespace().map(str::to_owned).collect(),
            archived_at: one.archived_at,
        });
        Ok(ArchiveUnreadList {
            messages: messages.collect(),
            next: next.map(|at| at.to_string()),
        })
    })
    .await
}
