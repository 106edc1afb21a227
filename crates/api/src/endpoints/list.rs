//! `GET /v1/messages`: ids, ways and states, newest first.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::routing::get;
use ctx::Action;
use flow::view::{Filter, MessageRow};
use model::{Code, MessageId, Method, Mode, Origin, RecipientState, Result, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Door;
use crate::answer::{Answer, listed};
use crate::caller::Caller;
use crate::input::{self, Listing, Paging};
use crate::{ApiState, schema};

/// Which messages.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Wanted {
    /// Some recipient is in this state.
    #[param(schema_with = schema::state, required = false)]
    state: Option<String>,
    /// Some recipient gets it this way.
    #[param(schema_with = schema::method, required = false)]
    method: Option<String>,
    /// Accepted at or after this moment (RFC 3339).
    #[param(schema_with = schema::moment, required = false)]
    since: Option<String>,
    /// Accepted at or before this moment (RFC 3339).
    #[param(schema_with = schema::moment, required = false)]
    until: Option<String>,
}

/// A page of messages.
#[derive(Serialize, ToSchema)]
pub(crate) struct MessageList {
    /// The key's own mode.
    #[schema(schema_with = schema::mode)]
    mode: Mode,
    messages: Vec<MessageLine>,
    /// Pass it as `after` for the next page; null on the last.
    next: Option<String>,
}

/// One message, without anything that anyone wrote.
#[derive(Serialize, ToSchema)]
pub(crate) struct MessageLine {
    #[schema(schema_with = schema::message_id)]
    id: MessageId,
    #[schema(schema_with = schema::moment)]
    created_at: Timestamp,
    #[schema(schema_with = schema::mode)]
    mode: Mode,
    #[schema(schema_with = schema::origin)]
    origin: Origin,
    #[schema(schema_with = schema::level)]
    phi_level: String,
    attachments: u32,
    /// Octets of the message as it would travel.
    octets: u64,
    recipients: u32,
    /// How many recipients are in each state.
    #[schema(schema_with = schema::counts)]
    states: BTreeMap<&'static str, u32>,
    /// How many recipients each method reaches.
    #[schema(schema_with = schema::counts)]
    methods: BTreeMap<&'static str, u32>,
}

pub(super) fn door() -> Door {
    Door::new::<__path_list_messages>(
        get(list_messages),
        Action::MessageList,
        &[Code::QueryInvalid, Code::CursorInvalid],
    )
}

/// List messages
///
/// Newest first. Pages follow a cursor: what arrives meanwhile neither repeats nor hides a message.
#[utoipa::path(get, path = "/v1/messages", tag = "messages", params(Paging, Wanted), responses(
    (status = 200, description = "A page.", body = MessageList)
))]
async fn list_messages(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    asked: Listing<Wanted>,
) -> Answer {
    let filter = filter(&asked.wanted)?;
    listed(move || {
        let page = state
            .flow
            .list_messages(&ctx, filter, asked.after.as_deref(), asked.rows)?;
        Ok(MessageList {
            mode: ctx.mode(),
            messages: page.rows.into_iter().map(line).collect(),
            next: page.next,
        })
    })
    .await
}

fn filter(wanted: &Wanted) -> Result<Filter> {
    Ok(Filter {
        state: input::word("state", wanted.state.as_deref(), RecipientState::from_word)?,
        method: input::word("method", wanted.method.as_deref(), Method::from_word)?,
        since: input::moment("since", wanted.since.as_deref())?,
        until: input::moment("until", wanted.until.as_deref())?,
    })
}

fn line(row: MessageRow) -> MessageLine {
    MessageLine {
        id: row.id,
        created_at: row.created_at,
        mode: row.mode,
        origin: row.origin,
        phi_level: row.level,
        attachments: row.attachments,
        octets: row.octets,
        recipients: row.recipients,
        states: row
            .states
            .into_iter()
            .map(|(state, count)| (state.word(), count))
            .collect(),
        methods: row
            .methods
            .into_iter()
            .map(|(method, count)| (method.word(), count))
            .collect(),
    }
}
