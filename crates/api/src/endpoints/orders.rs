//! `GET /v1/queue/orders`: what was ordered, newest first.

use axum::extract::State;
use axum::routing::get;
use ctx::Action;
use flow::orders::OrderView;
use model::{Code, MessageId, OrderId, Stream, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Door, NoQuery};
use crate::answer::{Answer, listed};
use crate::caller::Caller;
use crate::input::{Listing, Paging};
use crate::{ApiState, schema};

/// A page of the organisation's orders, and those of the installation's operator for all.
#[derive(Serialize, ToSchema)]
pub(crate) struct OrderList {
    orders: Vec<OrderLine>,
    /// Pass it as `after` for the next page; null on the last.
    next: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct OrderLine {
    #[schema(schema_with = schema::order_id)]
    id: OrderId,
    #[schema(schema_with = schema::order_act)]
    act: String,
    /// The source or node that it names.
    to: Option<String>,
    #[schema(value_type = Option<String>)]
    stream: Option<Stream>,
    provider: Option<String>,
    domain: Option<String>,
    source: Option<String>,
    #[schema(value_type = Option<String>)]
    message: Option<MessageId>,
    /// Covers the mail of every organisation.
    everywhere: bool,
    /// Empty when another organisation wrote it.
    reason: String,
    /// Who gave it.
    actor: String,
    #[schema(schema_with = schema::moment)]
    created_at: Timestamp,
    #[schema(schema_with = schema::moment)]
    until: Timestamp,
    #[schema(schema_with = schema::moment_or_null)]
    ended_at: Option<Timestamp>,
    in_force: bool,
}

pub(super) fn door() -> Door {
    const CODES: &[Code] = &[Code::QueryInvalid, Code::CursorInvalid];
    Door::new::<__path_list_orders>(get(list_orders), Action::QueueRead, CODES)
}

/// List orders about the queue
///
/// Newest first, in force or over.
#[utoipa::path(get, path = "/v1/queue/orders", tag = "queue", params(Paging), responses(
    (status = 200, description = "A page.", body = OrderList)
))]
async fn list_orders(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    asked: Listing<NoQuery>,
) -> Answer {
    listed(move || {
        let page = state
            .flow
            .order_page(&ctx, false, asked.after.as_deref(), asked.rows)?;
        Ok(OrderList {
            orders: page.rows.into_iter().map(line).collect(),
            next: page.next,
        })
    })
    .await
}

fn line(order: OrderView) -> OrderLine {
    OrderLine {
        id: order.id,
        act: order.act,
        to: order.target,
        stream: order.scope.stream,
        provider: order.scope.provider,
        domain: order.scope.domain.map(|d| d.as_str().to_owned()),
        source: order.scope.source,
        message: order.scope.message,
        everywhere: order.scope.everywhere,
        reason: order.reason,
        actor: order.actor,
        created_at: order.created_at,
        until: order.until,
        ended_at: order.ended_at,
        in_force: order.in_force,
    }
}
