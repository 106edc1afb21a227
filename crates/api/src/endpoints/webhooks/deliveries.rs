//! `GET /v1/webhooks/{id}/deliveries`: what was told, what waits, what was given up.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use ctx::Action;
use flow::hooks::{DeliveryState, HookDelivery};
use model::{Code, EventId, Timestamp, WebhookId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::super::Door;
use crate::answer::{Answer, json};
use crate::caller::Caller;
use crate::input::{self, Asked, Ids};
use crate::{ApiState, blocking, schema};

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Wanted {
    /// `next` of the page before.
    #[param(pattern = "^[0-9]{1,19}$")]
    after: Option<String>,
    /// How many: 1 to 200. Default: 50.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 200)]
    limit: Option<String>,
    /// In this state.
    #[param(schema_with = schema::webhook_delivery_state, required = false)]
    state: Option<String>,
}

/// A page of deliveries, newest first.
#[derive(Serialize, ToSchema)]
#[schema(as = WebhookDeliveryList)]
pub(crate) struct DeliveryList {
    #[schema(schema_with = schema::webhook_id)]
    id: WebhookId,
    deliveries: Vec<WebhookDelivery>,
    /// Pass it as `after` for the next page; null on the last.
    next: Option<String>,
}

/// One event, told to one webhook.
#[derive(Serialize, ToSchema)]
pub(crate) struct WebhookDelivery {
    #[schema(schema_with = schema::event_id)]
    event: EventId,
    /// Grows with each event told to this webhook.
    sequence: u64,
    #[schema(example = "delivery.accepted")]
    kind: String,
    /// Absent: it is about no message.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    recipient: Option<String>,
    #[schema(schema_with = schema::webhook_delivery_state)]
    state: &'static str,
    tries: u32,
    /// The status of the last answer.
    answer: Option<u16>,
    /// Why there was no answer the last time: `timed_out`, `refused`, `tls_failed`, …
    fault: Option<String>,
    #[schema(schema_with = schema::moment)]
    created_at: Timestamp,
    /// When it is sent next; null when it has ended.
    #[schema(schema_with = schema::moment_or_null)]
    due_at: Option<Timestamp>,
    #[schema(schema_with = schema::moment_or_null)]
    ended_at: Option<Timestamp>,
}

pub(super) fn door() -> Door {
    const CODES: &[Code] = &[
        Code::IdInvalid,
        Code::NotFound,
        Code::QueryInvalid,
        Code::CursorInvalid,
    ];
    Door::new::<__path_list_webhook_deliveries>(
        get(list_webhook_deliveries),
        Action::WebhookManage,
        CODES,
    )
}

/// List a webhook's deliveries
///
/// Newest first: those that wait, those that were taken within 30 days, and the dead.
#[utoipa::path(get, path = "/v1/webhooks/{id}/deliveries", tag = "webhooks",
    params(("id" = String, Path, description = "The webhook.", example = "whk_01KAJ5Z3E9T7M0X4Q8V2B6N1CD"), Wanted),
    responses((status = 200, description = "A page.", body = DeliveryList))
)]
async fn list_webhook_deliveries(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    ids: Ids,
    Asked(wanted): Asked<Wanted>,
) -> Answer {
    let id: WebhookId = ids.parse(0)?;
    let rows = input::limit(wanted.limit.as_deref())?;
    let only = input::word("state", wanted.state.as_deref(), DeliveryState::from_word)?;
    let before = wanted.after.as_deref().map(cursor).transpose()?;
    let page = blocking(move || state.flow.hook_deliveries(&ctx, id, only, before, rows)).await?;
    let list = DeliveryList {
        id,
        deliveries: page.rows.into_iter().map(delivery).collect(),
        next: page.next.map(|position| position.to_string()),
    };
    json(StatusCode::OK, &list)
}

fn cursor(text: &str) -> Result<u64, Code> {
    let plain = text.bytes().all(|b| b.is_ascii_digit());
    let position = text.parse().ok().filter(|_| plain);
    position.ok_or(Code::CursorInvalid)
}

fn delivery(d: HookDelivery) -> WebhookDelivery {
    WebhookDelivery {
        event: d.event,
        sequence: d.sequence,
        kind: d.kind,
        message: d.message.map(|id| id.to_string()),
        recipient: d.recipient.map(|id| id.to_string()),
        state: d.state.word(),
        tries: d.tries,
        answer: d.answer,
        fault: d.fault,
        created_at: d.created_at,
        due_at: d.due_at,
        ended_at: d.ended_at,
    }
}
