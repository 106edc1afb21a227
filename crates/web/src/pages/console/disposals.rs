//! Disposals: the list, and a form that asks for one.

use axum::http::StatusCode;
use axum::response::Response;
use model::{Code, DisposalState, Result, Timestamp, limits};
use records::disposal::DisposalView;
use serde::Serialize;

use crate::door::answer::{desk_page, redirect};
use crate::door::asked::Asked;
use crate::door::run;
use crate::door::staff::{Desk, desk};
use crate::face::Fault;
use crate::pages::{Page, Place, Sample, Voice};

#[derive(Clone, Debug, Serialize)]
pub struct Disposals {
    pub rows: Vec<Row>,
    pub asks: bool,
    pub given: String,
    pub days: u32,
    pub records_max: usize,
    pub reason_max: usize,
    /// It was just asked for.
    pub done: bool,
    pub older_href: Option<String>,
    pub newest_href: Option<String>,
    pub faults: Vec<Fault>,
}

#[derive(Clone, Debug, Serialize)]
pub struct Row {
    pub id: String,
    pub at: Timestamp,
    pub by: String,
    pub records: u64,
    pub held: u64,
    pub state: DisposalState,
    pub tone: &'static str,
    pub icon: &'static str,
}

/// GET `/console/disposals`
pub async fn show(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let mut page = load(&asked, &desk).await?;
    page.done = asked.query("done") == "asked";
    desk_page(&asked, &desk, StatusCode::OK, &page)
}

/// POST `/console/disposals`: asks for one.
pub async fn submit(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let reason: String = asked.field("reason").chars().take(2_000).collect();
    let (records, ctx) = (asked.state().records.clone(), desk.ctx()?.clone());
    let given = reason.clone();
    let fault = match run(move || records.propose_disposal(&ctx, &reason)).await {
        Ok(_) => return Ok(redirect("/console/disposals?done=asked")),
        Err(error) => match (error.code(), error.pointer()) {
            (Code::FieldMissing, Some("/reason")) => Fault::new("reason", "disposal_reason"),
            (Code::FieldInvalid, Some("/reason")) => Fault::new("reason", "too_long"),
            (Code::StateConflict, _) => Fault::new("reason", "disposal_other"),
            _ => return Err(error),
        },
    };
    let mut page = load(&asked, &desk).await?;
    page.given = given;
    page.faults.push(fault);
    desk_page(&asked, &desk, StatusCode::UNPROCESSABLE_ENTITY, &page)
}

async fn load(asked: &Asked, desk: &Desk) -> Result<Disposals> {
    let after = asked.after();
    let (records, ctx) = (asked.state().records.clone(), desk.ctx()?.clone());
    let page = after.clone();
    let found = run(move || records.disposals(&ctx, page.as_deref(), limits::PAGE_ROWS)).await?;
    let next = found.next;
    Ok(Disposals {
        rows: found.rows.into_iter().map(Row::of).collect(),
        asks: desk.disposes(),
        older_href: next.map(|next| format!("/console/disposals?after={next}")),
        newest_href: after.map(|_| "/console/disposals".to_owned()),
        ..Disposals::empty()
    })
}

impl Row {
    fn of(view: DisposalView) -> Self {
        let (tone, icon) = look(view.state);
        Self {
            id: view.id.to_string(),
            at: view.asked_at,
            by: view.asked_by,
            records: view.records,
            held: view.held,
            state: view.state,
            tone,
            icon,
        }
    }
}

/// Tone and icon of a state.
pub(super) const fn look(state: DisposalState) -> (&'static str, &'static str) {
    match state {
        DisposalState::Listing | DisposalState::Proposed | DisposalState::Approved => {
            ("attention", "clock")
        }
        DisposalState::Destroying | DisposalState::Pruning => ("danger", "clock"),
        DisposalState::Provisional | DisposalState::Final => ("safe", "check"),
        DisposalState::Refused => ("neutral", "info"),
    }
}

impl Disposals {
    fn empty() -> Self {
        Self {
            rows: Vec::new(),
            asks: true,
            given: String::new(),
            days: limits::DISPOSAL_COOLING_DAYS,
            records_max: limits::DISPOSAL_RECORDS_MAX,
            reason_max: limits::REASON_CHARS_MAX,
            done: false,
            older_href: None,
            newest_href: None,
            faults: Vec::new(),
        }
    }
}

impl Page for Disposals {
    const TEMPLATE: &'static str = "pages/console/disposals.html";
    const VOICE: Voice = Voice::Staff;
    const PLACE: Place = Place::Retention;

    fn samples() -> Vec<Sample<Self>> {
        let page = |rows| Self {
            rows: (0..rows).map(row).collect(),
            ..Self::empty()
        };
        let many = Self {
            older_href: Some("?after=1".to_owned()),
            newest_href: Some("?".to_owned()),
            done: true,
            ..page(9)
        };
        let reader = Self {
            asks: false,
            ..page(3)
        };
        let wrong = |key| Self {
            faults: vec![Fault::new("reason", key)],
            ..page(1)
        };
        vec![
            Sample::new("empty", Self::empty()),
            Sample::new("some", page(3)),
            Sample::new("many", many.clone()),
            Sample::new("reader", reader),
            Sample::new("error_reason", wrong("disposal_reason")),
            Sample::new("error_other", wrong("disposal_other")),
            Sample::spanish(many),
        ]
    }
}

/// The n-th of some.
fn row(n: usize) -> Row {
    use crate::pages::samples::NOW;
    let state = DisposalState::ALL[n % DisposalState::ALL.len()];
    let (tone, icon) = look(state);
    Row {
        id: format!("dis_01KJVB0W7HQ3ZJ8X9T4M2C6D{n:02}"),
        at: NOW.minus(std::time::Duration::from_secs(n as u64 * 2_500_000)),
        by: "ana@northside.example".to_owned(),
        records: n as u64 * 1_117,
        held: n as u64 % 3,
        state,
        tone,
        icon,
    }
}
