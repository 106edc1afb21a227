//! Trace: one message or recipient through everything that happened, or all that happened lately.
//!
//! Nothing that anyone wrote shows here. Searching by address is a form that is posted, so that no
//! address stands in a link, a log or a browser's history.

use axum::http::StatusCode;
use axum::response::Response;
use flow::view::{EventView, StreamFilter, TracedRecipient};
use model::events::Kind;
use model::{Address, Code, Method, Mode, RecipientState, Result, Stream, Timestamp, limits};
use serde::Serialize;

use super::messages::Filter as Days;
use crate::door::answer::desk_page;
use crate::door::asked::Asked;
use crate::door::run;
use crate::door::staff::{Desk, desk, escape};
use crate::face::Fault;
use crate::face::format::Zone;
use crate::pages::{Page, Place, Sample, Voice};

/// What ended or stopped a message before it arrived.
const STOPPED: &[&str] = &[
    "message.held",
    "message.blocked",
    "message.unsealable",
    "message.suppressed",
    "delivery.refused",
    "delivery.expired",
    "delivery.cancelled",
    "message.cancelled",
];

#[derive(Clone, Debug, Default, Serialize)]
pub struct Trace {
    pub filter: Filter,
    pub filtered: bool,
    /// Whether this visitor may search by address.
    pub by_address: bool,
    pub all_kinds: Vec<&'static str>,
    pub all_modes: Vec<Mode>,
    pub all_streams: Vec<Stream>,
    pub rows: Vec<Row>,
    /// What a search by address found; `None`: it was not searched.
    pub found: Option<Vec<Found>>,
    pub older_href: Option<String>,
    pub newest_href: Option<String>,
    pub faults: Vec<Fault>,
}

/// The filter as it was typed.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Filter {
    pub id: String,
    /// A word of the vocabulary, `stopped`, or empty.
    pub kind: String,
    pub mode: Option<Mode>,
    pub stream: Option<Stream>,
    pub from: String,
    pub to: String,
}

#[derive(Clone, Debug, Serialize)]
pub struct Row {
    pub kind: String,
    pub at: Timestamp,
    pub actor: String,
    pub message: Option<String>,
    pub recipient: Option<String>,
    pub facts: Vec<(String, String)>,
}

#[derive(Clone, Debug, Serialize)]
pub struct Found {
    pub message: String,
    pub recipient: String,
    pub at: Timestamp,
    pub method: Method,
    pub state: RecipientState,
}

/// GET `/console/trace`
pub async fn show(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let filter = Filter::asked(&asked);
    let zone = Zone::find(&desk.house.zone).unwrap_or(Zone::UTC);
    let (wanted, mut faults) = filter.read(zone);
    let mut page = Trace::empty(&desk);
    if faults.is_empty() {
        match load(&asked, &desk, wanted).await {
            Ok((rows, next)) => {
                let query = filter.query();
                page.older_href =
                    next.map(|cursor| format!("/console/trace?{query}&after={cursor}"));
                page.newest_href =
                    (!asked.query("after").is_empty()).then(|| format!("/console/trace?{query}"));
                page.rows = rows.into_iter().map(Row::of).collect();
            }
            Err(error) if !filter.id.is_empty() && error.code() == Code::NotFound => {
                faults.push(Fault::new("id", "trace_unknown"));
            }
            Err(error) => return Err(error),
        }
    }
    let status = match faults.is_empty() {
        true => StatusCode::OK,
        false => StatusCode::UNPROCESSABLE_ENTITY,
    };
    page.filtered = !filter.query().is_empty();
    page.filter = filter;
    page.faults = faults;
    desk_page(&asked, &desk, status, &page)
}

/// POST `/console/trace`: which messages went to an address.
pub async fn search(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let mut page = Trace::empty(&desk);
    let Ok(address) = Address::parse(asked.field("address").trim()) else {
        page.faults.push(Fault::new("address", "trace_address"));
        return desk_page(&asked, &desk, StatusCode::UNPROCESSABLE_ENTITY, &page);
    };
    let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
    let found = run(move || flow.trace_address(&ctx, &address)).await?;
    page.found = Some(found.iter().map(Found::of).collect());
    desk_page(&asked, &desk, StatusCode::OK, &page)
}

type Loaded = (Vec<EventView>, Option<String>);

async fn load(asked: &Asked, desk: &Desk, wanted: StreamFilter) -> Result<Loaded> {
    let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
    let after = asked.query("after").to_owned();
    let page = run(move || {
        let after = Some(after.as_str()).filter(|cursor| !cursor.is_empty());
        flow.event_stream(&ctx, wanted, after, limits::PAGE_ROWS)
    })
    .await?;
    Ok((page.rows, page.next))
}

impl Trace {
    fn empty(desk: &Desk) -> Self {
        Self {
            by_address: desk.reads_addresses(),
            ..Self::unasked()
        }
    }

    fn unasked() -> Self {
        Self {
            all_kinds: offered().map(|kind| kind.word).collect(),
            all_modes: Mode::ALL.to_vec(),
            all_streams: Stream::ALL.to_vec(),
            ..Self::default()
        }
    }
}

/// Events of messages; a webhook's test is none.
fn offered() -> impl Iterator<Item = &'static Kind> {
    model::events::told().filter(|kind| kind.word != "webhook.tested")
}

impl Filter {
    fn asked(asked: &Asked) -> Self {
        let kind = asked.query("kind");
        let known = kind == "stopped" || offered().any(|known| known.word == kind);
        Self {
            id: asked.query("id").trim().chars().take(40).collect(),
            kind: if known {
                kind.to_owned()
            } else {
                String::new()
            },
            mode: Mode::from_word(asked.query("mode")),
            stream: Stream::from_word(asked.query("stream")),
            from: asked.query("from").chars().take(10).collect(),
            to: asked.query("to").chars().take(10).collect(),
        }
    }

    /// As the query of a link, without `?`; empty when nothing is asked for.
    fn query(&self) -> String {
        let fields = [
            ("id", self.id.as_str()),
            ("kind", &self.kind),
            ("mode", self.mode.map_or("", Mode::word)),
            ("stream", self.stream.map_or("", Stream::word)),
            ("from", &self.from),
            ("to", &self.to),
        ];
        let given = fields.iter().filter(|(_, value)| !value.is_empty());
        let parts: Vec<String> = given
            .map(|(name, value)| format!("{name}={}", escape(value)))
            .collect();
        parts.join("&")
    }

    fn read(&self, zone: Zone) -> (StreamFilter, Vec<Fault>) {
        let days = Days {
            from: self.from.clone(),
            to: self.to.clone(),
            ..Days::default()
        };
        let (days, mut faults) = days.read(zone);
        let (message, recipient) = (self.id.parse().ok(), self.id.parse().ok());
        if !self.id.is_empty() && message.is_none() && recipient.is_none() {
            faults.push(Fault::new("id", "trace_id"));
        }
        let fits = |kind: &&Kind| match self.kind.as_str() {
            "" => true,
            "stopped" => STOPPED.contains(&kind.word),
            word => kind.word == word,
        };
        let filter = StreamFilter {
            kinds: offered().filter(fits).collect(),
            stream: self.stream,
            mode: self.mode,
            message,
            recipient,
            since: days.since,
            until: days.until,
            newest_first: true,
        };
        (filter, faults)
    }
}

impl Row {
    fn of(e: EventView) -> Self {
        Self {
            kind: e.kind,
            at: e.at,
            actor: e.actor,
            message: e.message.map(|id| id.to_string()),
            recipient: e.recipient.map(|id| id.to_string()),
            facts: e.facts.into_iter().collect(),
        }
    }
}

impl Found {
    fn of(r: &TracedRecipient) -> Self {
        Self {
            message: r.message.to_string(),
            recipient: r.recipient.to_string(),
            at: r.accepted_at,
            method: r.method,
            state: r.state,
        }
    }
}

impl Page for Trace {
    const TEMPLATE: &'static str = "pages/console/trace.html";
    const VOICE: Voice = Voice::Staff;
    const PLACE: Place = Place::Trace;

    fn samples() -> Vec<Sample<Self>> {
        samples::all()
    }
}

mod samples;
