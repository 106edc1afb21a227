//! `GET /v1/messages/{id}/events`: what happened, oldest first.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::routing::get;
use ctx::Action;
use flow::view::{EventPage, EventView};
use model::{Code, EventId, MessageId, Mode, RecipientId, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Door, NoQuery};
use crate::answer::{Answer, listed};
use crate::caller::Caller;
use crate::input::{Ids, Listing, Paging};
use crate::{ApiState, schema};

/// A page of events.
#[derive(Serialize, ToSchema)]
pub(crate) struct EventList {
    /// The key's own mode.
    #[schema(schema_with = schema::mode)]
    mode: Mode,
    events: Vec<Event>,
    /// Pass it as `after` for the next page; null on the last.
    next: Option<String>,
}

/// Something that happened.
#[derive(Serialize, ToSchema)]
pub(crate) struct Event {
    #[schema(schema_with = schema::event_id)]
    id: EventId,
    #[schema(example = "delivery.accepted")]
    kind: String,
    #[schema(schema_with = schema::moment)]
    at: Timestamp,
    /// Who did it: an id, or `system`.
    #[schema(example = "system")]
    actor: String,
    /// Absent: it is about no message.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = schema::message_id, required = false)]
    message: Option<MessageId>,
    /// Absent: it is about the whole message.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = schema::recipient_id, required = false)]
    recipient: Option<RecipientId>,
    #[schema(schema_with = schema::facts)]
    facts: BTreeMap<String, String>,
}

pub(super) fn door() -> Door {
    const CODES: &[Code] = &[
        Code::IdInvalid,
        Code::NotFound,
        Code::QueryInvalid,
        Code::CursorInvalid,
    ];
    Door::new::<__path_list_events>(get(list_events), Action::MessageRead, CODES)
}

/// List what happened to a message
///
/// Oldest first. Each event is also an entry of the audit log, under the same id.
#[utoipa::path(get, path = "/v1/messages/{id}/events", tag = "messages",
    params(("id" = String, Path, description = "The message.", example = "msg_01KAJ5Z3E9T7M0X4Q8V2B6N1CD"), Paging),
    responses((status = 200, description = "A page.", body = EventList))
)]
async fn list_events(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    ids: Ids,
    asked: Listing<NoQuery>,
) -> Answer {
    let id: MessageId = ids.parse(0)?;
    listed(move || {
        let page = state
            .flow
            .events(&ctx, id, asked.after.as_deref(), asked.rows)?;
        Ok(EventList::of(ctx.mode(), page))
    })
    .await
}

impl EventList {
    pub(super) fn of(mode: Mode, page: EventPage) -> Self {
        Self {
            mode,
            events: page.rows.into_iter().map(event).collect(),
            next: page.next,
        }
    }
}

fn event(view: EventView) -> Event {
    Event {
        id: view.id,
        kind: view.kind,
        at: view.at,
        actor: view.actor,
        message: view.message,
        recipient: view.recipient,
        facts: view.facts,
    }
}
