//! `GET /v1/events`: what happened to all messages, oldest first.

use axum::extract::State;
use axum::routing::get;
use ctx::Action;
use flow::view::StreamFilter;
use model::events::Kind;
use model::{Code, Error, MessageId, Mode, RecipientId, Result, Stream};
use serde::Deserialize;
use utoipa::IntoParams;

use super::Door;
use super::events::EventList;
use crate::answer::{Answer, listed};
use crate::caller::Caller;
use crate::input::{self, Listing, Paging};
use crate::{ApiState, schema};

/// Which events.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Wanted {
    /// One kind, or several with commas between.
    #[param(example = "delivery.accepted,delivery.refused")]
    kind: Option<String>,
    /// Of messages of this stream.
    #[param(schema_with = schema::stream, required = false)]
    stream: Option<String>,
    /// Of messages of this mode. Software sees its key's mode alone.
    #[param(schema_with = schema::mode, required = false)]
    mode: Option<String>,
    /// Of this message.
    #[param(schema_with = schema::message_id, required = false)]
    message: Option<String>,
    /// Of this recipient.
    #[param(schema_with = schema::recipient_id, required = false)]
    recipient: Option<String>,
    /// At or after this moment (RFC 3339).
    #[param(schema_with = schema::moment, required = false)]
    since: Option<String>,
    /// At or before this moment (RFC 3339).
    #[param(schema_with = schema::moment, required = false)]
    until: Option<String>,
}

pub(super) fn door() -> Door {
    const CODES: &[Code] = &[
        Code::IdInvalid,
        Code::NotFound,
        Code::QueryInvalid,
        Code::CursorInvalid,
    ];
    Door::new::<__path_list_all_events>(get(list_all_events), Action::MessageList, CODES)
}

/// List what happened
///
/// Oldest first, of all messages that the key may see: accepted, held, put off, delivered, read,
/// refused and whatever else became of them. The kinds are those of `docs/reference/events.md`. No
/// event holds anything that anyone wrote, nor an address.
#[utoipa::path(get, path = "/v1/events", tag = "events", params(Paging, Wanted), responses(
    (status = 200, description = "A page.", body = EventList)
))]
async fn list_all_events(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    asked: Listing<Wanted>,
) -> Answer {
    let filter = filter(&asked.wanted)?;
    listed(move || {
        let page = state
            .flow
            .event_stream(&ctx, filter, asked.after.as_deref(), asked.rows)?;
        Ok(EventList::of(ctx.mode(), page))
    })
    .await
}

fn filter(wanted: &Wanted) -> Result<StreamFilter> {
    let all = StreamFilter::all();
    Ok(StreamFilter {
        kinds: match &wanted.kind {
            Some(words) => kinds(words)?,
            None => all.kinds,
        },
        stream: input::word("stream", wanted.stream.as_deref(), Stream::from_word)?,
        mode: input::word("mode", wanted.mode.as_deref(), Mode::from_word)?,
        message: wanted
            .message
            .as_deref()
            .map(str::parse::<MessageId>)
            .transpose()?,
        recipient: wanted
            .recipient
            .as_deref()
            .map(str::parse::<RecipientId>)
            .transpose()?,
        since: input::moment("since", wanted.since.as_deref())?,
        until: input::moment("until", wanted.until.as_deref())?,
        newest_first: false,
    })
}

fn kinds(words: &str) -> Result<Vec<&'static Kind>> {
    let known = |word: &str| model::events::told().find(|kind| kind.word == word);
    words
        .split(',')
        .map(|word| known(word).ok_or_else(|| Error::new(Code::QueryInvalid).at("?kind")))
        .collect()
}
