//! The list of messages: ids, ways and states, nothing that anyone wrote.

use std::collections::BTreeMap;

use ctx::{Action, Ctx, PrincipalKind};
use model::{MessageId, Method, Mode, Origin, RecipientState, Result, Timestamp, limits};
use store::tables::{messages, recipients};

use super::{Filter, cursor};
use crate::Flow;

pub struct MessageRow {
    pub id: MessageId,
    pub created_at: Timestamp,
    pub origin: Origin,
    pub mode: Mode,
    pub level: String,
    pub attachments: u32,
    pub octets: u64,
    /// How many recipients are in each state, and by each method.
    pub states: BTreeMap<RecipientState, u32>,
    pub methods: BTreeMap<Method, u32>,
    pub recipients: u32,
}

pub struct MessagePage {
    pub rows: Vec<MessageRow>,
    pub next: Option<String>,
}

impl Flow {
    /// Newest first. `rows` is capped at 200. Software sees its own messages, people their
    /// organisation's.
    pub fn list_messages(
        &self,
        ctx: &Ctx,
        filter: Filter,
        after: Option<&str>,
        rows: usize,
    ) -> Result<MessagePage> {
        ctx.allow(Action::MessageList, &ctx.own("message"))?;
        let rows = rows.clamp(1, limits::PAGE_ROWS_MAX);
        let before = after
            .map(cursor::decode)
            .transpose()?
            .map(|(at, id)| (at, MessageId::from_bytes(id)));
        let organisation = ctx.organisation();
        // An app sees what it sent itself; people see the organisation's.
        let actor = match ctx.principal().kind {
            PrincipalKind::App { .. } => ctx.actor().to_owned(),
            _ => String::new(),
        };
        let mode = ctx.mode();
        self.world().store.read(move |tx| {
            let mut found =
                messages::list(tx, organisation, filter, (&actor, mode), before, rows + 1)?;
            let more = found.len() > rows;
            found.truncate(rows);
            let next = if more {
                found
                    .last()
                    .map(|m| cursor::encode(m.created_at, m.id.as_bytes()))
            } else {
                None
            };
            let rows = found
                .iter()
                .map(|m| row(m, &recipients::of_message(tx, m.id)?))
                .collect::<Result<_>>()?;
            Ok(MessagePage { rows, next })
        })
    }
}

fn row(m: &messages::Message, of: &[recipients::Recipient]) -> Result<MessageRow> {
    let mut out = MessageRow {
        id: m.id,
        created_at: m.created_at,
        origin: m.origin,
        mode: m.mode,
        level: m.level.clone(),
        attachments: m.attachments,
        octets: m.octets,
        states: BTreeMap::new(),
        methods: BTreeMap::new(),
        recipients: u32::try_from(of.len()).unwrap_or(u32::MAX),
    };
    for r in of {
        *out.states.entry(r.state).or_default() += 1;
        *out.methods.entry(r.method).or_default() += 1;
    }
    Ok(out)
}
