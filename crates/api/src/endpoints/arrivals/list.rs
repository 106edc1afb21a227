//! `GET /v1/arrivals`: what came in, newest first. What is in quarantine is decided in the console.

use axum::extract::State;
use axum::routing::get;
use ctx::Action;
use flow::inbound::{ArrivalFilter, SuspicionKind};
use model::{ArrivalState, Code};
use serde::Deserialize;
use utoipa::IntoParams;

use super::super::Door;
use super::ArrivalList;
use crate::answer::{Answer, listed};
use crate::caller::Caller;
use crate::input::{self, Listing, Paging};
use crate::{ApiState, schema};

/// Which of them.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Wanted {
    #[param(schema_with = schema::arrival_state, required = false)]
    state: Option<String>,
    /// This looks wrong about it.
    #[param(schema_with = schema::suspicion, required = false)]
    suspicion: Option<String>,
    /// Came in at or after this moment (RFC 3339).
    #[param(schema_with = schema::moment, required = false)]
    since: Option<String>,
    /// Came in at or before this moment (RFC 3339).
    #[param(schema_with = schema::moment, required = false)]
    until: Option<String>,
}

pub(in crate::endpoints) fn door() -> Door {
    const CODES: &[Code] = &[Code::QueryInvalid, Code::CursorInvalid];
    Door::new::<__path_list_arrivals>(get(list_arrivals), Action::QuarantineRead, CODES)
}

/// List incoming mail
///
/// What came in for people, newest first, with what looks wrong about it. People release or delete what is in
/// quarantine in the console.
#[utoipa::path(get, path = "/v1/arrivals", tag = "arrivals", params(Paging, Wanted), responses(
    (status = 200, description = "A page.", body = ArrivalList)
))]
async fn list_arrivals(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    asked: Listing<Wanted>,
) -> Answer {
    let wanted = asked.wanted;
    let kind = input::word(
        "suspicion",
        wanted.suspicion.as_deref(),
        SuspicionKind::from_word,
    )?;
    let filter = ArrivalFilter {
        state: input::word("state", wanted.state.as_deref(), ArrivalState::from_word)?,
        word: kind.map(|kind| kind.word().to_owned()),
        domain: None,
        since: input::moment("since", wanted.since.as_deref())?,
        until: input::moment("until", wanted.until.as_deref())?,
    };
    let (after, rows) = (asked.after, asked.rows);
    listed(move || {
        let page = state.flow.arrivals(&ctx, &filter, after.as_deref(), rows)?;
        Ok(ArrivalList::of(page))
    })
    .await
}
