//! The event stream of one message.

use std::collections::BTreeMap;

use ctx::{Action, Ctx};
use model::{Code, Error, EventId, MessageId, RecipientId, Result, Timestamp, limits};
use store::tables::{events, messages};

use super::{cursor, message::reachable};
use crate::Flow;

pub struct EventView {
    pub id: EventId,
    pub kind: String,
    pub at: Timestamp,
    pub actor: String,
    pub message: Option<MessageId>,
    pub recipient: Option<RecipientId>,
    /// Neutral words, codes and counts.
    pub facts: BTreeMap<String, String>,
}

pub struct EventPage {
    pub rows: Vec<EventView>,
    pub next: Option<String>,
}

impl Flow {
    /// Oldest first.
    pub fn events(
        &self,
        ctx: &Ctx,
        id: MessageId,
        after: Option<&str>,
        rows: usize,
    ) -> Result<EventPage> {
        let organisation = ctx.organisation();
        let message = self
            .world()
            .store
            .read(move |tx| messages::load(tx, id, organisation))?;
        ctx.allow(Action::MessageRead, &reachable(ctx, &message)?)?;
        let rows = rows.clamp(1, limits::PAGE_ROWS_MAX);
        let after = after
            .map(cursor::decode)
            .transpose()?
            .map(|(at, id)| (at, EventId::from_bytes(id)));
        let found = self
            .world()
            .store
            .read(move |tx| events::of_message(tx, id, organisation, after, rows + 1))?;
        page(found, rows)
    }
}

/// What was found, and where the next page begins when more than `rows` was.
pub(super) fn page(mut found: Vec<events::Event>, rows: usize) -> Result<EventPage> {
    let more = found.len() > rows;
    found.truncate(rows);
    let next = if more {
        found.last().map(|e| cursor::encode(e.at, e.id.as_bytes()))
    } else {
        None
    };
    let rows = found.into_iter().map(view).collect::<Result<_>>()?;
    Ok(EventPage { rows, next })
}

fn view(e: events::Event) -> Result<EventView> {
    let facts = serde_json::from_str(&e.facts).map_err(|_| Error::new(Code::StoredDataInvalid))?;
    Ok(EventView {
        id: e.id,
        kind: e.kind,
        at: e.at,
        actor: e.actor,
        message: e.message,
        recipient: e.recipient,
        facts,
    })
}
