//! Adds suppressed addresses: a plain list or a CSV file's text, the question before it is taken, and the
//! imports of late.
//!
//! With the script the question comes as a dialog and its page is skipped.

use axum::http::StatusCode;
use axum::response::Response;
use model::{Code, ImportId, Result, Stream};
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

/// Asks whether the list is meant.
#[derive(Clone, Debug, Serialize)]
pub struct AddAsk {
    pub stream: Stream,
    pub text: String,
    pub lines: u64,
}

/// GET `/console/suppressions/add`
pub async fn show(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let page = load(&asked, &desk, Stream::Marketing).await?;
    desk_page(&asked, &desk, StatusCode::OK, &page)
}

/// POST `/console/suppressions/add`: asks first; with `sure=yes` it acts, with `step=change` the form
/// comes back as it was.
pub async fn submit(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let stream = Stream::from_word(asked.field("stream")).unwrap_or(Stream::Marketing);
    let text = asked.field("text").to_owned();
    if asked.field("step") == "change" {
        let page = load(&asked, &desk, stream).await?;
        return desk_page(&asked, &desk, StatusCode::OK, &Add { text, ..page });
    }
    let fault = match take(&asked, &desk, stream).await {
        Ok(Taken::Begun(id)) => {
            return Ok(redirect(&format!("/console/suppressions/imports/{id}")));
        }
        Ok(Taken::Counted(lines)) => {
            let page = AddAsk {
                stream,
                text,
                lines: u64::try_from(lines).unwrap_or(u64::MAX),
            };
            return desk_page(&asked, &desk, StatusCode::OK, &page);
        }
        Err(error) if error.code() == Code::FieldInvalid => "addresses_missing",
        Err(error) if error.code() == Code::MessageTooLarge => "addresses_many",
        Err(error) => return Err(error),
    };
    let mut page = load(&asked, &desk, stream).await?;
    page.text = text;
    page.faults.push(Fault::new("text", fault));
    desk_page(&asked, &desk, StatusCode::UNPROCESSABLE_ENTITY, &page)
}

enum Taken {
    Counted(usize),
    Begun(ImportId),
}

/// Begins the import, or says how long it would be.
async fn take(asked: &Asked, desk: &Desk, stream: Stream) -> Result<Taken> {
    let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
    let (sure, file) = (asked.field("sure") == "yes", asked.field("text").to_owned());
    run(move || match sure {
        true => flow.begin_import(&ctx, &file, stream).map(Taken::Begun),
        false => flow.import_lines(&ctx, &file).map(Taken::Counted),
    })
    .await
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

impl Page for AddAsk {
    const TEMPLATE: &'static str = "pages/console/suppression_add_ask.html";
    const VOICE: Voice = Voice::Staff;
    const PLACE: Place = Place::Suppressions;

    fn samples() -> Vec<Sample<Self>> {
        let page = |stream, lines| Self {
            stream,
            text: "lee@mail.example".to_owned(),
            lines,
        };
        vec![
            Sample::new("one", page(Stream::Marketing, 1)),
            Sample::new("many", page(Stream::Transactional, 12_400)),
            Sample::spanish(page(Stream::Transactional, 12_400)),
        ]
    }
}
