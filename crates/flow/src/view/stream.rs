//! Everything that happened to an organisation's messages, and following one message or recipient
//! through it: held, suppressed, blocked and cancelled ones too.

use ctx::{Action, Ctx, Event, PrincipalKind};
use model::events::Kind;
use model::{
    Address, EventId, MessageId, Method, Mode, RecipientId, RecipientState, Result, Stream,
    Timestamp, limits,
};
use store::tables::{events, messages, recipients};

use super::events::{EventPage, page};
use super::{cursor, message::reachable};
use crate::Flow;

/// Recipients listed of one address.
const TRACED_MAX: usize = 200;

/// Which events; nothing given is no condition.
#[derive(Clone)]
pub struct StreamFilter {
    /// Of those that apps hear of.
    pub kinds: Vec<&'static Kind>,
    pub stream: Option<Stream>,
    /// Software sees its key's mode alone.
    pub mode: Option<Mode>,
    pub message: Option<MessageId>,
    pub recipient: Option<RecipientId>,
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
    /// What is asked of one message or recipient comes oldest first all the same.
    pub newest_first: bool,
}

impl StreamFilter {
    pub fn all() -> Self {
        Self {
            kinds: model::events::told().collect(),
            stream: None,
            mode: None,
            message: None,
            recipient: None,
            since: None,
            until: None,
            newest_first: false,
        }
    }
}

/// One recipient that an address was.
pub struct TracedRecipient {
    pub message: MessageId,
    pub recipient: RecipientId,
    pub accepted_at: Timestamp,
    pub method: Method,
    pub state: RecipientState,
    pub state_at: Timestamp,
}

impl Flow {
    /// Software sees what became of its own messages, people of their organisation's.
    ///
    /// # Errors
    /// `not_found` when the message or recipient is another's or does not exist.
    pub fn event_stream(
        &self,
        ctx: &Ctx,
        filter: StreamFilter,
        after: Option<&str>,
        rows: usize,
    ) -> Result<EventPage> {
        ctx.allow(Action::MessageList, &ctx.own("message"))?;
        let after = after
            .map(cursor::decode)
            .transpose()?
            .map(|(at, id)| (at, EventId::from_bytes(id)));
        let message = self.message_asked(ctx, &filter)?;
        let words: Vec<&str> = filter.kinds.iter().map(|kind| kind.word).collect();
        let (actor, mode) = match ctx.principal().kind {
            PrincipalKind::App { .. } => (ctx.actor().to_owned(), Some(ctx.mode())),
            _ => (String::new(), filter.mode),
        };
        let asked = events::Filter {
            kinds: format!(" {} ", words.join(" ")),
            stream: filter.stream,
            mode,
            actor,
            message,
            recipient: filter.recipient,
            since: filter.since.unwrap_or_default(),
            until: filter.until.unwrap_or(Timestamp::MAX),
            down: filter.newest_first,
        };
        let organisation = ctx.organisation();
        let rows = rows.clamp(1, limits::PAGE_ROWS_MAX);
        let found = self
            .world()
            .store
            .read(move |tx| events::list(tx, organisation, &asked, after, rows + 1))?;
        page(found, rows)
    }

    /// The message that the filter names, by itself or by a recipient of it.
    fn message_asked(&self, ctx: &Ctx, filter: &StreamFilter) -> Result<Option<MessageId>> {
        let (organisation, named, recipient) =
            (ctx.organisation(), filter.message, filter.recipient);
        let row = self.world().store.read(move |tx| {
            let of = match recipient {
                Some(id) => Some(recipients::load(tx, id, organisation)?.message),
                None => None,
            };
            if named.is_some() && of.is_some() && named != of {
                return Err(model::Code::NotFound.into());
            }
            named
                .or(of)
                .map(|id| messages::load(tx, id, organisation))
                .transpose()
        })?;
        if let Some(row) = &row {
            ctx.allow(Action::MessageRead, &reachable(ctx, row)?)?;
        }
        Ok(row.map(|row| row.id))
    }

    /// What an address got, newest first, at most 200. The question names a person, so it is on
    /// record before it is answered.
    pub fn trace_address(&self, ctx: &Ctx, address: &Address) -> Result<Vec<TracedRecipient>> {
        ctx.allow(Action::MessageAddresses, &ctx.own("message"))?;
        let organisation = ctx.organisation();
        let token = self
            .world()
            .keys(organisation)?
            .blind("address", &address.fold());
        let found = self
            .world()
            .store
            .read(move |tx| recipients::of_address(tx, organisation, &token, TRACED_MAX))?;
        ctx.open_phi(Event::new("recipients.searched").fact("found", found.len()))?;
        Ok(found
            .into_iter()
            .map(|(r, accepted_at)| TracedRecipient {
                message: r.message,
                recipient: r.id,
                accepted_at,
                method: r.method,
                state: r.state,
                state_at: r.state_at,
            })
            .collect())
    }
}
