//! One saved search of somebody's own: changed, shared, or removed after it was asked whether that is meant.

use axum::http::StatusCode;
use axum::response::Response;
use model::{Result, SavedSearchId};
use serde::Serialize;

use super::archive_searches::{Form, fault};
use crate::door::answer::{desk_page, redirect};
use crate::door::asked::Asked;
use crate::door::run;
use crate::door::staff::desk;
use crate::face::Fault;
use crate::pages::{Page, Place, Sample, Voice};

#[derive(Clone, Debug, Serialize)]
pub struct ArchiveSaved {
    pub id: String,
    pub form: Form,
    /// Whether it is asked if it shall be removed.
    pub asks: bool,
    pub faults: Vec<Fault>,
}

/// GET `/console/archive/searches/{id}`
pub async fn show(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let id: SavedSearchId = asked.segment(3).parse()?;
    let (records, ctx) = (asked.state().records.clone(), desk.ctx()?.clone());
    let saved = run(move || records.saved_search(&ctx, id)).await?.saved;
    let page = ArchiveSaved {
        id: id.to_string(),
        form: Form {
            name: saved.name,
            query: saved.query,
            from: saved.from,
            to: saved.to,
            shared: saved.shared,
            ..Form::empty()
        },
        asks: asked.query("remove") == "ask",
        faults: Vec::new(),
    };
    desk_page(&asked, &desk, StatusCode::OK, &page)
}

/// POST `/console/archive/searches/{id}`
pub async fn submit(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let id: SavedSearchId = asked.segment(3).parse()?;
    let (records, ctx) = (asked.state().records.clone(), desk.ctx()?.clone());
    if asked.field("act") == "remove" {
        run(move || records.remove_saved_search(&ctx, id)).await?;
        return Ok(redirect("/console/archive/searches?done=removed"));
    }
    let form = Form::of(&asked);
    let saved = form.saved();
    let Err(error) = run(move || records.change_saved_search(&ctx, id, &saved)).await else {
        return Ok(redirect("/console/archive/searches?done=changed"));
    };
    let page = ArchiveSaved {
        id: id.to_string(),
        form,
        asks: false,
        faults: vec![fault(error)?],
    };
    desk_page(&asked, &desk, StatusCode::UNPROCESSABLE_ENTITY, &page)
}

impl Page for ArchiveSaved {
    const TEMPLATE: &'static str = "pages/console/archive_saved.html";
    const VOICE: Voice = Voice::Staff;
    const PLACE: Place = Place::Archive;

    fn samples() -> Vec<Sample<Self>> {
        let page = Self {
            id: "svs_01KJVB0W7HQ3ZJ8X9T4M2C6D11".to_owned(),
            form: Form {
                name: "Recall of the pump".to_owned(),
                query: "\"insulin pump\" in:received".to_owned(),
                from: "2026-01-01".to_owned(),
                shared: true,
                ..Form::empty()
            },
            asks: false,
            faults: Vec::new(),
        };
        let asks = Self {
            asks: true,
            ..page.clone()
        };
        let wrong = Self {
            faults: vec![Fault::new("query", "search_unclear")],
            ..page.clone()
        };
        vec![
            Sample::new("one", page),
            Sample::new("asks", asks.clone()),
            Sample::new("error", wrong),
            Sample::spanish(asks),
        ]
    }
}
