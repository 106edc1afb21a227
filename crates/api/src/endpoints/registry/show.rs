//! `GET /v1/registry`: how many patients are known, and since when.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use ctx::Action;
use model::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::{Door, NoQuery};
use crate::answer::{Answer, json};
use crate::caller::Caller;
use crate::input::Asked;
use crate::{ApiState, blocking, schema};

/// What is known.
#[derive(Serialize, ToSchema)]
pub(crate) struct RegistryShown {
    pub(super) patients: u64,
    /// Null before the first list.
    #[schema(schema_with = schema::moment_or_null)]
    pub(super) updated_at: Option<Timestamp>,
}

pub(in crate::endpoints) fn door() -> Door {
    Door::new::<__path_show_registry>(get(show_registry), Action::RegistryRead, &[])
}

/// Show the registry of patients
///
/// Counts alone: no value of a patient is kept.
#[utoipa::path(get, path = "/v1/registry", tag = "registry",
    responses((status = 200, description = "What is known.", body = RegistryShown))
)]
async fn show_registry(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    Asked(NoQuery {}): Asked<NoQuery>,
) -> Answer {
    let found = blocking(move || state.flow.registry(&ctx)).await?;
    let shown = RegistryShown {
        patients: found.map_or(0, |state| state.patients),
        updated_at: found.map(|state| state.updated_at),
    };
    json(StatusCode::OK, &shown)
}
