//! `POST /v1/webhooks/{id}/replay`: tell it again.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use ctx::Action;
use flow::hooks::Range;
use model::{Code, Error, EventId, Result, Timestamp, WebhookId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::{Door, NoQuery};
use super::delivery_state;
use crate::answer::{Answer, json};
use crate::body::JsonBody;
use crate::caller::Caller;
use crate::input::{Asked, Ids};
use crate::json::from_slice;
use crate::{ApiState, blocking, schema};

/// One event, or a span of time.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = WebhookReplay)]
pub(crate) struct Replay {
    /// This one alone.
    #[serde(default)]
    #[schema(schema_with = schema::event_id, required = false)]
    event: Option<String>,
    /// What was first told at or after this moment (RFC 3339).
    #[serde(default)]
    #[schema(schema_with = schema::moment, required = false)]
    since: Option<String>,
    /// What was first told at or before this moment. Absent: until now.
    #[serde(default)]
    #[schema(schema_with = schema::moment, required = false)]
    until: Option<String>,
    /// `dead` or `delivered` alone. Absent: both.
    #[serde(default)]
    #[schema(schema_with = schema::webhook_delivery_state, required = false)]
    state: Option<String>,
}

/// What is on its way again.
#[derive(Serialize, ToSchema)]
#[schema(as = WebhookReplayed)]
pub(crate) struct Replayed {
    #[schema(schema_with = schema::webhook_id)]
    id: WebhookId,
    count: u64,
}

pub(super) fn door() -> Door {
    const CODES: &[Code] = &[
        Code::IdInvalid,
        Code::NotFound,
        Code::JsonInvalid,
        Code::FieldUnknown,
        Code::FieldType,
        Code::FieldMissing,
        Code::FieldInvalid,
        Code::DateInvalid,
        Code::ContentTypeUnsupported,
        Code::MessageTooLarge,
        Code::StateConflict,
    ];
    Door::new::<__path_replay_webhook>(post(replay_webhook), Action::WebhookManage, CODES)
}

/// Replay a webhook's deliveries
///
/// Puts back what has ended, under the same ids, with all tries before it. What still waits is left
/// as it is.
#[utoipa::path(post, path = "/v1/webhooks/{id}/replay", tag = "webhooks", request_body = Replay,
    params(("id" = String, Path, description = "The webhook.", example = "whk_01KAJ5Z3E9T7M0X4Q8V2B6N1CD")),
    responses((status = 202, description = "They will be sent.", body = Replayed))
)]
async fn replay_webhook(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    ids: Ids,
    Asked(NoQuery {}): Asked<NoQuery>,
    body: JsonBody,
) -> Answer {
    let id: WebhookId = ids.parse(0)?;
    let count = blocking(move || match what(from_slice(&body.bytes)?)? {
        What::One(event) => state.flow.replay_hook_event(&ctx, id, event).map(|()| 1),
        What::All(range) => state.flow.replay_hook(&ctx, id, range),
    });
    let count = count.await?;
    json(StatusCode::ACCEPTED, &Replayed { id, count })
}

enum What {
    One(EventId),
    All(Range),
}

fn what(asked: Replay) -> Result<What> {
    if let Some(event) = &asked.event {
        if asked.since.is_some() || asked.until.is_some() || asked.state.is_some() {
            return Err(Error::new(Code::FieldInvalid).at("/event"));
        }
        return Ok(What::One(event.parse()?));
    }
    let since = asked
        .since
        .ok_or_else(|| Error::new(Code::FieldMissing).at("/since"))?;
    Ok(What::All(Range {
        since: moment("/since", &since)?,
        until: match &asked.until {
            Some(text) => moment("/until", text)?,
            None => Timestamp::MAX,
        },
        state: delivery_state(asked.state.as_deref())?,
    }))
}

fn moment(at: &str, text: &str) -> Result<Timestamp> {
    Timestamp::parse_rfc3339(text).ok_or_else(|| Error::new(Code::DateInvalid).at(at))
}
