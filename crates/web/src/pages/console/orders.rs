//! Orders about the queue: what was ordered, by whom, why and until when; and the page that asks before
//! one is ended.

use axum::http::StatusCode;
use axum::response::Response;
use flow::orders::OrderView;
use model::{Code, OrderId, Result, Stream, Timestamp, limits};
use serde::Serialize;

use crate::door::answer::{desk_page, redirect};
use crate::door::asked::Asked;
use crate::door::run;
use crate::door::staff::{Desk, desk};
use crate::pages::{Page, Place, Sample, Voice};

#[derive(Clone, Debug, Serialize)]
pub struct Orders {
    /// Those that are over too.
    pub all: bool,
    pub rows: Vec<Row>,
    /// Whether this visitor may give and end orders.
    pub manages: bool,
    pub older_href: Option<String>,
    pub newest_href: Option<String>,
    /// What was just done: `given`, `ended`, `over`.
    pub done: Option<&'static str>,
}

/// One order.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    pub id: String,
    /// `suspend`, `bounce`, `expire`, `rebind`, `transfer`
    pub act: String,
    /// The source or the node that it names.
    pub target: Option<String>,
    pub stream: Option<Stream>,
    pub provider: Option<String>,
    pub domain: Option<String>,
    pub source: Option<String>,
    pub message: Option<String>,
    /// Given on the server, for the mail of every organisation.
    pub everywhere: bool,
    pub reason: String,
    pub actor: String,
    pub at: Timestamp,
    pub until: Timestamp,
    pub ended_at: Option<Timestamp>,
    pub in_force: bool,
}

/// Asks before an order is ended.
#[derive(Clone, Debug, Serialize)]
pub struct End {
    pub order: Row,
}

const DONE: &[&str] = &["given", "ended", "over"];

/// GET `/console/queue/orders`
pub async fn show(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
    let all = asked.query("show") == "all";
    let after = asked.after();
    let later = after.is_some();
    let found =
        run(move || flow.order_page(&ctx, !all, after.as_deref(), limits::PAGE_ROWS)).await?;
    let show = if all { "all" } else { "" };
    let link = |extra: String| format!("/console/queue/orders?show={show}{extra}");
    let page = Orders {
        all,
        rows: found.rows.iter().map(Row::of).collect(),
        manages: desk.manages(),
        older_href: found.next.map(|next| link(format!("&after={next}"))),
        newest_href: later.then(|| link(String::new())),
        done: DONE
            .iter()
            .copied()
            .find(|word| *word == asked.query("done")),
    };
    desk_page(&asked, &desk, StatusCode::OK, &page)
}

/// GET `/console/queue/orders/{id}/end`
pub async fn ask(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let order = load(&asked, &desk).await?;
    // it is ended where it was given
    if order.everywhere {
        return Err(Code::NotFound.into());
    }
    if !order.in_force {
        return Ok(redirect("/console/queue/orders?show=all&done=over"));
    }
    desk_page(&asked, &desk, StatusCode::OK, &End { order })
}

/// POST `/console/queue/orders/{id}/end`
pub async fn end(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let id: OrderId = asked.segment(3).parse()?;
    let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
    let done = match run(move || flow.end_order(&ctx, id)).await {
        Ok(()) => "ended",
        Err(error) if error.code() == Code::StateConflict => "over",
        Err(error) => return Err(error),
    };
    Ok(redirect(&format!("/console/queue/orders?done={done}")))
}

async fn load(asked: &Asked, desk: &Desk) -> Result<Row> {
    let id: OrderId = asked.segment(3).parse()?;
    let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
    Ok(Row::of(&run(move || flow.load_order(&ctx, id)).await?))
}

impl Row {
    pub(super) fn of(view: &OrderView) -> Self {
        let scope = &view.scope;
        Self {
            id: view.id.to_string(),
            act: view.act.clone(),
            target: view.target.clone(),
            stream: scope.stream,
            provider: scope.provider.clone(),
            domain: scope
                .domain
                .as_ref()
                .map(|domain| domain.as_str().to_owned()),
            source: scope.source.clone(),
            message: scope.message.map(|id| id.to_string()),
            everywhere: scope.everywhere,
            reason: view.reason.clone(),
            actor: view.actor.clone(),
            at: view.created_at,
            until: view.until,
            ended_at: view.ended_at,
            in_force: view.in_force,
        }
    }
}

impl Page for Orders {
    const TEMPLATE: &'static str = "pages/console/orders.html";
    const VOICE: Voice = Voice::Staff;
    const PLACE: Place = Place::Queue;

    fn samples() -> Vec<Sample<Self>> {
        samples::lists()
    }
}

impl Page for End {
    const TEMPLATE: &'static str = "pages/console/order_end.html";
    const VOICE: Voice = Voice::Staff;
    const PLACE: Place = Place::Queue;

    fn samples() -> Vec<Sample<Self>> {
        samples::ends()
    }
}

mod samples;
