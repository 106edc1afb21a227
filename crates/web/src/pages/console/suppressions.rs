//! Suppressed addresses: a list with a search for one exact address, and what can be done about it.
//!
//! Addresses show here, so that someone can answer "why do I get no mail"; every look is recorded. An
//! address is searched by a form that posts, so that it stays out of links and histories.

use axum::http::StatusCode;
use axum::response::Response;
use flow::suppression::{self, Asked as Wish, SuppressionView};
use model::{Address, Result, Stream, SuppressionReason, SuppressionSource, Timestamp, limits};
use serde::Serialize;

use crate::door::answer::{desk_page, download};
use crate::door::asked::Asked;
use crate::door::run;
use crate::door::staff::{Desk, desk};
use crate::face::Fault;
use crate::pages::{Page, Place, Sample, Voice};

#[derive(Clone, Debug, Serialize)]
pub struct Suppressions {
    pub stream: Option<Stream>,
    pub reason: Option<SuppressionReason>,
    /// The address searched for, as it was typed.
    pub address: String,
    pub filtered: bool,
    pub rows: Vec<Row>,
    pub all_streams: &'static [Stream],
    pub all_reasons: &'static [SuppressionReason],
    pub older_href: Option<String>,
    pub newest_href: Option<String>,
    /// Whether this visitor may add and lift.
    pub manages: bool,
    /// One was lifted just now.
    pub lifted: bool,
    pub faults: Vec<Fault>,
}

#[derive(Clone, Debug, Serialize)]
pub struct Row {
    pub id: String,
    pub address: String,
    pub stream: Stream,
    pub reason: SuppressionReason,
    pub source: SuppressionSource,
    pub at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub lifted_at: Option<Timestamp>,
}

impl Row {
    pub fn of(view: &SuppressionView) -> Self {
        Self {
            id: view.id.to_string(),
            address: view.address.as_str().to_owned(),
            stream: view.stream,
            reason: view.reason,
            source: view.source,
            at: view.created_at,
            expires_at: view.expires_at,
            lifted_at: view.lifted_at,
        }
    }
}

/// GET `/console/suppressions`
pub async fn show(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let mut page = Suppressions::asked(&asked, &desk);
    let wish = Wish {
        wanted: suppression::Wanted {
            stream: page.stream,
            reason: page.reason,
            ..Default::default()
        },
        after: asked.after(),
        rows: limits::PAGE_ROWS,
    };
    let next = page.fill(&asked, &desk, wish).await?;
    let query = page.query();
    page.older_href = next.map(|after| format!("/console/suppressions?{query}after={after}"));
    let first = || format!("/console/suppressions?{query}");
    page.newest_href = (!asked.query("after").is_empty()).then(first);
    desk_page(&asked, &desk, StatusCode::OK, &page)
}

/// POST `/console/suppressions`: everything about one address, also what has ended.
pub async fn search(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let mut page = Suppressions::asked(&asked, &desk);
    page.filtered = true;
    page.address = asked.field("address").trim().chars().take(320).collect();
    let Ok(address) = Address::parse(&page.address) else {
        page.faults.push(Fault::new("address", "address_invalid"));
        return desk_page(&asked, &desk, StatusCode::UNPROCESSABLE_ENTITY, &page);
    };
    let wish = Wish {
        wanted: suppression::Wanted {
            address: Some(address),
            ended: true,
            ..Default::default()
        },
        after: None,
        rows: limits::PAGE_ROWS_MAX,
    };
    page.fill(&asked, &desk, wish).await?;
    desk_page(&asked, &desk, StatusCode::OK, &page)
}

/// GET `/console/suppressions.csv`: all that is in force.
pub async fn export(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
    let csv = run(move || flow.export_suppressions(&ctx)).await?;
    let kind = "text/csv; charset=utf-8";
    Ok(download("suppressions.csv", kind, csv.into_bytes()))
}

impl Suppressions {
    fn asked(asked: &Asked, desk: &Desk) -> Self {
        let stream = Stream::from_word(asked.query("stream"));
        let reason = SuppressionReason::from_word(asked.query("reason"));
        Self {
            filtered: stream.is_some() || reason.is_some(),
            lifted: asked.query("lifted") == "yes",
            ..Self::new(stream, reason, Vec::new(), desk.cancels_any())
        }
    }

    pub fn new(
        stream: Option<Stream>,
        reason: Option<SuppressionReason>,
        rows: Vec<Row>,
        manages: bool,
    ) -> Self {
        Self {
            stream,
            reason,
            address: String::new(),
            filtered: false,
            rows,
            all_streams: Stream::ALL,
            all_reasons: SuppressionReason::ALL,
            older_href: None,
            newest_href: None,
            manages,
            lifted: false,
            faults: Vec::new(),
        }
    }

    async fn fill(&mut self, asked: &Asked, desk: &Desk, wish: Wish) -> Result<Option<String>> {
        let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
        let found = run(move || flow.suppressions(&ctx, wish)).await?;
        self.rows = found.rows.iter().map(Row::of).collect();
        Ok(found.next)
    }

    /// The filter as the query of a link, ready for more.
    fn query(&self) -> String {
        let stream = self.stream.map(|word| format!("stream={word}&"));
        let reason = self.reason.map(|word| format!("reason={word}&"));
        [stream, reason].into_iter().flatten().collect()
    }
}

impl Page for Suppressions {
    const TEMPLATE: &'static str = "pages/console/suppressions.html";
    const VOICE: Voice = Voice::Staff;
    const PLACE: Place = Place::Suppressions;

    fn samples() -> Vec<Sample<Self>> {
        samples::all()
    }
}

mod samples;
