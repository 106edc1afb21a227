//! Adds suppressed addresses: a plain list or a CSV file's text, and the imports of late.

use axum::http::StatusCode;
use axum::response::Response;
use model::{Code, Result, Stream};
use serde::Serialize;

use super::suppression_import::{self, Import};
use crate::door::answer::{desk_page, redirect};
use crate::door::asked::Asked;
use crate::door::run;
use crate::door::staff::{Desk, desk};
use crate::face::Fault;
use crate::pages::{Page, Place, Sample, Voice};

#[derive(Clone, Debug, Serialize)]
pub struct Add {
    pub stream: Stream,
    pub all_streams: &'static [Stream],
    /// What was pasted, so that nothing is lost.
    pub text: String,
    /// Newest first.
    pub imports: Vec<Import>,
    pub faults: Vec<Fault>,
}

/// GET `/console/suppressions/add`
pub async fn show(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let page = load(&asked, &desk, Stream::Marketing).await?;
    desk_page(&asked, &desk, StatusCode::OK, &page)
}

/// POST `/console/suppressions/add`
pub async fn submit(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let stream = Stream::from_word(asked.field("stream")).unwrap_or(Stream::Marketing);
    let text = asked.field("text").to_owned();
    let (flow, ctx, file) = (
        asked.state().flow.clone(),
        desk.ctx()?.clone(),
        text.clone(),
    );
    let fault = match run(move || flow.begin_import(&ctx, &file, stream)).await {
        Ok(id) => return Ok(redirect(&format!("/console/suppressions/imports/{id}"))),
        Err(error) if error.code() == Code::FieldInvalid => "addresses_missing",
        Err(error) if error.code() == Code::MessageTooLarge => "addresses_many",
        Err(error) => return Err(error),
    };
    let mut page = load(&asked, &desk, stream).await?;
    page.text = text;
    page.faults.push(Fault::new("text", fault));
    desk_page(&asked, &desk, StatusCode::UNPROCESSABLE_ENTITY, &page)
}

async fn load(asked: &Asked, desk: &Desk, stream: Stream) -> Result<Add> {
    let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
    let found = run(move || flow.imports(&ctx)).await?;
    let now = asked.now();
    let imports = found.iter().map(|view| Import::of(view, now)).collect();
    Ok(Add {
        imports,
        ..Add::new(stream)
    })
}

impl Add {
    fn new(stream: Stream) -> Self {
        Self {
            stream,
            all_streams: Stream::ALL,
            text: String::new(),
            imports: Vec::new(),
            faults: Vec::new(),
        }
    }
}

impl Page for Add {
    const TEMPLATE: &'static str = "pages/console/suppression_add.html";
    const VOICE: Voice = Voice::Staff;
    const PLACE: Place = Place::Suppressions;

    fn samples() -> Vec<Sample<Self>> {
        let page = Self::new(Stream::Marketing);
        let many = Self {
            imports: suppression_import::some(),
            ..page.clone()
        };
        vec![
            Sample::new("empty", page.clone()),
            Sample::new("many", many.clone()),
            Sample::new(
                "error",
                Self {
                    text: "name,city\nLee,Reno".to_owned(),
                    faults: vec![Fault::new("text", "addresses_missing")],
                    ..page
                },
            ),
            Sample::spanish(many),
        ]
    }
}
