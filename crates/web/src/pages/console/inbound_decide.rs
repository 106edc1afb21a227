//! Decides about one message in quarantine: what looks wrong where, what engines named; then release or
//! deletion.
//!
//! Nothing that anyone wrote shows here: whoever decides opens the message itself, on the record.

use axum::http::StatusCode;
use axum::response::Response;
use flow::inbound::{ArrivalRow, Fate};
use model::{ArrivalState, Code, MessageId, Result, Timestamp, limits};
use serde::Serialize;

use crate::door::answer::{desk_page, redirect};
use crate::door::asked::Asked;
use crate::door::run;
use crate::door::staff::{Desk, desk};
use crate::face::Fault;
use crate::pages::{Page, Place, Sample, Voice};

#[derive(Clone, Debug, Serialize)]
pub struct InboundDecide {
    pub id: String,
    pub at: Timestamp,
    pub wrong: Vec<Wrong>,
    /// What engines named.
    pub named: Vec<String>,
    pub reason: String,
    pub reason_max: usize,
    pub faults: Vec<Fault>,
}

/// One thing that looks wrong.
#[derive(Clone, Debug, Serialize)]
pub struct Wrong {
    pub word: String,
    pub weight: u64,
    /// A word below `found_at`, and a file's number where it is one.
    pub place: String,
    pub file: Option<u64>,
}

/// Asks before a message is destroyed.
#[derive(Clone, Debug, Serialize)]
pub struct InboundDelete {
    pub id: String,
}

/// GET `/console/inbound/{id}`
pub async fn ask(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let id: MessageId = asked.segment(2).parse()?;
    if !desk.releases() {
        return Ok(redirect(&format!("/console/messages/{id}")));
    }
    match load(&asked, &desk, id).await? {
        Some(page) => desk_page(&asked, &desk, StatusCode::OK, &page),
        None => Ok(redirect("/console/inbound")),
    }
}

/// POST `/console/inbound/{id}`: releases, or destroys after asking.
pub async fn submit(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let id: MessageId = asked.segment(2).parse()?;
    let (fate, done) = match asked.field("act") {
        "release" => (Fate::Release, "release"),
        "delete" => (Fate::Delete, "delete"),
        _ => return Err(Code::FieldInvalid.into()),
    };
    let reason = asked.field("reason").to_owned();
    if fate == Fate::Delete && asked.field("sure") != "yes" && desk.releases() {
        let page = InboundDelete { id: id.to_string() };
        return desk_page(&asked, &desk, StatusCode::OK, &page);
    }
    let (flow, ctx, given) = (
        asked.state().flow.clone(),
        desk.ctx()?.clone(),
        reason.clone(),
    );
    let key = match run(move || flow.decide_arrival(&ctx, id, fate, &given)).await {
        Ok(()) => return Ok(redirect(&format!("/console/inbound?done={done}"))),
        Err(error) => match error.code() {
            Code::FieldMissing => "reason_missing",
            Code::FieldInvalid => "reason_long",
            Code::StateConflict => return Ok(redirect("/console/inbound")),
            _ => return Err(error),
        },
    };
    let Some(mut page) = load(&asked, &desk, id).await? else {
        return Ok(redirect("/console/inbound"));
    };
    page.reason = reason;
    page.faults.push(Fault::new("reason", key));
    desk_page(&asked, &desk, StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// None when it is in quarantine no more.
async fn load(asked: &Asked, desk: &Desk, id: MessageId) -> Result<Option<InboundDecide>> {
    let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
    let row = run(move || flow.arrival(&ctx, id)).await?;
    let waits = row.state == ArrivalState::Quarantined;
    Ok(waits.then(|| InboundDecide::of(row)))
}

impl InboundDecide {
    fn of(row: ArrivalRow) -> Self {
        Self {
            id: row.id.to_string(),
            at: row.created_at,
            wrong: wrong(&row),
            named: row.named,
            reason: String::new(),
            reason_max: limits::REASON_CHARS_MAX,
            faults: Vec::new(),
        }
    }
}

/// Each with its place.
pub(super) fn wrong(row: &ArrivalRow) -> Vec<Wrong> {
    let suspicions = row.suspicions.iter();
    let one = |one: &flow::inbound::Suspected| {
        let (place, number) = one.place.split_once(' ').unwrap_or((&one.place, ""));
        Wrong {
            word: one.word.clone(),
            weight: one.weight.into(),
            place: place.to_owned(),
            file: number.parse().ok(),
        }
    };
    suspicions.map(one).collect()
}

impl Page for InboundDecide {
    const TEMPLATE: &'static str = "pages/console/inbound_decide.html";
    const VOICE: Voice = Voice::Staff;
    const PLACE: Place = Place::Inbound;

    fn samples() -> Vec<Sample<Self>> {
        let one = |word: &str, weight, place: &str, file| Wrong {
            word: word.to_owned(),
            weight,
            place: place.to_owned(),
            file,
        };
        let page = Self {
            id: "msg_01KJVB0W7HQ3ZJ8X9T4M2C6D00".to_owned(),
            at: crate::pages::samples::NOW,
            wrong: vec![
                one("virus_found", 100, "body", None),
                one("double_extension", 100, "attachment", Some(2)),
                one("look_alike_domain", 60, "header", None),
                one("first_time_sender", 20, "header", None),
            ],
            named: vec!["clamd Win.Test.EICAR_HDB-1".to_owned()],
            reason: String::new(),
            reason_max: limits::REASON_CHARS_MAX,
            faults: Vec::new(),
        };
        let error = Self {
            faults: vec![Fault::new("reason", "reason_missing")],
            ..page.clone()
        };
        let none_named = Self {
            named: Vec::new(),
            ..page.clone()
        };
        vec![
            Sample::new("one", page.clone()),
            Sample::new("error", error),
            Sample::new("none_named", none_named),
            Sample::spanish(page),
        ]
    }
}

impl Page for InboundDelete {
    const TEMPLATE: &'static str = "pages/console/inbound_delete.html";
    const VOICE: Voice = Voice::Staff;
    const PLACE: Place = Place::Inbound;

    fn samples() -> Vec<Sample<Self>> {
        let page = Self {
            id: "msg_01KJVB0W7HQ3ZJ8X9T4M2C6D00".to_owned(),
        };
        vec![Sample::new("one", page.clone()), Sample::spanish(page)]
    }
}
