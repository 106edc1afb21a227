//! `DELETE /v1/registry`: the registry is destroyed.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::delete;
use ctx::Action;
use model::Code;

use super::super::{Door, NoQuery};
use super::show::RegistryShown;
use crate::answer::{Answer, json};
use crate::caller::Caller;
use crate::input::Asked;
use crate::{ApiState, blocking};

pub(in crate::endpoints) fn door() -> Door {
    const CODES: &[Code] = &[Code::NotFound];
    Door::new::<__path_clear_registry>(delete(clear_registry), Action::RegistryManage, CODES)
}

/// Destroy the registry of patients
///
/// Names of patients are then known by their shape alone.
#[utoipa::path(delete, path = "/v1/registry", tag = "registry",
    responses((status = 200, description = "It is gone.", body = RegistryShown))
)]
async fn clear_registry(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    Asked(NoQuery {}): Asked<NoQuery>,
) -> Answer {
    blocking(move || state.flow.clear_registry(&ctx)).await?;
    let shown = RegistryShown {
        patients: 0,
        updated_at: None,
    };
    json(StatusCode::OK, &shown)
}
