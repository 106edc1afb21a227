//! `POST /v1/webhooks/{id}/secret`: a new signing secret, without a gap.

use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use ctx::Action;
use model::{Code, WebhookId};
use serde::Deserialize;
use utoipa::ToSchema;

use super::super::{Door, NoQuery};
use super::create::Created;
use crate::answer::{Answer, json};
use crate::body::JsonBody;
use crate::caller::Caller;
use crate::input::{Asked, Ids};
use crate::json::from_slice;
use crate::{ApiState, blocking};

const OVERLAP_SECS: u64 = 86_400;

/// How long the former secret goes on signing.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = WebhookRotation)]
pub(crate) struct Rotation {
    /// Default: 86400, a day. 0: not at all.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 604_800)]
    overlap_seconds: Option<u64>,
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
    Door::new::<__path_rotate_webhook_secret>(
        post(rotate_webhook_secret),
        Action::WebhookManage,
        CODES,
    )
}

/// Rotate a webhook's secret
///
/// Until the overlap is over each delivery carries two signatures, by the new secret and by the
/// former one. A secret before that signs no more.
#[utoipa::path(post, path = "/v1/webhooks/{id}/secret", tag = "webhooks", request_body = Rotation,
    params(("id" = String, Path, description = "The webhook.", example = "whk_01KAJ5Z3E9T7M0X4Q8V2B6N1CD")),
    responses((status = 200, description = "The new secret: shown here and never again.", body = Created))
)]
async fn rotate_webhook_secret(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    ids: Ids,
    Asked(NoQuery {}): Asked<NoQuery>,
    body: JsonBody,
) -> Answer {
    let (mode, id) = (ctx.mode(), ids.parse::<WebhookId>(0)?);
    let made = blocking(move || {
        let rotation: Rotation = from_slice(&body.bytes)?;
        let overlap = Duration::from_secs(rotation.overlap_seconds.unwrap_or(OVERLAP_SECS));
        state.flow.rotate_hook(&ctx, id, overlap)
    })
    .await?;
    let secret = made.shown_once.expose().clone();
    json(StatusCode::OK, &Created { id, mode, secret })
}
