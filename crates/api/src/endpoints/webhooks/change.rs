//! `PATCH /v1/webhooks/{id}`: what it hears, where it leads, whether it runs.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::patch;
use ctx::Action;
use flow::hooks::HookChange;
use model::{Code, WebhookId};
use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;

use super::super::{Door, NoQuery};
use super::{Webhook, hook_state, stream};
use crate::answer::{Answer, json};
use crate::body::JsonBody;
use crate::caller::Caller;
use crate::input::{Asked, Ids};
use crate::json::from_slice;
use crate::{ApiState, blocking, schema};

/// What is absent stays as it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = WebhookChange)]
pub(crate) struct Change {
    #[serde(default)]
    #[schema(max_length = 2048, pattern = "^https://")]
    url: Option<String>,
    /// Empty: every kind.
    #[serde(default)]
    kinds: Option<Vec<String>>,
    /// Null: every stream.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    stream: Option<Option<String>>,
    #[serde(default)]
    #[schema(max_length = 200)]
    description: Option<String>,
    /// `active` sends, `paused` keeps what happens until later, `off` lets it pass.
    #[serde(default)]
    #[schema(schema_with = schema::webhook_state, required = false)]
    state: Option<String>,
}

/// Tells null from absent.
fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(d: D) -> Result<Option<T>, D::Error> {
    T::deserialize(d).map(Some)
}

pub(super) fn door() -> Door {
    const CODES: &[Code] = &[
        Code::IdInvalid,
        Code::NotFound,
        Code::JsonInvalid,
        Code::FieldUnknown,
        Code::FieldType,
        Code::FieldInvalid,
        Code::ContentTypeUnsupported,
        Code::MessageTooLarge,
    ];
    Door::new::<__path_change_webhook>(patch(change_webhook), Action::WebhookManage, CODES)
}

/// Change a webhook
///
/// Making it `active` again sends what waited, oldest first.
#[utoipa::path(patch, path = "/v1/webhooks/{id}", tag = "webhooks", request_body = Change,
    params(("id" = String, Path, description = "The webhook.", example = "whk_01KAJ5Z3E9T7M0X4Q8V2B6N1CD")),
    responses((status = 200, description = "The webhook as it is now.", body = Webhook))
)]
async fn change_webhook(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    ids: Ids,
    Asked(NoQuery {}): Asked<NoQuery>,
    body: JsonBody,
) -> Answer {
    let id: WebhookId = ids.parse(0)?;
    let view = blocking(move || {
        let change: Change = from_slice(&body.bytes)?;
        let change = HookChange {
            url: change.url,
            kinds: change.kinds,
            stream: match change.stream {
                Some(word) => Some(stream(word.as_deref())?),
                None => None,
            },
            description: change.description,
            state: hook_state(change.state.as_deref())?,
        };
        state.flow.change_hook(&ctx, id, change)?;
        state.flow.hook(&ctx, id)
    });
    json(StatusCode::OK, &Webhook::of(view.await?))
}
