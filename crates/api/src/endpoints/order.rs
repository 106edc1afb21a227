//! `POST /v1/queue/orders`: suspend, bounce, expire, rebind or transfer what waits.

use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use ctx::Action;
use flow::orders::{NewOrder, OrderAct, OrderScope};
use model::{Code, Domain, Error, MessageId, NodeId, OrderId, Result, Stream};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Door, NoQuery};
use crate::answer::{Answer, json};
use crate::body::JsonBody;
use crate::caller::Caller;
use crate::input::Asked;
use crate::{ApiState, blocking, schema};

/// What is ordered about waiting mail. Everything given must fit; without any, all mail of the
/// organisation is covered.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = QueueOrder, example = json!({
    "act": "suspend", "provider": "yahoo", "stream": "marketing", "seconds": 3600,
    "reason": "complaints are looked into"
}))]
pub(crate) struct OrderBody {
    #[schema(schema_with = schema::order_act)]
    act: String,
    /// The source (for `rebind`) or the node's id (for `transfer`).
    to: Option<String>,
    #[schema(schema_with = schema::stream, required = false)]
    stream: Option<String>,
    /// A word of the shaping file.
    provider: Option<String>,
    /// The recipients' domain.
    domain: Option<String>,
    /// Covers what leaves by this source.
    source: Option<String>,
    #[schema(schema_with = schema::message_id, required = false)]
    message: Option<String>,
    /// Goes into the audit log, sealed.
    reason: String,
    /// How long it covers what comes: up to 30 days.
    #[schema(minimum = 1, maximum = 2_592_000)]
    seconds: u64,
}

/// The order that is in force now.
#[derive(Serialize, ToSchema)]
pub(crate) struct OrderGiven {
    #[schema(schema_with = schema::order_id)]
    id: OrderId,
}

pub(super) fn door() -> Door {
    const CODES: &[Code] = &[
        Code::JsonInvalid,
        Code::ContentTypeUnsupported,
        Code::FieldUnknown,
        Code::FieldType,
        Code::FieldMissing,
        Code::FieldInvalid,
        Code::MessageTooLarge,
        Code::NotFound,
    ];
    Door::new::<__path_order_queue>(post(order_queue), Action::QueueManage, CODES)
}

/// Order something about the queue
///
/// In force at once on the node that answers and within seconds on all others; a restart keeps it.
/// Attempts under way are not interrupted. `suspend` keeps mail waiting until the order ends;
/// `bounce` and `expire` end it, with a report to its sender; `rebind` lets it leave by another
/// source; `transfer` hands it to another node.
#[utoipa::path(post, path = "/v1/queue/orders", tag = "queue", request_body = OrderBody,
    responses((status = 201, description = "In force.", body = OrderGiven))
)]
async fn order_queue(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    Asked(NoQuery {}): Asked<NoQuery>,
    body: JsonBody,
) -> Answer {
    let new = read(crate::json::from_slice(&body.bytes)?)?;
    let id = blocking(move || state.flow.order(&ctx, new)).await?;
    json(StatusCode::CREATED, &OrderGiven { id })
}

fn read(body: OrderBody) -> Result<NewOrder> {
    let invalid = |field: &'static str| Error::new(Code::FieldInvalid).at(field);
    let to = body.to;
    let act = match (body.act.as_str(), to) {
        ("suspend", None) => OrderAct::Suspend,
        ("bounce", None) => OrderAct::Bounce,
        ("expire", None) => OrderAct::Expire,
        ("rebind", Some(source)) => OrderAct::Rebind(source),
        ("transfer", Some(node)) => {
            let node = node.parse::<NodeId>().map_err(|_| invalid("/to"))?;
            OrderAct::Transfer(node)
        }
        ("suspend" | "bounce" | "expire" | "rebind" | "transfer", _) => return Err(invalid("/to")),
        _ => return Err(invalid("/act")),
    };
    let stream = match body.stream.as_deref() {
        Some(word) => Some(Stream::from_word(word).ok_or_else(|| invalid("/stream"))?),
        None => None,
    };
    let domain = match body.domain.as_deref() {
        Some(name) => Some(Domain::parse(name).map_err(|_| invalid("/domain"))?),
        None => None,
    };
    let message = match body.message.as_deref() {
        Some(id) => Some(id.parse::<MessageId>().map_err(|_| invalid("/message"))?),
        None => None,
    };
    Ok(NewOrder {
        act,
        scope: OrderScope {
            stream,
            provider: body.provider,
            domain,
            source: body.source,
            message,
            everywhere: false,
        },
        reason: body.reason,
        lasts: Duration::from_secs(body.seconds),
    })
}
