//! `POST /v1/webhooks`: hear of what happens.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use ctx::Action;
use flow::hooks::NewHook;
use model::{Code, Mode, WebhookId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::{Door, NoQuery};
use super::stream;
use crate::answer::{Answer, json};
use crate::body::JsonBody;
use crate::caller::Caller;
use crate::input::Asked;
use crate::json::from_slice;
use crate::{ApiState, blocking, schema};

/// Where to tell it, and what.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewWebhook {
    /// `https`, reachable by a public address, without credentials or fragment.
    #[schema(
        max_length = 2048,
        pattern = "^https://",
        example = "https://hooks.practice.example/in"
    )]
    url: String,
    /// Absent or empty: every kind, new ones too.
    #[serde(default)]
    #[schema(example = json!(["delivery.accepted", "delivery.refused", "portal.replied"]))]
    kinds: Vec<String>,
    /// Absent: every stream.
    #[serde(default)]
    #[schema(schema_with = schema::stream, required = false)]
    stream: Option<String>,
    /// For people.
    #[serde(default)]
    #[schema(max_length = 200)]
    description: String,
}

/// A new webhook with its secret: shown here and never again.
#[derive(Serialize, ToSchema)]
#[schema(as = WebhookCreated)]
pub(crate) struct Created {
    #[schema(schema_with = schema::webhook_id)]
    pub id: WebhookId,
    /// The key's own mode.
    #[schema(schema_with = schema::mode)]
    pub mode: Mode,
    #[schema(example = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    pub secret: String,
}

pub(super) fn door() -> Door {
    const CODES: &[Code] = &[
        Code::JsonInvalid,
        Code::FieldUnknown,
        Code::FieldType,
        Code::FieldMissing,
        Code::FieldInvalid,
        Code::ContentTypeUnsupported,
        Code::MessageTooLarge,
        Code::StateConflict,
    ];
    Door::new::<__path_create_webhook>(post(create_webhook), Action::WebhookManage, CODES)
}

/// Create a webhook
///
/// It hears of the key's own messages, in the key's mode. Deliveries follow the Standard Webhooks
/// specification: `webhook-id` is the event's id and stays the same at every try, `webhook-signature`
/// is HMAC-SHA256 over `id.timestamp.body`. A body holds ids, kinds, words, codes and times; nothing
/// that anyone wrote, and no address.
///
/// Any 2xx within 15 s is taken. 410 switches the webhook off and gives up what waits. 403 pauses it
/// and what waits is kept. Everything else, redirects included, is tried again after 5 s, 5 min,
/// 30 min, 2 h, 5 h, 10 h and 10 h, or later when `Retry-After` asks for it (at most 24 h); then the
/// delivery is dead and can be replayed for 30 days. A webhook that takes nothing for five days is
/// paused.
#[utoipa::path(post, path = "/v1/webhooks", tag = "webhooks", request_body = NewWebhook, responses(
    (status = 201, description = "Created.", body = Created)
))]
async fn create_webhook(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    Asked(NoQuery {}): Asked<NoQuery>,
    body: JsonBody,
) -> Answer {
    let mode = ctx.mode();
    let made = blocking(move || {
        let new: NewWebhook = from_slice(&body.bytes)?;
        let new = NewHook {
            url: new.url,
            kinds: new.kinds,
            stream: stream(new.stream.as_deref())?,
            mode: Some(mode),
            description: new.description,
        };
        state.flow.create_hook(&ctx, new)
    })
    .await?;
    let secret = made.shown_once.expose().clone();
    let created = Created {
        id: made.id,
        mode,
        secret,
    };
    json(StatusCode::CREATED, &created)
}
