//! Correspondents: whom the organisation writes to and what is on record about each, with a search for one
//! exact address.
//!
//! Addresses show here; every look is recorded. An address is searched by a form that posts, so that it
//! stays out of links and histories.

use axum::http::StatusCode;
use axum::response::Response;
use flow::correspondents::CorrespondentView;
use model::{Address, Method, RecipientClass, Restriction, Result, Timestamp, limits};
use serde::Serialize;

use crate::door::answer::desk_page;
use crate::door::asked::Asked;
use crate::door::run;
use crate::door::staff::desk;
use crate::face::Fault;
use crate::pages::{Page, Place, Sample, Voice};

#[derive(Clone, Debug, Serialize)]
pub struct Correspondents {
    pub class: Option<RecipientClass>,
    /// The address searched for, as it was typed.
    pub address: String,
    pub filtered: bool,
    pub rows: Vec<Row>,
    pub all_classes: &'static [RecipientClass],
    pub older_href: Option<String>,
    pub newest_href: Option<String>,
    /// What was just done: `set`, `removed`.
    pub done: Option<&'static str>,
    pub faults: Vec<Fault>,
}

#[derive(Clone, Debug, Serialize)]
pub struct Row {
    pub id: String,
    pub address: String,
    pub name: String,
    pub class: RecipientClass,
    pub prefers: Option<Method>,
    pub warned: bool,
    pub restriction: Option<Restriction>,
    pub part2_until: Option<Timestamp>,
    pub at: Timestamp,
}

impl Row {
    fn of(view: CorrespondentView) -> Self {
        let standing = view.standing;
        Self {
            id: view.id.to_string(),
            address: view.address.as_str().to_owned(),
            name: view.name,
            class: standing.class,
            prefers: standing.prefers,
            warned: standing.warned.is_some(),
            restriction: standing.restriction,
            part2_until: standing.part2_until,
            at: view.updated_at,
        }
    }
}

const DONE: &[&str] = &["set", "removed"];

/// GET `/console/correspondents`
pub async fn show(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let class = RecipientClass::from_word(asked.query("class"));
    let after = asked.after();
    let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
    let is_first = after.is_none();
    let found =
        run(move || flow.correspondents(&ctx, class, after.as_deref(), limits::PAGE_ROWS)).await?;
    let query = class
        .map(|word| format!("class={word}&"))
        .unwrap_or_default();
    let done = asked.query("done");
    let page = Correspondents {
        filtered: class.is_some(),
        rows: found.rows.into_iter().map(Row::of).collect(),
        older_href: found
            .next
            .map(|after| format!("/console/correspondents?{query}after={after}")),
        newest_href: (!is_first).then(|| format!("/console/correspondents?{query}")),
        done: DONE.iter().copied().find(|word| *word == done),
        ..Correspondents::new(class)
    };
    desk_page(&asked, &desk, StatusCode::OK, &page)
}

/// POST `/console/correspondents`: what is on record about one address.
pub async fn search(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let mut page = Correspondents::new(None);
    page.filtered = true;
    page.address = asked.field("address").trim().chars().take(320).collect();
    let Ok(address) = Address::parse(&page.address) else {
        page.faults.push(Fault::new("address", "address_invalid"));
        return desk_page(&asked, &desk, StatusCode::UNPROCESSABLE_ENTITY, &page);
    };
    let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
    let found = run(move || flow.find_correspondent(&ctx, &address)).await?;
    page.rows = found.into_iter().map(Row::of).collect();
    desk_page(&asked, &desk, StatusCode::OK, &page)
}

impl Correspondents {
    fn new(class: Option<RecipientClass>) -> Self {
        Self {
            class,
            address: String::new(),
            filtered: false,
            rows: Vec::new(),
            all_classes: RecipientClass::ALL,
            older_href: None,
            newest_href: None,
            done: None,
            faults: Vec::new(),
        }
    }
}

impl Page for Correspondents {
    const TEMPLATE: &'static str = "pages/console/correspondents.html";
    const VOICE: Voice = Voice::Staff;
    const PLACE: Place = Place::Correspondents;

    fn samples() -> Vec<Sample<Self>> {
        samples::all()
    }
}

mod samples;
