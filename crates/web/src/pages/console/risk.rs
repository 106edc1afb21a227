//! Who sends unusually, why, and what follows from it; one click releases.
//!
//! Ids, words and numbers show here; names of colleagues to those who may see them. Nothing that anyone
//! wrote, and no address.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::StatusCode;
use axum::response::Response;
use flow::risk::{SenderRow, SendingRung};
use model::{Code, Error, Result, Timestamp, limits};
use serde::Serialize;

use super::held::name_of;
use crate::door::answer::{desk_page, redirect};
use crate::door::asked::Asked;
use crate::door::run;
use crate::door::staff::{Desk, desk};
use crate::face::Fault;
use crate::pages::{Page, Place, Sample, Voice};

#[derive(Clone, Debug, Serialize)]
pub struct Risk {
    pub rows: Vec<Row>,
    pub older_href: Option<String>,
    /// What was just done: a word of [`DONE`].
    pub done: Option<&'static str>,
}

#[derive(Clone, Debug, Serialize)]
pub struct Row {
    pub subject: String,
    /// A colleague's name, the id of software, or empty for a whole.
    pub name: String,
    /// `person`, `software`, `organisation`, `stream`
    pub kind: &'static str,
    /// How unusual, as a word.
    pub risk: String,
    /// Where it stands, as a word.
    pub rung: &'static str,
    pub restricted: bool,
    pub since: Timestamp,
    pub until: Option<Timestamp>,
    pub confirmed: bool,
    pub reasons: Vec<Reason>,
    /// It is the visitor.
    pub own: bool,
}

#[derive(Clone, Debug, Serialize)]
pub struct Reason {
    pub signal: &'static str,
    pub statistic: &'static str,
    pub observed: String,
    pub expected: String,
}

/// Decides about one sender.
#[derive(Clone, Debug, Serialize)]
pub struct RiskDecide {
    pub row: Row,
    pub all_rungs: Vec<&'static str>,
    pub rung: String,
    /// As typed.
    pub days: String,
    pub days_max: u32,
    pub reason: String,
    pub reason_max: usize,
    pub faults: Vec<Fault>,
}

const DONE: &[&str] = &["release", "confirm"];
/// Where a person can leave a sender.
const RUNGS: &[SendingRung] = &[
    SendingRung::Slow,
    SendingRung::Hold,
    SendingRung::KnownOnly,
    SendingRung::NoPhi,
    SendingRung::Suspend,
];
/// Days for which a release expects what was unusual, until somebody types another number.
const DAYS: u32 = 1;

/// GET `/console/risk`
pub async fn show(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let after = asked.after();
    let (flow, people) = (asked.state().flow.clone(), asked.state().people.clone());
    let ctx = desk.ctx()?.clone();
    let (page, names) = run(move || {
        let mut page = flow.senders(&ctx, after.as_deref(), limits::PAGE_ROWS)?;
        // Who stands out comes before everybody else, on the first page.
        let unusual = flow
            .unusual_senders(&ctx, None, limits::PAGE_ROWS_MAX)?
            .rows;
        page.rows
            .retain(|row| unusual.iter().all(|one| one.subject != row.subject));
        if after.is_none() {
            page.rows.splice(0..0, unusual);
        }
        let ids: BTreeSet<String> = page.rows.iter().map(|row| row.subject.clone()).collect();
        let names = people.colleagues(&ctx, &ids)?;
        Ok((page, names))
    })
    .await?;
    let me = desk.ctx()?.actor();
    let mut rows: Vec<Row> = page
        .rows
        .iter()
        .map(|row| Row::of(row, &names, me))
        .collect();
    rows.sort_by_key(|row| !row.restricted);
    let done = asked.query("done");
    let risk = Risk {
        rows,
        older_href: page.next.map(|next| format!("/console/risk?after={next}")),
        done: DONE.iter().copied().find(|word| *word == done),
    };
    desk_page(&asked, &desk, StatusCode::OK, &risk)
}

/// GET `/console/risk/{subject}`
pub async fn ask(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    match load(&asked, &desk).await? {
        Some(page) => desk_page(&asked, &desk, StatusCode::OK, &page),
        None => Ok(redirect("/console/risk")),
    }
}

/// POST `/console/risk/{subject}`: releases or confirms.
pub async fn submit(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let act = DONE
        .iter()
        .copied()
        .find(|word| *word == asked.field("act"));
    let act = act.ok_or(Code::FieldInvalid)?;
    let subject = asked.segment(2).to_owned();
    let (reason, rung) = (
        asked.field("reason").to_owned(),
        asked.field("rung").to_owned(),
    );
    let typed = asked.field("days").trim().to_owned();
    let days = typed.parse().ok();
    let days = days.filter(|days| *days <= limits::RISK_EXPECTED_DAYS_MAX);
    let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
    let given = (reason.clone(), rung.clone());
    let done = run(move || match act {
        "release" => match days {
            Some(days) => flow.release_sender(&ctx, &subject, days, &given.0),
            None => Err(Error::new(Code::FieldInvalid).at("/days")),
        },
        _ => flow.confirm_sender(&ctx, &subject, &given.1, &given.0),
    });
    let key = match done.await {
        Ok(()) => return Ok(redirect(&format!("/console/risk?done={act}"))),
        Err(error) => match (error.code(), error.pointer()) {
            (Code::FieldMissing, _) => Fault::new("reason", "reason_missing"),
            (Code::FieldInvalid, Some("/days")) => Fault::new("days", "risk_days"),
            (Code::FieldInvalid, Some("/rung")) => Fault::new("rung", "rung_missing"),
            (Code::FieldInvalid, _) => Fault::new("reason", "reason_long"),
            (Code::StateConflict, _) => return Ok(redirect("/console/risk")),
            _ => return Err(error),
        },
    };
    let Some(mut page) = load(&asked, &desk).await? else {
        return Ok(redirect("/console/risk"));
    };
    page.reason = reason;
    page.rung = rung;
    page.days = typed;
    page.faults.push(key);
    desk_page(&asked, &desk, StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// None when it is not restricted any more.
async fn load(asked: &Asked, desk: &Desk) -> Result<Option<RiskDecide>> {
    let (flow, people) = (asked.state().flow.clone(), asked.state().people.clone());
    let (ctx, subject) = (desk.ctx()?.clone(), asked.segment(2).to_owned());
    let me = desk.ctx()?.actor().to_owned();
    run(move || {
        let row = flow.sender(&ctx, &subject)?;
        let names = people.colleagues(&ctx, &BTreeSet::from([subject]))?;
        let row = Row::of(&row, &names, &me);
        Ok(row.restricted.then(|| RiskDecide::of(row)))
    })
    .await
}

impl Row {
    fn of(row: &SenderRow, names: &BTreeMap<String, String>, me: &str) -> Self {
        let reasons = row.reasons.iter().map(|reason| Reason {
            signal: reason.signal,
            statistic: reason.statistic,
            observed: reason.number(reason.observed),
            expected: reason.number(reason.expected),
        });
        Self {
            name: name_of(names, &row.subject),
            own: row.subject == me,
            subject: row.subject.clone(),
            kind: row.kind.word(),
            risk: row.risk.clone(),
            rung: row.rung.word(),
            restricted: row.rung != SendingRung::Observe,
            since: row.since,
            until: row.until,
            confirmed: row.confirmed,
            reasons: reasons.collect(),
        }
    }
}

impl RiskDecide {
    fn of(row: Row) -> Self {
        Self {
            rung: row.rung.to_owned(),
            row,
            all_rungs: RUNGS.iter().map(|rung| rung.word()).collect(),
            days: DAYS.to_string(),
            days_max: limits::RISK_EXPECTED_DAYS_MAX,
            reason: String::new(),
            reason_max: limits::REASON_CHARS_MAX,
            faults: Vec::new(),
        }
    }
}

impl Page for Risk {
    const TEMPLATE: &'static str = "pages/console/risk.html";
    const VOICE: Voice = Voice::Staff;
    const PLACE: Place = Place::Risk;

    fn samples() -> Vec<Sample<Self>> {
        samples::lists()
    }
}

impl Page for RiskDecide {
    const TEMPLATE: &'static str = "pages/console/risk_decide.html";
    const VOICE: Voice = Voice::Staff;
    const PLACE: Place = Place::Risk;

    fn samples() -> Vec<Sample<Self>> {
        samples::decisions()
    }
}

mod samples;
