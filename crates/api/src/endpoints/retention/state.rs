//! `GET /v1/retention`: how many records are in which state, and how far the reckoning is.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use ctx::Action;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

use super::super::{Door, NoQuery};
use crate::answer::{Answer, json};
use crate::caller::Caller;
use crate::input::Asked;
use crate::{ApiState, blocking, schema};

/// How retention stands.
#[derive(Serialize, ToSchema)]
pub(crate) struct RetentionState {
    total: u64,
    /// Not reckoned yet by what binds now.
    left: u64,
    /// By state: `waiting`, `dated`, `never`, `unknown`, `conflict`.
    #[schema(schema_with = schema::counts)]
    states: BTreeMap<String, u64>,
}

pub(in crate::endpoints) fn door() -> Door {
    Door::new::<__path_retention_state>(get(retention_state), Action::RetentionRead, &[])
}

/// Show how retention stands
#[utoipa::path(get, path = "/v1/retention", tag = "retention",
    responses((status = 200, description = "How it stands.", body = RetentionState))
)]
async fn retention_state(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    Asked(NoQuery {}): Asked<NoQuery>,
) -> Answer {
    let shown = blocking(move || {
        let progress = state.records.keeping_progress(&ctx)?;
        let states = state.records.kept_counts(&ctx)?.into_iter();
        Ok(RetentionState {
            total: progress.total,
            left: progress.left,
            states: states
                .map(|(state, count)| (state.word().to_owned(), count))
                .collect(),
        })
    })
    .await?;
    json(StatusCode::OK, &shown)
}
