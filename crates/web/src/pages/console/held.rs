//! Held messages: the list, and the page that asks before one is released or rejected.
//!
//! Nothing that anyone wrote shows here: whoever decides opens the message itself, on the record.

use axum::http::StatusCode;
use axum::response::Response;
use flow::Review;
use flow::view::Filter;
use model::{Code, MessageId, RecipientState, Result, Timestamp, limits};
use serde::Serialize;

use crate::door::answer::{desk_page, redirect};
use crate::door::asked::Asked;
use crate::door::run;
use crate::door::staff::desk;
use crate::face::Fault;
use crate::pages::samples::NOW;
use crate::pages::{Page, Place, Sample, Voice};

#[derive(Clone, Debug, Serialize)]
pub struct Held {
    pub rows: Vec<Row>,
    /// Whether this visitor may decide.
    pub decides: bool,
    pub older_href: Option<String>,
    /// What was just decided: `release` or `reject`.
    pub done: String,
}

#[derive(Clone, Debug, Serialize)]
pub struct Row {
    pub id: String,
    pub at: Timestamp,
    /// Recipients that are held.
    pub held: u64,
}

/// Asks for a decision and its reason.
#[derive(Clone, Debug, Serialize)]
pub struct Decide {
    pub id: String,
    pub reason: String,
    pub reason_max: usize,
    pub faults: Vec<Fault>,
}

/// GET `/console/held`
pub async fn show(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
    let after = Some(asked.query("after").to_owned()).filter(|after| !after.is_empty());
    let page = run(move || {
        let filter = Filter {
            state: Some(RecipientState::Held),
            ..Filter::default()
        };
        flow.list_messages(&ctx, filter, after.as_deref(), limits::PAGE_ROWS)
    })
    .await?;
    let rows = page.rows.iter().map(|row| Row {
        id: row.id.to_string(),
        at: row.created_at,
        held: row
            .states
            .get(&RecipientState::Held)
            .copied()
            .unwrap_or(0)
            .into(),
    });
    let held = Held {
        rows: rows.collect(),
        decides: desk.releases(),
        older_href: page.next.map(|next| format!("/console/held?after={next}")),
        done: known(asked.query("done"))
            .map(word)
            .unwrap_or_default()
            .to_owned(),
    };
    desk_page(&asked, &desk, StatusCode::OK, &held)
}

/// GET `/console/held/{id}`
pub async fn ask(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let id: MessageId = asked.segment(2).parse()?;
    let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
    // Only what this visitor may know of, and that is held.
    let view = run(move || flow.message(&ctx, id)).await?;
    if !view
        .recipients
        .iter()
        .any(|r| r.state == RecipientState::Held)
    {
        return Ok(redirect("/console/held"));
    }
    desk_page(
        &asked,
        &desk,
        StatusCode::OK,
        &Decide::new(id, String::new()),
    )
}

/// POST `/console/held/{id}`
pub async fn submit(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let id: MessageId = asked.segment(2).parse()?;
    let review = known(asked.field("act")).ok_or(Code::FieldInvalid)?;
    let reason = asked.field("reason").to_owned();
    let (flow, ctx, given) = (
        asked.state().flow.clone(),
        desk.ctx()?.clone(),
        reason.clone(),
    );
    let key = match run(move || flow.review(&ctx, id, review, &given)).await {
        Ok(_) => return Ok(redirect(&format!("/console/held?done={}", word(review)))),
        Err(error) => match error.code() {
            Code::FieldMissing => "reason_missing",
            Code::FieldInvalid => "reason_long",
            Code::StateConflict => "held_no_more",
            _ => return Err(error),
        },
    };
    let mut page = Decide::new(id, reason);
    page.faults.push(Fault::new("reason", key));
    desk_page(&asked, &desk, StatusCode::UNPROCESSABLE_ENTITY, &page)
}

impl Decide {
    fn new(id: impl std::fmt::Display, reason: String) -> Self {
        Self {
            id: id.to_string(),
            reason,
            reason_max: limits::REASON_CHARS_MAX,
            faults: Vec::new(),
        }
    }
}

fn known(word: &str) -> Option<Review> {
    match word {
        "release" => Some(Review::Release),
        "reject" => Some(Review::Reject),
        _ => None,
    }
}

fn word(review: Review) -> &'static str {
    match review {
        Review::Release => "release",
        Review::Reject => "reject",
    }
}

impl Page for Held {
    const TEMPLATE: &'static str = "pages/console/held.html";
    const VOICE: Voice = Voice::Staff;
    const PLACE: Place = Place::Messages;

    fn samples() -> Vec<Sample<Self>> {
        let page = |n: u32, done: &str| Self {
            rows: (0..n)
                .map(|i| Row {
                    id: format!("msg_01KJVB0W7HQ3ZJ8X9T4M2C6D{i:02}"),
                    at: NOW,
                    held: u64::from(i) + 1,
                })
                .collect(),
            decides: true,
            older_href: (n > 10).then(|| "#".to_owned()),
            done: done.to_owned(),
        };
        let looks_on = Self {
            decides: false,
            ..page(2, "")
        };
        vec![
            Sample::new("empty", page(0, "release")),
            Sample::new("one", page(1, "reject")),
            Sample::new("many", page(20, "")),
            Sample::new("may_not", looks_on),
            Sample::spanish(page(3, "release")),
        ]
    }
}

impl Page for Decide {
    const TEMPLATE: &'static str = "pages/console/held_decide.html";
    const VOICE: Voice = Voice::Staff;
    const PLACE: Place = Place::Messages;

    fn samples() -> Vec<Sample<Self>> {
        let page = || Self::new("msg_01KJVB0W7HQ3ZJ8X9T4M2C6D5E", String::new());
        let wrong = |key, reason: &str| Self {
            faults: vec![Fault::new("reason", key)],
            reason: reason.to_owned(),
            ..page()
        };
        vec![
            Sample::new("one", page()),
            Sample::new("error_missing", wrong("reason_missing", "")),
            Sample::new(
                "error_conflict",
                wrong("held_no_more", "Asked for by phone"),
            ),
            Sample::spanish(wrong("reason_long", "Lo pidió por teléfono")),
        ]
    }
}
