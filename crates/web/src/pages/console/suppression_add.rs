//! Adds suppressed addresses: a CSV file's text, one line or many, with what became of each line.

use axum::http::StatusCode;
use axum::response::Response;
use flow::suppression::{ImportRow, Imported, RowResult};
use model::{Code, Result, Stream};
use serde::Serialize;

use crate::door::answer::desk_page;
use crate::door::asked::Asked;
use crate::door::run;
use crate::door::staff::desk;
use crate::face::Fault;
use crate::pages::{Page, Place, Sample, Voice};

/// Refused lines that are listed.
const LINES_SHOWN_MAX: usize = 200;

#[derive(Clone, Debug, Serialize)]
pub struct Add {
    pub stream: Stream,
    pub all_streams: &'static [Stream],
    /// What was pasted, so that nothing is lost.
    pub text: String,
    pub done: Option<Done>,
    pub faults: Vec<Fault>,
}

/// What the file came to.
#[derive(Clone, Debug, Serialize)]
pub struct Done {
    pub added: usize,
    pub present: usize,
    pub refused: usize,
    /// The first of those refused: line and why.
    pub lines: Vec<Line>,
}

#[derive(Clone, Debug, Serialize)]
pub struct Line {
    pub number: usize,
    pub result: &'static str,
}

/// GET `/console/suppressions/add`
pub async fn show(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    desk_page(&asked, &desk, StatusCode::OK, &Add::new(Stream::Marketing))
}

/// POST `/console/suppressions/add`
pub async fn submit(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let stream = Stream::from_word(asked.field("stream")).unwrap_or(Stream::Marketing);
    let mut page = Add::new(stream);
    asked.field("text").clone_into(&mut page.text);
    let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
    let (text, head) = with_head(&page.text);
    let done = run(move || flow.import_suppressions(&ctx, &text, stream, &mut |_, _| {})).await;
    let fault = match done {
        Ok(imported) if !imported.rows.is_empty() => {
            page.done = Some(Done::of(&imported, head));
            page.text.clear();
            return desk_page(&asked, &desk, StatusCode::OK, &page);
        }
        Ok(_) => "addresses_missing",
        Err(error) if error.code() == Code::FieldInvalid => "addresses_missing",
        Err(error) if error.code() == Code::MessageTooLarge => "addresses_many",
        Err(error) => return Err(error),
    };
    page.faults.push(Fault::new("text", fault));
    desk_page(&asked, &desk, StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// A plain list of addresses is a file without its head; gives how many lines were put before it.
fn with_head(text: &str) -> (String, usize) {
    match text.lines().next() {
        Some(first) if first.contains('@') => (format!("address\n{text}"), 1),
        _ => (text.to_owned(), 0),
    }
}

impl Add {
    fn new(stream: Stream) -> Self {
        Self {
            stream,
            all_streams: Stream::ALL,
            text: String::new(),
            done: None,
            faults: Vec::new(),
        }
    }
}

impl Done {
    fn of(imported: &Imported, head: usize) -> Self {
        let line = |row: &ImportRow| Line {
            number: row.line.saturating_sub(head),
            result: row.result.word(),
        };
        Self {
            added: imported.count(RowResult::Added),
            present: imported.count(RowResult::Present),
            refused: imported.refused().count(),
            lines: imported.refused().take(LINES_SHOWN_MAX).map(line).collect(),
        }
    }
}

impl Page for Add {
    const TEMPLATE: &'static str = "pages/console/suppression_add.html";
    const VOICE: Voice = Voice::Staff;
    const PLACE: Place = Place::Suppressions;

    fn samples() -> Vec<Sample<Self>> {
        let results = [
            RowResult::AddressInvalid,
            RowResult::StreamInvalid,
            RowResult::ReasonInvalid,
            RowResult::DateInvalid,
            RowResult::Over,
        ];
        let lines = results.into_iter().enumerate().map(|(n, result)| Line {
            number: n + 2,
            result: result.word(),
        });
        let done = Done {
            added: 1_204,
            present: 3,
            refused: 5,
            lines: lines.collect(),
        };
        let page = Self::new(Stream::Marketing);
        let with = |done: Option<Done>| Self {
            done,
            ..page.clone()
        };
        vec![
            Sample::new("empty", page.clone()),
            Sample::new("many", with(Some(done.clone()))),
            Sample::new(
                "one",
                with(Some(Done {
                    added: 1,
                    present: 0,
                    refused: 0,
                    lines: Vec::new(),
                })),
            ),
            Sample::new(
                "error",
                Self {
                    text: "name,city\nLee,Reno".to_owned(),
                    faults: vec![Fault::new("text", "addresses_missing")],
                    ..page.clone()
                },
            ),
            Sample::spanish(with(Some(done))),
        ]
    }
}
