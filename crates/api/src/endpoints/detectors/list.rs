//! `GET /v1/detectors`: an organisation's own detectors, newest first.

use axum::extract::State;
use axum::routing::get;
use ctx::Action;
use flow::detectors::{DetectorFilter, DetectorState};
use model::Code;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::super::Door;
use super::DetectorShown;
use crate::answer::{Answer, listed};
use crate::caller::Caller;
use crate::input::{self, Listing, Paging};
use crate::{ApiState, schema};

/// Which of them.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Wanted {
    #[param(schema_with = schema::detector_state, required = false)]
    state: Option<String>,
    /// Stands in the name, in any case.
    #[param(max_length = 60, example = "heron")]
    name: Option<String>,
}

/// A page of them.
#[derive(Serialize, ToSchema)]
pub(crate) struct DetectorList {
    detectors: Vec<DetectorShown>,
    /// Of all detectors together: it grows with each change, and each decision names it.
    #[schema(example = 7)]
    version: u64,
    /// Pass it as `after` for the next page; null on the last.
    next: Option<String>,
}

pub(in crate::endpoints) fn door() -> Door {
    const CODES: &[Code] = &[Code::QueryInvalid, Code::CursorInvalid];
    Door::new::<__path_list_detectors>(get(list_detectors), Action::DetectorRead, CODES)
}

/// List detectors
///
/// Newest first.
#[utoipa::path(get, path = "/v1/detectors", tag = "detectors", params(Paging, Wanted), responses(
    (status = 200, description = "A page.", body = DetectorList)
))]
async fn list_detectors(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    asked: Listing<Wanted>,
) -> Answer {
    let wanted = asked.wanted;
    let filter = DetectorFilter {
        state: input::word("state", wanted.state.as_deref(), DetectorState::from_word)?,
        word: wanted.name.unwrap_or_default(),
    };
    listed(move || {
        let after = asked.after.as_deref();
        let page = state.flow.detectors(&ctx, &filter, after, asked.rows)?;
        Ok(DetectorList {
            detectors: page.rows.into_iter().map(DetectorShown::of).collect(),
            version: page.version,
            next: page.next,
        })
    })
    .await
}
