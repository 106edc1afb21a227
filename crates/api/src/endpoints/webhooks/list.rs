//! `GET /v1/webhooks`: all that the key may see.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use ctx::Action;
use model::Mode;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::{Door, NoQuery};
use super::Webhook;
use crate::answer::{Answer, json};
use crate::caller::Caller;
use crate::input::Asked;
use crate::{ApiState, blocking, schema};

/// Oldest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct WebhookList {
    /// The key's own mode.
    #[schema(schema_with = schema::mode)]
    mode: Mode,
    webhooks: Vec<Webhook>,
}

pub(super) fn door() -> Door {
    Door::new::<__path_list_webhooks>(get(list_webhooks), Action::WebhookManage, &[])
}

/// List webhooks
///
/// Those that this app made in this mode, oldest first; an organisation has at most 50.
#[utoipa::path(get, path = "/v1/webhooks", tag = "webhooks", responses(
    (status = 200, description = "All of them.", body = WebhookList)
))]
async fn list_webhooks(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    Asked(NoQuery {}): Asked<NoQuery>,
) -> Answer {
    let mode = ctx.mode();
    let found = blocking(move || state.flow.hooks(&ctx)).await?;
    let webhooks = found.into_iter().map(Webhook::of).collect();
    json(StatusCode::OK, &WebhookList { mode, webhooks })
}
