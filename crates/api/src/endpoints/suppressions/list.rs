//! `GET /v1/suppressions`: what is in force, newest first.

use axum::extract::State;
use axum::routing::get;
use ctx::Action;
use flow::suppression::{Asked as Wish, Wanted as Filter};
use model::{Code, Stream, SuppressionReason};
use serde::Deserialize;
use utoipa::IntoParams;

use super::super::Door;
use super::SuppressionList;
use crate::answer::{Answer, listed};
use crate::caller::Caller;
use crate::input::{self, Listing, Paging};
use crate::{ApiState, schema};

/// Which suppressions.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Wanted {
    #[param(schema_with = schema::stream, required = false)]
    stream: Option<String>,
    #[param(schema_with = schema::suppression_reason, required = false)]
    reason: Option<String>,
}

pub(in crate::endpoints) fn door() -> Door {
    const CODES: &[Code] = &[Code::QueryInvalid, Code::CursorInvalid];
    Door::new::<__path_list_suppressions>(get(list_suppressions), Action::SuppressionRead, CODES)
}

/// List suppressed addresses
///
/// What is in force, newest first. Each look is an entry of the audit log.
#[utoipa::path(get, path = "/v1/suppressions", tag = "suppressions", params(Paging, Wanted), responses(
    (status = 200, description = "A page.", body = SuppressionList)
))]
async fn list_suppressions(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    asked: Listing<Wanted>,
) -> Answer {
    let wanted = asked.wanted;
    let reason = wanted.reason.as_deref();
    let wish = Wish {
        wanted: Filter {
            stream: input::word("stream", wanted.stream.as_deref(), Stream::from_word)?,
            reason: input::word("reason", reason, SuppressionReason::from_word)?,
            ..Filter::default()
        },
        after: asked.after,
        rows: asked.rows,
    };
    listed(move || Ok(SuppressionList::of(state.flow.suppressions(&ctx, wish)?))).await
}
