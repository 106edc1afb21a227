//! `GET /v1/health`: the process answers. No credentials, no facts about anyone.

use axum::http::StatusCode;
use axum::routing::get;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Door, NoQuery};
use crate::answer::{Answer, json};
use crate::input::Asked;

#[derive(Serialize, ToSchema)]
pub(crate) struct Health {
    /// `ok` whenever there is an answer at all.
    #[schema(example = "ok")]
    status: &'static str,
}

pub(super) fn door() -> Door {
    Door::new::<__path_health>(get(health), None, &[])
}

/// Liveness
///
/// The process runs and answers. It says nothing about the database: a database at rest for a moment
/// is no reason to kill the process.
#[utoipa::path(get, path = "/v1/health", tag = "service", responses(
    (status = 200, description = "It runs.", body = Health)
))]
async fn health(Asked(NoQuery {}): Asked<NoQuery>) -> Answer {
    json(StatusCode::OK, &Health { status: "ok" })
}
