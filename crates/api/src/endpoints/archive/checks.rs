//! `GET /v1/archive/checks`: what the nightly comparison of the archive with accepted mail gave.

use axum::extract::State;
use axum::routing::get;
use ctx::Action;
use model::{ArchiveCheckState, Code, Timestamp};
use records::ArchiveCheck;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::{Door, NoQuery};
use crate::answer::{Answer, listed};
use crate::caller::Caller;
use crate::input::{Listing, Paging};
use crate::{ApiState, schema};

/// A page of them, newest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct ArchiveCheckList {
    checks: Vec<ArchiveChecked>,
    /// Pass it as `after` for the next page; null on the last.
    next: Option<String>,
}

/// Counts of messages at one moment: `accepted` is `archived` and `waiting` together, and `indexed` is `findable`, or
/// the state is `torn`.
#[derive(Serialize, ToSchema)]
pub(crate) struct ArchiveChecked {
    #[schema(schema_with = schema::moment)]
    at: Timestamp,
    #[schema(schema_with = schema::archive_check_state)]
    state: ArchiveCheckState,
    accepted: u64,
    archived: u64,
    waiting: u64,
    /// Archived, and parts of it cannot be found, for reasons on record.
    partial: u64,
    /// When their time was over.
    destroyed: u64,
    /// Those of the archive that the index has to know.
    findable: u64,
    /// Those that it knows.
    indexed: u64,
}

impl ArchiveChecked {
    fn of(check: &ArchiveCheck) -> Self {
        Self {
            at: check.checked_at,
            state: check.state,
            accepted: check.accepted,
            archived: check.archived,
            waiting: check.waiting,
            partial: check.partial,
            destroyed: check.destroyed,
            findable: check.findable,
            indexed: check.indexed,
        }
    }
}

pub(in crate::endpoints) fn door() -> Door {
    const CODES: &[Code] = &[Code::QueryInvalid, Code::CursorInvalid];
    Door::new::<__path_list_checks>(get(list_checks), Action::ArchiveSearch, CODES)
}

/// List the nightly checks of the archive
#[utoipa::path(get, path = "/v1/archive/checks", tag = "archive", params(Paging), responses(
    (status = 200, description = "A page.", body = ArchiveCheckList)
))]
async fn list_checks(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    asked: Listing<NoQuery>,
) -> Answer {
    listed(move || {
        let after = asked.after.as_deref();
        let page = state.records.archive_checks(&ctx, after, asked.rows)?;
        Ok(ArchiveCheckList {
            checks: page.rows.iter().map(ArchiveChecked::of).collect(),
            next: page.next,
        })
    })
    .await
}
