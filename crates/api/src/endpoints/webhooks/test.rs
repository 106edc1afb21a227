//! `POST /v1/webhooks/{id}/test`: an event of its own, to see that it arrives.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use ctx::Action;
use model::{Code, EventId, WebhookId};
use serde::Serialize;
use utoipa::ToSchema;

use super::super::{Door, NoQuery};
use crate::answer::{Answer, json};
use crate::caller::Caller;
use crate::input::{Asked, Ids};
use crate::{ApiState, blocking, schema};

/// It is on its way.
#[derive(Serialize, ToSchema)]
#[schema(as = WebhookTested)]
pub(crate) struct Tested {
    #[schema(schema_with = schema::webhook_id)]
    id: WebhookId,
    /// Its `webhook-id`; see the deliveries for its answer.
    #[schema(schema_with = schema::event_id)]
    event: EventId,
}

pub(super) fn door() -> Door {
    const CODES: &[Code] = &[Code::IdInvalid, Code::NotFound];
    Door::new::<__path_test_webhook>(post(test_webhook), Action::WebhookManage, CODES)
}

/// Test a webhook
///
/// Sends an event of kind `webhook.tested`, signed and retried like any other. A body is not read.
#[utoipa::path(post, path = "/v1/webhooks/{id}/test", tag = "webhooks",
    params(("id" = String, Path, description = "The webhook.", example = "whk_01KAJ5Z3E9T7M0X4Q8V2B6N1CD")),
    responses((status = 202, description = "It will be sent.", body = Tested))
)]
async fn test_webhook(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    ids: Ids,
    Asked(NoQuery {}): Asked<NoQuery>,
) -> Answer {
    let id: WebhookId = ids.parse(0)?;
    let event = blocking(move || state.flow.test_hook(&ctx, id)).await?;
    json(StatusCode::ACCEPTED, &Tested { id, event })
}
