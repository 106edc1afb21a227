//! `GET /v1/webhooks/{id}`: one webhook, and how it fares.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use ctx::Action;
use model::{Code, WebhookId};

use super::super::{Door, NoQuery};
use super::Webhook;
use crate::answer::{Answer, json};
use crate::caller::Caller;
use crate::input::{Asked, Ids};
use crate::{ApiState, blocking};

pub(super) fn door() -> Door {
    const CODES: &[Code] = &[Code::IdInvalid, Code::NotFound];
    Door::new::<__path_show_webhook>(get(show_webhook), Action::WebhookManage, CODES)
}

/// Show a webhook
///
/// What it hears, whether it runs, and how its deliveries went. Never its secret.
#[utoipa::path(get, path = "/v1/webhooks/{id}", tag = "webhooks",
    params(("id" = String, Path, description = "The webhook.", example = "whk_01KAJ5Z3E9T7M0X4Q8V2B6N1CD")),
    responses((status = 200, description = "The webhook.", body = Webhook))
)]
async fn show_webhook(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    ids: Ids,
    Asked(NoQuery {}): Asked<NoQuery>,
) -> Answer {
    let id: WebhookId = ids.parse(0)?;
    let view = blocking(move || state.flow.hook(&ctx, id)).await?;
    json(StatusCode::OK, &Webhook::of(view))
}
