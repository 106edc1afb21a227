//! The queue: what waits to leave, why, and until when. Ids, codes and times, whoever looks.

use axum::http::StatusCode;
use axum::response::Response;
use flow::orders::OrderView;
use flow::view::{QueueLine, Summary, Waiting, WaitingPage};
use model::{Result, Stream, Timestamp, limits};
use serde::Serialize;

use crate::door::answer::desk_page;
use crate::door::asked::Asked;
use crate::door::run;
use crate::door::staff::{desk, escape};
use crate::pages::{Page, Place, Sample, Voice};

#[derive(Clone, Debug, Serialize)]
pub struct Queue {
    pub running: u64,
    pub ready: u64,
    pub scheduled: u64,
    pub retrying: u64,
    /// When the oldest that is due was made.
    pub oldest: Option<Timestamp>,
    /// More wait than were counted.
    pub more: bool,
    pub stream: Option<Stream>,
    pub all_streams: &'static [Stream],
    /// Orders in force.
    pub orders: u64,
    /// Whether this visitor may give and end orders.
    pub manages: bool,
    /// What goes to each provider, by the source it leaves by; of all organisations together.
    pub lanes: Vec<Lane>,
    pub rows: Vec<Row>,
    pub later_href: Option<String>,
    pub first_href: Option<String>,
}

/// One source at one provider.
#[derive(Clone, Debug, Serialize)]
pub struct Lane {
    pub provider: String,
    pub source: String,
    pub waiting: usize,
    pub running: usize,
    /// Why nothing starts, as a word of the catalogue below `stops`, and until when.
    pub stopped: Option<&'static str>,
    pub until: Option<Timestamp>,
    /// The order that keeps all of it from starting, where this organisation can end it.
    pub order: Option<String>,
    /// To the form that gives such an order.
    pub suspend_href: String,
    /// While the source is new: sent today, and at most.
    pub warm_up: Option<(u64, u32)>,
}

/// One delivery.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    pub message: String,
    pub recipient: String,
    /// `letter`, `notice`, `code`, `report`.
    pub role: String,
    pub stream: Stream,
    pub priority: u8,
    /// A word of the catalogue, below `waits`.
    pub why: &'static str,
    /// Three digits and the enhanced status of the last reply.
    pub reply: Option<String>,
    pub attempts: u32,
    pub since: Timestamp,
    /// None when it is under way or its turn comes.
    pub next_at: Option<Timestamp>,
    pub until: Timestamp,
}

impl Queue {
    pub fn new(summary: &Summary, stream: Option<Stream>, rows: Vec<Row>) -> Self {
        Self {
            running: summary.running,
            ready: summary.ready,
            scheduled: summary.scheduled,
            retrying: summary.retrying,
            oldest: summary.oldest,
            more: summary.more,
            stream,
            all_streams: Stream::ALL,
            orders: 0,
            manages: false,
            lanes: Vec::new(),
            rows,
            later_href: None,
            first_href: None,
        }
    }
}

/// GET `/console/queue`
pub async fn show(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
    let stream = Stream::from_word(asked.query("stream"));
    let after = asked.query("after").to_owned();
    let found: WaitingPage = run(move || {
        let after = Some(after.as_str()).filter(|cursor| !cursor.is_empty());
        flow.waiting(&ctx, stream, after, limits::PAGE_ROWS)
    })
    .await?;
    let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
    let (lanes, orders) = run(move || {
        let orders = flow.order_page(&ctx, true, None, limits::PAGE_ROWS_MAX)?;
        Ok((flow.queue(&ctx)?.rows, orders.rows))
    })
    .await?;
    let now = asked.now();
    let rows = found.rows.iter().map(|row| Row::of(row, now)).collect();
    let mut page = Queue::new(&found.summary, stream, rows);
    page.lanes = lanes.iter().map(|line| Lane::of(line, &orders)).collect();
    page.orders = u64::try_from(orders.len()).unwrap_or(u64::MAX);
    page.manages = desk.manages();
    let word = stream.map_or("", Stream::word);
    let link = |extra: String| format!("/console/queue?stream={word}{extra}");
    page.later_href = found.next.map(|cursor| link(format!("&after={cursor}")));
    page.first_href = (!asked.query("after").is_empty()).then(|| link(String::new()));
    desk_page(&asked, &desk, StatusCode::OK, &page)
}

impl Lane {
    fn of(line: &QueueLine, orders: &[OrderView]) -> Self {
        let suspending = orders.iter().filter(|order| suspends(order, line));
        let (everywhere, own): (Vec<_>, Vec<_>) =
            suspending.partition(|order| order.scope.everywhere);
        // what stops everyone's mail goes on stopping this when the organisation's own order ends
        let longest = |orders: &[&OrderView]| orders.iter().map(|order| order.until).max();
        let everyone = longest(&everywhere).map(|until| ("ordered_everywhere", until));
        let ordered = longest(&own).map(|until| ("ordered", until));
        let resting = line.rest_ends.map(|until| ("resting", until));
        let stopped = everyone.or(ordered).or(line.stopped).or(resting);
        Self {
            provider: line.provider.clone(),
            source: line.source.clone(),
            waiting: line.waiting,
            running: line.running,
            stopped: stopped.map(|(why, _)| why),
            until: stopped.map(|(_, until)| until),
            order: own.first().map(|order| order.id.to_string()),
            suspend_href: suspend_href(&line.provider, &line.source),
            warm_up: line.warm_up,
        }
    }
}

fn suspend_href(provider: &str, source: &str) -> String {
    let (provider, source) = (escape(provider), escape(source));
    format!("/console/queue/order?act=suspend&provider={provider}&source={source}")
}

/// Whether the order keeps from starting all that goes this way; narrower ones show in their list.
fn suspends(order: &OrderView, line: &QueueLine) -> bool {
    let scope = &order.scope;
    let narrow = scope.stream.is_some() || scope.domain.is_some() || scope.message.is_some();
    let at = |wanted: &Option<String>, here: &str| wanted.as_deref().is_none_or(|w| w == here);
    let here = at(&scope.provider, &line.provider) && at(&scope.source, &line.source);
    order.act == "suspend" && !narrow && here
}

impl Row {
    fn of(row: &Waiting, now: Timestamp) -> Self {
        let reply = row.reply_code.map(|code| match &row.reply_enhanced {
            Some(enhanced) => format!("{code} {enhanced}"),
            None => code.to_string(),
        });
        Self {
            message: row.message.to_string(),
            recipient: row.recipient.to_string(),
            role: row.role.clone(),
            stream: row.stream,
            priority: row.priority,
            why: row.why.word(),
            reply,
            attempts: row.attempts,
            since: row.since,
            next_at: Some(row.next_at).filter(|at| *at > now),
            until: row.until,
        }
    }
}

impl Page for Queue {
    const TEMPLATE: &'static str = "pages/console/queue.html";
    const VOICE: Voice = Voice::Staff;
    const PLACE: Place = Place::Queue;

    fn samples() -> Vec<Sample<Self>> {
        samples::all()
    }
}

mod samples;
