//! Saved searches: one's own and those that are shared, each ready to run, and a form that keeps one more.
//!
//! What a search looks for may name a patient: it is posted, run by a post, and stands in no link.

use axum::http::StatusCode;
use axum::response::Response;
use model::{Code, Error, Result, Timestamp, limits};
use records::saved::{Saved, SavedView};
use serde::Serialize;

use crate::door::answer::{desk_page, redirect};
use crate::door::asked::Asked;
use crate::door::run;
use crate::door::staff::{Desk, desk};
use crate::face::Fault;
use crate::pages::{Page, Place, Sample, Voice};

#[derive(Clone, Debug, Serialize)]
pub struct ArchiveSearches {
    pub rows: Vec<Row>,
    pub form: Form,
    /// `saved`, `changed`, `removed` or nothing.
    pub done: &'static str,
    pub older_href: Option<String>,
    pub newest_href: Option<String>,
    pub faults: Vec<Fault>,
}

/// What is kept of a search, as somebody typed it.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Form {
    pub name: String,
    pub query: String,
    pub from: String,
    pub to: String,
    pub shared: bool,
    pub name_max: usize,
}

#[derive(Clone, Debug, Serialize)]
pub struct Row {
    pub id: String,
    pub name: String,
    pub query: String,
    pub from: String,
    pub to: String,
    pub shared: bool,
    pub own: bool,
    pub owner: String,
    pub at: Timestamp,
}

/// GET `/console/archive/searches`
pub async fn show(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let mut page = load(&asked, &desk).await?;
    page.done = match asked.query("done") {
        "saved" => "saved",
        "changed" => "changed",
        "removed" => "removed",
        _ => "",
    };
    desk_page(&asked, &desk, StatusCode::OK, &page)
}

/// POST `/console/archive/searches`: keeps one more.
pub async fn submit(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let form = Form::of(&asked);
    if asked.field("act") == "begin" {
        // From the page of hits: the search is there, its name is not.
        let page = ArchiveSearches {
            form,
            ..load(&asked, &desk).await?
        };
        return desk_page(&asked, &desk, StatusCode::OK, &page);
    }
    let (records, ctx, saved) = (
        asked.state().records.clone(),
        desk.ctx()?.clone(),
        form.saved(),
    );
    let Err(error) = run(move || records.save_search(&ctx, &saved)).await else {
        return Ok(redirect("/console/archive/searches?done=saved"));
    };
    let page = ArchiveSearches {
        faults: vec![fault(error)?],
        form,
        ..load(&asked, &desk).await?
    };
    desk_page(&asked, &desk, StatusCode::UNPROCESSABLE_ENTITY, &page)
}

async fn load(asked: &Asked, desk: &Desk) -> Result<ArchiveSearches> {
    let after = asked.after();
    let (records, ctx) = (asked.state().records.clone(), desk.ctx()?.clone());
    let page = after.clone();
    let found = run(move || records.saved_searches(&ctx, page.as_deref(), limits::PAGE_ROWS));
    let found = found.await?;
    let next = found.next;
    Ok(ArchiveSearches {
        rows: found.rows.into_iter().map(Row::of).collect(),
        older_href: next.map(|next| format!("/console/archive/searches?after={next}")),
        newest_href: after.map(|_| "/console/archive/searches".to_owned()),
        ..ArchiveSearches::empty()
    })
}

/// What is wrong with what was typed; another error is the page's own.
pub(super) fn fault(error: Error) -> Result<Fault> {
    let (field, key) = match (error.code(), error.pointer()) {
        (Code::FieldMissing, Some("/name")) => ("name", "search_name"),
        (Code::FieldInvalid, Some("/name")) => ("name", "too_long"),
        (Code::FieldInvalid, Some("/query")) => ("query", "search_unclear"),
        (Code::FieldInvalid, Some("/from")) => ("from", "day_invalid"),
        (Code::FieldInvalid, Some("/to")) => ("to", "search_days"),
        (Code::FieldInvalid, Some("/searches")) => ("name", "searches_full"),
        _ => return Err(error),
    };
    Ok(Fault::new(field, key))
}

impl Form {
    pub(super) fn of(asked: &Asked) -> Self {
        let some = |name, most| asked.field(name).chars().take(most).collect();
        Self {
            name: some("name", limits::SAVED_SEARCH_NAME_CHARS_MAX + 1),
            query: some("query", limits::SEARCH_OCTETS_MAX + 1),
            from: some("from", 11),
            to: some("to", 11),
            shared: asked.field("shared") == "yes",
            ..Self::empty()
        }
    }

    pub(super) fn empty() -> Self {
        Self {
            name_max: limits::SAVED_SEARCH_NAME_CHARS_MAX,
            ..Self::default()
        }
    }

    pub(super) fn saved(&self) -> Saved {
        Saved {
            name: self.name.clone(),
            query: self.query.clone(),
            from: self.from.clone(),
            to: self.to.clone(),
            shared: self.shared,
        }
    }
}

impl Row {
    fn of(view: SavedView) -> Self {
        Self {
            id: view.id.to_string(),
            name: view.saved.name,
            query: view.saved.query,
            from: view.saved.from,
            to: view.saved.to,
            shared: view.saved.shared,
            own: view.own,
            owner: view.owner,
            at: view.changed_at,
        }
    }
}

impl ArchiveSearches {
    fn empty() -> Self {
        Self {
            rows: Vec::new(),
            form: Form::empty(),
            done: "",
            older_href: None,
            newest_href: None,
            faults: Vec::new(),
        }
    }
}

impl Page for ArchiveSearches {
    const TEMPLATE: &'static str = "pages/console/archive_searches.html";
    const VOICE: Voice = Voice::Staff;
    const PLACE: Place = Place::Archive;

    fn samples() -> Vec<Sample<Self>> {
        let page = |rows| Self {
            rows: (0..rows).map(row).collect(),
            ..Self::empty()
        };
        let many = Self {
            older_href: Some("?after=1".to_owned()),
            newest_href: Some("?".to_owned()),
            ..page(9)
        };
        let done = |done| Self { done, ..page(2) };
        let wrong = |field, key| Self {
            faults: vec![Fault::new(field, key)],
            form: Form {
                query: "\"pump".to_owned(),
                shared: true,
                ..Form::empty()
            },
            ..page(1)
        };
        vec![
            Sample::new("empty", Self::empty()),
            Sample::new("many", many.clone()),
            Sample::new("saved", done("saved")),
            Sample::new("changed", done("changed")),
            Sample::new("removed", done("removed")),
            Sample::new("error_name", wrong("name", "search_name")),
            Sample::new("error_query", wrong("query", "search_unclear")),
            Sample::new("error_days", wrong("to", "search_days")),
            Sample::new("error_full", wrong("name", "searches_full")),
            Sample::spanish(many),
        ]
    }
}

/// The n-th of some.
fn row(n: usize) -> Row {
    const SEARCHES: [(&str, &str, &str); 3] = [
        ("Recall of the pump", "\"insulin pump\" in:received", ""),
        (
            "Everything that the hospital at the other end of the county wrote about transfers in the year of the move",
            "people:countygeneral.example (transfer OR \"moved to\") NEAR/5 ward -newsletter has:file",
            "2026-01-01",
        ),
        ("Lee", "people:lee@mail.example", "2025-06-01"),
    ];
    let (name, query, from) = SEARCHES[n % 3];
    Row {
        id: format!("svs_01KJVB0W7HQ3ZJ8X9T4M2C6D{n:02}"),
        name: name.to_owned(),
        query: query.to_owned(),
        from: from.to_owned(),
        to: String::new(),
        shared: n % 3 == 1,
        own: n % 4 != 1,
        owner: "usr_01KJVB0W7HQ3ZJ8X9T4M2C6D11".to_owned(),
        at: crate::pages::samples::NOW,
    }
}
