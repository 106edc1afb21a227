//! `GET /v1/matters`: matters, newest first.

use axum::extract::State;
use axum::routing::get;
use ctx::Action;
use model::{Code, MatterId, MatterState, Timestamp};
use records::holds::MatterView;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::{Door, NoQuery};
use crate::answer::{Answer, listed};
use crate::caller::Caller;
use crate::input::{Listing, Paging};
use crate::{ApiState, schema};

/// A page of them.
#[derive(Serialize, ToSchema)]
pub(crate) struct MatterList {
    matters: Vec<MatterShown>,
    /// Pass it as `after` for the next page; null on the last.
    next: Option<String>,
}

/// A dispute or inquiry.
#[derive(Serialize, ToSchema)]
pub(crate) struct MatterShown {
    #[schema(schema_with = schema::matter_id)]
    id: MatterId,
    #[schema(example = "Lee v. Clinic")]
    name: String,
    #[schema(schema_with = schema::matter_state)]
    state: MatterState,
    /// Who opened it.
    author: String,
    #[schema(schema_with = schema::moment)]
    created_at: Timestamp,
    #[schema(schema_with = schema::moment_or_null)]
    closed_at: Option<Timestamp>,
}

impl MatterShown {
    fn of(view: MatterView) -> Self {
        Self {
            id: view.id,
            name: view.name,
            state: view.state,
            author: view.author,
            created_at: view.created_at,
            closed_at: view.closed_at,
        }
    }
}

pub(in crate::endpoints) fn door() -> Door {
    const CODES: &[Code] = &[Code::QueryInvalid, Code::CursorInvalid];
    Door::new::<__path_list_matters>(get(list_matters), Action::HoldRead, CODES)
}

/// List matters
///
/// Newest first.
#[utoipa::path(get, path = "/v1/matters", tag = "holds", params(Paging), responses(
    (status = 200, description = "A page.", body = MatterList)
))]
async fn list_matters(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    asked: Listing<NoQuery>,
) -> Answer {
    listed(move || {
        let page = state
            .records
            .matters(&ctx, asked.after.as_deref(), asked.rows)?;
        Ok(MatterList {
            matters: page.rows.into_iter().map(MatterShown::of).collect(),
            next: page.next,
        })
    })
    .await
}
