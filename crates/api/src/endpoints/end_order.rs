//! `POST /v1/queue/orders/{id}/end`: an order is over before its time; what it kept waiting goes on.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use ctx::Action;
use model::{Code, OrderId};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Door, NoQuery};
use crate::answer::{Answer, json};
use crate::caller::Caller;
use crate::input::{Asked, Ids};
use crate::{ApiState, blocking, schema};

/// The order that is over.
#[derive(Serialize, ToSchema)]
pub(crate) struct OrderEnded {
    #[schema(schema_with = schema::order_id)]
    id: OrderId,
}

pub(super) fn door() -> Door {
    const CODES: &[Code] = &[Code::IdInvalid, Code::NotFound, Code::StateConflict];
    Door::new::<__path_end_order>(post(end_order), Action::QueueManage, CODES)
}

/// End an order
///
/// What it kept waiting goes on. A body is not read.
#[utoipa::path(post, path = "/v1/queue/orders/{id}/end", tag = "queue",
    params(("id" = String, Path, description = "The order.", example = "ord_01KAJ5Z3E9T7M0X4Q8V2B6N1CD")),
    responses((status = 200, description = "It is over.", body = OrderEnded))
)]
async fn end_order(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    ids: Ids,
    Asked(NoQuery {}): Asked<NoQuery>,
) -> Answer {
    let id = ids.parse::<OrderId>(0)?;
    blocking(move || state.flow.end_order(&ctx, id)).await?;
    json(StatusCode::OK, &OrderEnded { id })
}
