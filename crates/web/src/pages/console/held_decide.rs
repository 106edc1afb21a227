//! Decides about one held message: why it is held, what was found where, who sent it, who agreed already; then
//! the decision and its reason.
//!
//! Nothing that anyone wrote shows here, and no address: both open on the message's own page, on the record.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use axum::response::Response;
use flow::Review;
use flow::feedback::Opinion;
use flow::view::MessageView;
use model::{
    Code, MessageId, PhiLevel, Purpose, RecipientState, Result, Stream, Timestamp, limits,
};
use serde::Serialize;

use super::held::{Rule, name_of};
use super::message::{Found, found, unread};
use crate::door::answer::{desk_page, redirect};
use crate::door::asked::Asked;
use crate::door::run;
use crate::door::staff::{Desk, desk};
use crate::face::Fault;
use crate::pages::{Page, Place, Sample, Voice};

#[derive(Clone, Debug, Serialize)]
pub struct Decide {
    pub id: String,
    pub at: Timestamp,
    pub sender: String,
    /// This visitor sent it: somebody else decides.
    pub own: bool,
    /// This visitor agreed already: somebody else has to.
    pub agreed_self: bool,
    pub agreed: Vec<String>,
    pub second_person: bool,
    pub rules: Vec<Rule>,
    pub level: PhiLevel,
    pub labels: Vec<String>,
    pub found: Vec<Found>,
    pub unread: Vec<String>,
    pub purpose: Purpose,
    pub stream: Stream,
    pub octets: u64,
    pub files: u64,
    /// Recipients of the message, and how many of them are held.
    pub recipients: u64,
    pub held: u64,
    /// What this visitor said of the findings.
    pub opinion: Option<&'static str>,
    pub reason: String,
    pub reason_max: usize,
    pub faults: Vec<Fault>,
}

/// GET `/console/held/{id}`
pub async fn ask(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    if !desk.releases() {
        let id: MessageId = asked.segment(2).parse()?;
        return Ok(redirect(&format!("/console/messages/{id}")));
    }
    match load(&asked, &desk).await? {
        Some(page) => desk_page(&asked, &desk, StatusCode::OK, &page),
        None => Ok(redirect("/console/held")),
    }
}

/// POST `/console/held/{id}`
pub async fn submit(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let id: MessageId = asked.segment(2).parse()?;
    let review = known(asked.field("act")).ok_or(Code::FieldInvalid)?;
    let reason = asked.field("reason").to_owned();
    let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
    let given = reason.clone();
    let key = match run(move || flow.review(&ctx, id, review, &given)).await {
        Ok(reviewed) => {
            let done = match (review, reviewed.decided.is_empty()) {
                (Review::Reject, _) => "reject",
                (Review::Release, false) => "release",
                (Review::Release, true) => "waiting",
            };
            return Ok(redirect(&format!("/console/held?done={done}")));
        }
        Err(error) => match error.code() {
            Code::FieldMissing => "reason_missing",
            Code::FieldInvalid => "reason_long",
            Code::StateConflict => "held_no_more",
            Code::SecondPersonNeeded => "held_second",
            _ => return Err(error),
        },
    };
    let Some(mut page) = load(&asked, &desk).await? else {
        return Ok(redirect("/console/held"));
    };
    page.reason = reason;
    page.faults.push(Fault::new("reason", key));
    desk_page(&asked, &desk, StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// Only what this visitor may know of; none when nothing of it is held any more.
async fn load(asked: &Asked, desk: &Desk) -> Result<Option<Decide>> {
    let id: MessageId = asked.segment(2).parse()?;
    let (flow, people) = (asked.state().flow.clone(), asked.state().people.clone());
    let ctx = desk.ctx()?.clone();
    run(move || {
        let view = flow.message(&ctx, id)?;
        let holding: Vec<_> = view
            .recipients
            .iter()
            .filter_map(|r| r.holding.as_ref())
            .collect();
        let agreed: BTreeSet<String> = holding.iter().flat_map(|h| h.agreed.clone()).collect();
        let mut ids = agreed.clone();
        ids.insert(view.actor.clone());
        let names = people.colleagues(&ctx, &ids)?;
        let agreed_self = agreed.contains(ctx.actor());
        let agreed: Vec<String> = agreed.iter().map(|id| name_of(&names, id)).collect();
        let sender = name_of(&names, &view.actor);
        let own = view.actor == ctx.actor();
        let is_held = !holding.is_empty();
        let page = Decide {
            sender,
            own,
            agreed_self,
            agreed,
            ..Decide::of(view)
        };
        Ok(Some(page).filter(|_| is_held))
    })
    .await
}

impl Decide {
    fn of(view: MessageView) -> Self {
        let held = view
            .recipients
            .iter()
            .filter(|r| r.state == RecipientState::Held);
        let held = held.count() as u64;
        let holding: Vec<_> = view
            .recipients
            .iter()
            .filter_map(|r| r.holding.as_ref())
            .collect();
        let mut rules: Vec<Rule> = Vec::new();
        for rule in holding.iter().flat_map(|h| h.rules.iter()) {
            if !rules.iter().any(|known| known.id == rule.0) {
                rules.push(Rule::of(rule.clone()));
            }
        }
        Self {
            id: view.id.to_string(),
            at: view.created_at,
            sender: String::new(),
            own: false,
            agreed_self: false,
            agreed: Vec::new(),
            second_person: holding.iter().any(|h| h.second_person),
            rules,
            level: PhiLevel::from_word(&view.level).unwrap_or(PhiLevel::Certain),
            labels: view.labels,
            found: found(view.found),
            unread: unread(&view.unread),
            purpose: view.purpose,
            stream: view.stream,
            octets: view.octets,
            files: view.attachments.into(),
            recipients: view.recipients.len() as u64,
            held,
            opinion: view.opinion.map(Opinion::word),
            reason: String::new(),
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

impl Page for Decide {
    const TEMPLATE: &'static str = "pages/console/held_decide.html";
    const VOICE: Voice = Voice::Staff;
    const PLACE: Place = Place::Held;

    fn samples() -> Vec<Sample<Self>> {
        samples::all()
    }
}

mod samples;
