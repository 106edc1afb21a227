//! `DELETE /v1/suppressions/{id}`: mail goes to the address again. The row stays as a record.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::delete;
use ctx::Action;
use model::{Code, LiftReason, SuppressionId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::super::Door;
use crate::answer::{Answer, json};
use crate::caller::Caller;
use crate::input::{self, Asked, Ids};
use crate::{ApiState, blocking, schema};

/// Why.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Why {
    /// Default: `other`.
    #[param(schema_with = schema::lift_reason, required = false)]
    because: Option<String>,
}

/// What was lifted.
#[derive(Serialize, ToSchema)]
pub(crate) struct Lifted {
    #[schema(schema_with = schema::suppression_id)]
    id: SuppressionId,
    #[schema(schema_with = schema::lift_reason)]
    because: LiftReason,
}

pub(in crate::endpoints) fn door() -> Door {
    const CODES: &[Code] = &[Code::IdInvalid, Code::NotFound, Code::StateConflict];
    Door::new::<__path_lift_suppression>(delete(lift_suppression), Action::SuppressionManage, CODES)
}

/// Lift a suppression
///
/// New mail of the stream goes to the address again; what was suppressed before is not sent.
#[utoipa::path(delete, path = "/v1/suppressions/{id}", tag = "suppressions",
    params(Why, ("id" = String, Path, description = "The suppression.", example = "sup_01KAJ5Z3E9T7M0X4Q8V2B6N1CD")),
    responses((status = 200, description = "It was lifted.", body = Lifted))
)]
async fn lift_suppression(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    ids: Ids,
    Asked(why): Asked<Why>,
) -> Answer {
    let id = ids.parse::<SuppressionId>(0)?;
    let because = input::word("because", why.because.as_deref(), LiftReason::from_word)?;
    let because = because.unwrap_or(LiftReason::Other);
    blocking(move || state.flow.lift_suppression(&ctx, id, because)).await?;
    json(StatusCode::OK, &Lifted { id, because })
}
