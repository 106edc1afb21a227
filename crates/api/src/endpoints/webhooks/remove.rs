//! `DELETE /v1/webhooks/{id}`: hear no more.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::delete;
use ctx::Action;
use model::{Code, WebhookId};
use serde::Serialize;
use utoipa::ToSchema;

use super::super::{Door, NoQuery};
use crate::answer::{Answer, json};
use crate::caller::Caller;
use crate::input::{Asked, Ids};
use crate::{ApiState, blocking, schema};

/// It is gone.
#[derive(Serialize, ToSchema)]
#[schema(as = WebhookRemoved)]
pub(crate) struct Removed {
    #[schema(schema_with = schema::webhook_id)]
    id: WebhookId,
}

pub(super) fn door() -> Door {
    const CODES: &[Code] = &[Code::IdInvalid, Code::NotFound];
    Door::new::<__path_remove_webhook>(delete(remove_webhook), Action::WebhookManage, CODES)
}

/// Remove a webhook
///
/// With its secret, what waits for it and the list of what was delivered. The events stay.
#[utoipa::path(delete, path = "/v1/webhooks/{id}", tag = "webhooks",
    params(("id" = String, Path, description = "The webhook.", example = "whk_01KAJ5Z3E9T7M0X4Q8V2B6N1CD")),
    responses((status = 200, description = "Removed.", body = Removed))
)]
async fn remove_webhook(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    ids: Ids,
    Asked(NoQuery {}): Asked<NoQuery>,
) -> Answer {
    let id: WebhookId = ids.parse(0)?;
    blocking(move || state.flow.delete_hook(&ctx, id)).await?;
    json(StatusCode::OK, &Removed { id })
}
