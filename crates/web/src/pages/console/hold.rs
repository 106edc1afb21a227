//! One legal hold: what it covers, who was told, what it keeps, and how it ends.

use axum::http::StatusCode;
use axum::response::Response;
use model::{Code, CustodianState, Error, HoldId, HoldState, Result, Timestamp, limits};
use records::holds::{HoldView, Keeps, Sort};
use serde::Serialize;

use crate::door::answer::{desk_page, redirect};
use crate::door::asked::Asked;
use crate::door::run;
use crate::door::staff::{Desk, desk};
use crate::face::Fault;
use crate::pages::{Page, Place, Sample, Voice};

#[derive(Clone, Debug, Serialize)]
pub struct Hold {
    pub id: String,
    pub matter: String,
    pub custodians: Vec<Custodian>,
    pub query: String,
    pub classes: Vec<String>,
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
    pub reason: String,
    pub state: HoldState,
    pub binds: bool,
    pub by: String,
    pub at: Timestamp,
    pub asked_by: Option<String>,
    pub asked_at: Option<Timestamp>,
    pub approved_by: Option<String>,
    pub binds_until: Option<Timestamp>,
    pub rows: Vec<Kept>,
    /// All that it covers by what can be read.
    pub covered: u64,
    pub at_most: bool,
    /// Those are shown that it keeps only since they cannot be read in full.
    pub unreadable: bool,
    pub older_href: Option<String>,
    pub newest_href: Option<String>,
    pub manages: bool,
    /// This visitor may export what it keeps.
    pub exports: bool,
    /// This visitor may agree to the release.
    pub releases: bool,
    /// What was written in the field of the form that was not taken.
    pub given: String,
    pub reason_max: usize,
    pub days: u32,
    /// What was just done: `asked`, `refused`, `released`, `noted`.
    pub done: Option<&'static str>,
    pub all_states: Vec<&'static str>,
    pub faults: Vec<Fault>,
}

#[derive(Clone, Debug, Serialize)]
pub struct Custodian {
    pub number: u32,
    pub address: String,
    pub state: CustodianState,
    pub at: Timestamp,
}

#[derive(Clone, Debug, Serialize)]
pub struct Kept {
    pub id: String,
    pub at: Timestamp,
}

/// GET `/console/holds/{id}`
pub async fn show(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let mut page = load(&asked, &desk).await?;
    let done = asked.query("done");
    let words = ["asked", "refused", "released", "noted"].into_iter();
    page.done = words.into_iter().find(|word| *word == done);
    desk_page(&asked, &desk, StatusCode::OK, &page)
}

/// POST `/console/holds/{id}`: a step towards its release or back, or what a custodian knows.
pub async fn submit(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let id: HoldId = asked.segment(2).parse()?;
    let (records, ctx) = (asked.state().records.clone(), desk.ctx()?.clone());
    let reason: String = asked.field("reason").chars().take(2_000).collect();
    let (act, given) = (asked.field("act").to_owned(), reason.clone());
    let number = asked.field("number").parse().unwrap_or(u32::MAX);
    let state = CustodianState::from_word(asked.field("state"));
    let done = run(move || match act.as_str() {
        "custodian" => {
            let state = state.ok_or_else(|| Error::new(Code::FieldInvalid))?;
            records.set_custodian(&ctx, id, number, state)?;
            Ok("noted")
        }
        "release" => records.release_hold(&ctx, id, &reason).map(|()| "released"),
        "refuse" => records
            .refuse_hold_release(&ctx, id, &reason)
            .map(|()| "refused"),
        _ => records
            .ask_hold_release(&ctx, id, &reason)
            .map(|()| "asked"),
    })
    .await;
    let fault = match done {
        Ok(done) => return Ok(redirect(&format!("/console/holds/{id}?done={done}"))),
        Err(error) => match (error.code(), error.pointer()) {
            (Code::FieldMissing, Some("/reason")) => Fault::new("reason", "hold_reason"),
            (Code::FieldInvalid, Some("/reason")) => Fault::new("reason", "too_long"),
            (Code::StateConflict, _) => Fault::new("reason", "hold_moved"),
            _ => return Err(error),
        },
    };
    let mut page = load(&asked, &desk).await?;
    page.given = given;
    page.faults.push(fault);
    desk_page(&asked, &desk, StatusCode::UNPROCESSABLE_ENTITY, &page)
}

async fn load(asked: &Asked, desk: &Desk) -> Result<Hold> {
    let id: HoldId = asked.segment(2).parse()?;
    let before = match asked.query("after") {
        "" => None,
        after => {
            let parsed = after.parse::<i64>();
            Some(parsed.map_err(|_| Error::new(Code::CursorInvalid))?)
        }
    };
    let sort = match asked.query("show") {
        "unreadable" => Sort::Unreadable,
        _ => Sort::Covered,
    };
    let (records, ctx) = (asked.state().records.clone(), desk.ctx()?.clone());
    let (view, matter, keeps) = run(move || {
        let view = records.hold(&ctx, id)?;
        let matter = records.matter(&ctx, view.matter)?;
        let keeps = records.hold_keeps(&ctx, id, sort, before, limits::PAGE_ROWS)?;
        Ok((view, matter.name, keeps))
    })
    .await?;
    let mut page = Hold::of(view, matter);
    page.kept(keeps, sort, before);
    page.manages = desk.places_holds();
    page.exports = desk.searches();
    let asker = page.asked_by.as_deref();
    page.releases = asker.is_some_and(|asker| desk.releases_holds(asker));
    Ok(page)
}

impl Hold {
    fn of(view: HoldView, matter: String) -> Self {
        let custodian = |one: records::holds::CustodianView| Custodian {
            number: one.number,
            address: one.address.as_str().to_owned(),
            state: one.state,
            at: one.changed_at,
        };
        Self {
            id: view.id.to_string(),
            matter,
            custodians: view.custodians.into_iter().map(custodian).collect(),
            query: view.scope.query,
            classes: view.scope.classes,
            since: view.scope.since,
            until: view.scope.until,
            reason: view.reason,
            state: view.state,
            binds: view.binds,
            by: view.author,
            at: view.created_at,
            asked_by: view.asked_by,
            asked_at: view.asked_at,
            approved_by: view.approved_by,
            binds_until: view.binds_until,
            rows: Vec::new(),
            covered: 0,
            at_most: false,
            unreadable: false,
            older_href: None,
            newest_href: None,
            manages: false,
            exports: false,
            releases: false,
            given: String::new(),
            reason_max: limits::REASON_CHARS_MAX,
            days: limits::HOLD_RELEASE_DAYS,
            done: None,
            all_states: CustodianState::ALL.iter().map(|one| one.word()).collect(),
            faults: Vec::new(),
        }
    }

    fn kept(&mut self, keeps: Keeps, sort: Sort, before: Option<i64>) {
        self.unreadable = sort == Sort::Unreadable;
        let (id, show) = (
            &self.id,
            if self.unreadable {
                "unreadable"
            } else {
                "covered"
            },
        );
        let here = format!("/console/holds/{id}?show={show}");
        self.older_href = keeps.next.map(|next| format!("{here}&after={next}"));
        self.newest_href = before.map(|_| here);
        self.covered = keeps.covered;
        self.at_most = keeps.at_most;
        let row = |(message, at): (model::MessageId, Timestamp)| Kept {
            id: message.to_string(),
            at,
        };
        self.rows = keeps.messages.into_iter().map(row).collect();
    }
}

impl Page for Hold {
    const TEMPLATE: &'static str = "pages/console/hold.html";
    const VOICE: Voice = Voice::Staff;
    const PLACE: Place = Place::Holds;

    fn samples() -> Vec<Sample<Self>> {
        let asked = sample(HoldState::ReleaseAsked);
        let own = Self {
            manages: true,
            releases: false,
            ..asked.clone()
        };
        let over = Self {
            binds: false,
            ..sample(HoldState::Released)
        };
        let unreadable = Self {
            unreadable: true,
            older_href: Some("?after=1".to_owned()),
            newest_href: Some("?".to_owned()),
            ..sample(HoldState::Active)
        };
        let wide = Self {
            custodians: Vec::new(),
            query: String::new(),
            since: None,
            until: None,
            rows: Vec::new(),
            covered: 0,
            manages: false,
            ..sample(HoldState::Active)
        };
        let wrong = |key| Self {
            faults: vec![Fault::new("reason", key)],
            ..sample(HoldState::Active)
        };
        let done = |done, state| Self {
            done: Some(done),
            ..sample(state)
        };
        vec![
            Sample::new("active", sample(HoldState::Active)),
            Sample::new("asked", asked.clone()),
            Sample::new("own", own),
            Sample::new("released", done("released", HoldState::Released)),
            Sample::new("over", over),
            Sample::new("unreadable", unreadable),
            Sample::new("wide", wide),
            Sample::new("asked_done", done("asked", HoldState::ReleaseAsked)),
            Sample::new("refused", done("refused", HoldState::Active)),
            Sample::new("noted", done("noted", HoldState::Active)),
            Sample::new("error_reason", wrong("hold_reason")),
            Sample::new("error_moved", wrong("hold_moved")),
            Sample::spanish(asked),
        ]
    }
}

/// A hold on its way, with people, words, days and messages.
fn sample(state: HoldState) -> Hold {
    use crate::pages::samples::NOW;
    let at = |days: u64| NOW.minus(std::time::Duration::from_secs(days * 86_400));
    let asked = state != HoldState::Active;
    let released = state == HoldState::Released;
    let custodian = |number: u32, address: &str| Custodian {
        number,
        address: address.to_owned(),
        state: CustodianState::ALL[number as usize % 3],
        at: at(u64::from(number)),
    };
    let kept = |n: u64| Kept {
        id: format!("msg_01KJVB0W7HQ3ZJ8X9T4M2C6D{n:02}"),
        at: at(n),
    };
    let view = HoldView {
        id: HoldId::from_bytes([9; 16]),
        matter: model::MatterId::from_bytes([8; 16]),
        scope: records::holds::Scope {
            custodians: Vec::new(),
            classes: vec!["billing".to_owned()],
            query: "asbestos OR \"safety report\"".to_owned(),
            since: Some(at(400)),
            until: Some(at(30)),
        },
        custodians: Vec::new(),
        reason: "Counsel's letter of the third: keep everything about the east wing".to_owned(),
        state,
        binds: true,
        author: "ana@northside.example".to_owned(),
        created_at: at(20),
        asked_by: asked.then(|| "ana@northside.example".to_owned()),
        asked_at: asked.then(|| at(2)),
        approved_by: released.then(|| "bo@northside.example".to_owned()),
        binds_until: released.then(|| NOW.plus(std::time::Duration::from_secs(30 * 86_400))),
    };
    Hold {
        custodians: vec![
            custodian(0, "lee@northside.example"),
            custodian(1, "kim@northside.example"),
            custodian(2, "facilities-and-building-maintenance@northside.example"),
        ],
        rows: (0..5).map(kept).collect(),
        covered: 1_204,
        manages: true,
        exports: true,
        releases: state == HoldState::ReleaseAsked,
        ..Hold::of(view, "Asbestos in the east wing".to_owned())
    }
}
