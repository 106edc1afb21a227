//! `GET /v1/queue`: what waits on this node, why and until when.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use ctx::Action;
use flow::view::QueueLine;
use model::{Code, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Door, NoQuery};
use crate::answer::{Answer, json};
use crate::caller::Caller;
use crate::input::Asked;
use crate::{ApiState, blocking, schema};

/// The queue of the node that answers, of all organisations together.
#[derive(Serialize, ToSchema)]
pub(crate) struct Queue {
    waiting: usize,
    /// Of these, ready to start.
    ready: usize,
    running: usize,
    /// Kept from starting by an order.
    held: usize,
    /// Due later, or their mail servers are being asked for.
    unbound: usize,
    flows: Vec<QueueFlow>,
}

/// One source at one provider.
#[derive(Serialize, ToSchema)]
pub(crate) struct QueueFlow {
    /// A word of the shaping file; `other` is the rest.
    provider: String,
    source: String,
    waiting: usize,
    ready: usize,
    running: usize,
    /// Sets of mail servers among them.
    sites: usize,
    /// Of these, left alone because they did not answer.
    resting_sites: usize,
    /// When the first of those is tried again.
    #[schema(schema_with = schema::moment_or_null)]
    rest_ends: Option<Timestamp>,
    /// Why nothing starts: `rate`, `back_off`, `suspended`, `warm_up`; null when nothing stops it.
    stopped_because: Option<&'static str>,
    #[schema(schema_with = schema::moment_or_null)]
    stopped_until: Option<Timestamp>,
    /// While the source is new: sent today.
    warm_up_sent: Option<u64>,
    /// While the source is new: at most today.
    warm_up_max: Option<u32>,
}

pub(super) fn door() -> Door {
    const CODES: &[Code] = &[Code::QueryInvalid];
    Door::new::<__path_show_queue>(get(show_queue), Action::QueueRead, CODES)
}

/// Show the queue
///
/// What waits on the node that answers, by provider and source. Destinations are not named.
#[utoipa::path(get, path = "/v1/queue", tag = "queue",
    responses((status = 200, description = "The queue.", body = Queue))
)]
async fn show_queue(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    Asked(NoQuery {}): Asked<NoQuery>,
) -> Answer {
    let view = blocking(move || state.flow.queue(&ctx)).await?;
    json(
        StatusCode::OK,
        &Queue {
            waiting: view.waiting,
            ready: view.ready,
            running: view.running,
            held: view.held,
            unbound: view.unbound,
            flows: view.rows.into_iter().map(flow).collect(),
        },
    )
}

fn flow(row: QueueLine) -> QueueFlow {
    QueueFlow {
        provider: row.provider,
        source: row.source,
        waiting: row.waiting,
        ready: row.ready,
        running: row.running,
        sites: row.sites,
        resting_sites: row.resting_sites,
        rest_ends: row.rest_ends,
        stopped_because: row.stopped.map(|(why, _)| why),
        stopped_until: row.stopped.map(|(_, until)| until),
        warm_up_sent: row.warm_up.map(|(sent, _)| sent),
        warm_up_max: row.warm_up.map(|(_, most)| most),
    }
}
