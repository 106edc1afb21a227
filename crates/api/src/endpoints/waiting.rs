//! `GET /v1/queue/deliveries`: what waits to leave, why, and until when.

use axum::extract::State;
use axum::routing::get;
use ctx::Action;
use flow::view::{Summary, Waiting};
use model::{Code, DeliveryId, Demand, MessageId, Mode, RecipientId, Stream, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Door;
use crate::answer::{Answer, listed};
use crate::caller::Caller;
use crate::input::{self, Listing, Paging};
use crate::{ApiState, schema};

/// Which deliveries.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Wanted {
    /// Only this stream.
    #[param(schema_with = schema::stream_shown, required = false)]
    stream: Option<String>,
}

/// What waits, of the organisation and the key's mode.
#[derive(Serialize, ToSchema)]
pub(crate) struct WaitingList {
    #[schema(schema_with = schema::mode)]
    mode: Mode,
    counts: WaitingCounts,
    deliveries: Vec<WaitingDelivery>,
    /// Pass it as `after` for the next page; null on the last.
    next: Option<String>,
}

/// How many deliveries are how far.
#[derive(Serialize, ToSchema)]
pub(crate) struct WaitingCounts {
    /// On the wire.
    running: u64,
    /// Due, never tried.
    ready: u64,
    /// For a later time.
    scheduled: u64,
    /// Tried, and to be tried again.
    retrying: u64,
    /// When the oldest that is due was made.
    #[schema(schema_with = schema::moment_or_null)]
    oldest: Option<Timestamp>,
    /// There are more than were counted.
    more: bool,
}

/// One delivery that is not finished.
#[derive(Serialize, ToSchema)]
pub(crate) struct WaitingDelivery {
    #[schema(schema_with = schema::delivery_id)]
    id: DeliveryId,
    #[schema(schema_with = schema::message_id)]
    message: MessageId,
    #[schema(schema_with = schema::recipient_id)]
    recipient: RecipientId,
    /// `letter`; `notice` that a message waits in the portal; one-time `code`; `report` to the sender.
    role: String,
    #[schema(schema_with = schema::stream_shown)]
    stream: Stream,
    /// 0 goes first, 9 last.
    priority: u8,
    #[schema(schema_with = schema::demand)]
    demand: Demand,
    #[schema(schema_with = schema::why_waiting)]
    why: &'static str,
    /// Attempts that count against the recipient.
    attempts: u32,
    /// Since when it waits.
    #[schema(schema_with = schema::moment)]
    since: Timestamp,
    /// When it is tried next; in the past when its turn comes.
    #[schema(schema_with = schema::moment)]
    next_at: Timestamp,
    /// After that it is given up.
    #[schema(schema_with = schema::moment)]
    until: Timestamp,
    /// The last reply's three digits.
    reply_code: Option<u16>,
    /// The last reply's enhanced status.
    #[schema(example = "4.2.2")]
    reply_enhanced: Option<String>,
}

pub(super) fn door() -> Door {
    Door::new::<__path_waiting>(
        get(waiting),
        Action::QueueRead,
        &[Code::QueryInvalid, Code::CursorInvalid],
    )
}

/// List what waits to leave
///
/// Every delivery of the organisation that is not finished, the next one first: ids, codes and times,
/// no address and no domain.
#[utoipa::path(get, path = "/v1/queue/deliveries", tag = "service", params(Paging, Wanted), responses(
    (status = 200, description = "A page.", body = WaitingList)
))]
async fn waiting(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    asked: Listing<Wanted>,
) -> Answer {
    let stream = input::word("stream", asked.wanted.stream.as_deref(), Stream::from_word)?;
    listed(move || {
        let page = state
            .flow
            .waiting(&ctx, stream, asked.after.as_deref(), asked.rows)?;
        Ok(WaitingList {
            mode: ctx.mode(),
            counts: counts(&page.summary),
            deliveries: page.rows.into_iter().map(line).collect(),
            next: page.next,
        })
    })
    .await
}

fn counts(summary: &Summary) -> WaitingCounts {
    WaitingCounts {
        running: summary.running,
        ready: summary.ready,
        scheduled: summary.scheduled,
        retrying: summary.retrying,
        oldest: summary.oldest,
        more: summary.more,
    }
}

fn line(row: Waiting) -> WaitingDelivery {
    WaitingDelivery {
        id: row.id,
        message: row.message,
        recipient: row.recipient,
        role: row.role,
        stream: row.stream,
        priority: row.priority,
        demand: row.demand,
        why: row.why.word(),
        attempts: row.attempts,
        since: row.since,
        next_at: row.next_at,
        until: row.until,
        reply_code: row.reply_code,
        reply_enhanced: row.reply_enhanced,
    }
}
