//! Triggers: words and header fields by which senders ask for more protection, the method of a whole
//! stream, and a box to try a subject in.
//!
//! A subject that is tried is posted, judged and forgotten: it stands in no link and is not stored.

use axum::http::StatusCode;
use axum::response::Response;
use flow::triggers::{Trigger, TriggerTried};
use model::{Code, Method, Result, Stream, limits};
use serde::Serialize;

use crate::door::answer::{desk_page, redirect};
use crate::door::asked::Asked;
use crate::door::run;
use crate::door::staff::{Desk, desk};
use crate::face::Fault;
use crate::pages::{Page, Place, Sample, Voice};

/// What a trigger made here may ask for.
const METHODS: &[Method] = &[Method::Portal, Method::Hold];
/// What all mail of a stream may ask for.
const STREAM_METHODS: &[Method] = &[Method::TlsOrDrop, Method::Portal];
/// Header lines that are tried.
const LINES_MAX: usize = 50;

#[derive(Clone, Debug, Serialize)]
pub struct Triggers {
    pub rows: Vec<Row>,
    pub streams: Vec<OfStream>,
    pub new: Row,
    pub all_methods: &'static [Method],
    pub stream_methods: &'static [Method],
    /// The subject and the header lines to try, as they were typed.
    pub subject: String,
    pub lines: String,
    pub tried: Option<Tried>,
    pub manages: bool,
    pub full: bool,
    /// What was just done: `set`, `removed`, `stream`.
    pub done: Option<&'static str>,
    pub faults: Vec<Fault>,
}

/// One trigger.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// `subject` or `header`
    pub place: String,
    pub name: String,
    pub word: String,
    pub method: Method,
}

/// What all mail of a stream asks for.
#[derive(Clone, Debug, Serialize)]
pub struct OfStream {
    pub stream: Stream,
    pub method: Option<Method>,
}

/// What became of a try.
#[derive(Clone, Debug, Serialize)]
pub struct Tried {
    pub method: Option<Method>,
    pub label: String,
    pub subject: String,
}

/// Asks before a trigger is removed.
#[derive(Clone, Debug, Serialize)]
pub struct Remove {
    pub row: Row,
}

const DONE: &[&str] = &["set", "removed", "stream"];

/// GET `/console/triggers`
pub async fn show(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let mut page = load(&asked, &desk).await?;
    page.done = DONE
        .iter()
        .copied()
        .find(|word| *word == asked.query("done"));
    desk_page(&asked, &desk, StatusCode::OK, &page)
}

/// POST `/console/triggers`: sets one, removes one after asking, sets a stream's method, or tries a
/// subject.
pub async fn submit(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    match asked.field("act") {
        "set" => set(&asked, &desk).await,
        "remove" => remove(&asked, &desk).await,
        "stream" => stream(&asked, &desk).await,
        "try" => try_one(&asked, &desk).await,
        _ => Err(Code::FieldInvalid.into()),
    }
}

async fn set(asked: &Asked, desk: &Desk) -> Result<Response> {
    let row = Row::posted(asked);
    let (flow, ctx, trigger) = (
        asked.state().flow.clone(),
        desk.ctx()?.clone(),
        row.trigger(),
    );
    let fault = match run(move || flow.set_trigger(&ctx, trigger)).await {
        Ok(()) => return Ok(redirect("/console/triggers?done=set")),
        Err(error) => match (error.code(), error.pointer(), row.place.as_str()) {
            (Code::FieldInvalid, Some("/word"), "header") => Fault::new("word", "trigger_value"),
            (Code::FieldInvalid, Some("/word"), _) => Fault::new("word", "trigger_word"),
            (Code::FieldInvalid, Some("/name"), "header") => Fault::new("name", "trigger_name"),
            (Code::FieldInvalid, Some("/name"), _) => Fault::new("name", "trigger_no_name"),
            (Code::FieldInvalid, Some("/triggers"), _) => Fault::new("word", "trigger_full"),
            _ => return Err(error),
        },
    };
    let mut page = load(asked, desk).await?;
    page.new = row;
    page.faults.push(fault);
    desk_page(asked, desk, StatusCode::UNPROCESSABLE_ENTITY, &page)
}

async fn remove(asked: &Asked, desk: &Desk) -> Result<Response> {
    let row = Row::posted(asked);
    if asked.field("sure") != "yes" {
        let there = load(asked, desk)
            .await?
            .rows
            .into_iter()
            .find(|one| one.is(&row));
        let row = there.ok_or(Code::NotFound)?;
        return desk_page(asked, desk, StatusCode::OK, &Remove { row });
    }
    let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
    run(move || flow.remove_trigger(&ctx, &row.place, &row.name, &row.word)).await?;
    Ok(redirect("/console/triggers?done=removed"))
}

async fn stream(asked: &Asked, desk: &Desk) -> Result<Response> {
    let stream = Stream::from_word(asked.field("stream")).ok_or(Code::FieldInvalid)?;
    let method = Method::from_word(asked.field("method"));
    let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
    run(move || flow.set_stream_option(&ctx, stream, method)).await?;
    Ok(redirect("/console/triggers?done=stream"))
}

async fn try_one(asked: &Asked, desk: &Desk) -> Result<Response> {
    let mut page = load(asked, desk).await?;
    asked.field("subject").clone_into(&mut page.subject);
    asked.field("lines").clone_into(&mut page.lines);
    let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
    let (subject, fields) = (page.subject.clone(), fields(&page.lines));
    let tried = run(move || flow.try_triggers(&ctx, &subject, &fields)).await?;
    page.tried = Some(Tried::of(tried));
    desk_page(asked, desk, StatusCode::OK, &page)
}

async fn load(asked: &Asked, desk: &Desk) -> Result<Triggers> {
    let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
    let (set, options) =
        run(move || Ok((flow.triggers(&ctx)?, flow.stream_options(&ctx)?))).await?;
    let method = |stream: Stream| {
        options
            .iter()
            .find(|(of, _)| *of == stream)
            .map(|(_, method)| *method)
    };
    let mut page = Triggers::new(set.iter().map(Row::of).collect());
    page.streams = Stream::ALL
        .iter()
        .map(|of| OfStream {
            stream: *of,
            method: method(*of),
        })
        .collect();
    page.manages = desk.manages();
    Ok(page)
}

/// `Name: value` lines; what is no field is passed over.
fn fields(lines: &str) -> Vec<(String, String)> {
    let split = lines
        .lines()
        .take(LINES_MAX)
        .filter_map(|line| line.split_once(':'));
    split
        .map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()))
        .collect()
}

impl Triggers {
    fn new(rows: Vec<Row>) -> Self {
        Self {
            full: rows.len() >= limits::TRIGGERS_MAX,
            rows,
            streams: Vec::new(),
            new: Row {
                place: "subject".to_owned(),
                name: String::new(),
                word: String::new(),
                method: Method::Portal,
            },
            all_methods: METHODS,
            stream_methods: STREAM_METHODS,
            subject: String::new(),
            lines: String::new(),
            tried: None,
            manages: true,
            done: None,
            faults: Vec::new(),
        }
    }
}

impl Row {
    fn of(trigger: &Trigger) -> Self {
        Self {
            place: trigger.place.clone(),
            name: trigger.name.clone(),
            word: trigger.word.clone(),
            method: trigger.method,
        }
    }
    fn posted(asked: &Asked) -> Self {
        let method = Method::from_word(asked.field("method"));
        Self {
            place: asked.field("place").to_owned(),
            name: asked.field("name").trim().to_owned(),
            word: asked.field("word").trim().to_owned(),
            method: method
                .filter(|m| METHODS.contains(m))
                .unwrap_or(Method::Portal),
        }
    }
    fn trigger(&self) -> Trigger {
        Trigger {
            place: self.place.clone(),
            name: self.name.clone(),
            word: self.word.clone(),
            method: self.method,
        }
    }
    /// Two rows of one place, name and word are one trigger.
    fn is(&self, other: &Self) -> bool {
        self.place == other.place && self.name == other.name && self.word == other.word
    }
}

impl Tried {
    fn of(tried: TriggerTried) -> Self {
        let (method, label) = tried.asked.unzip();
        Self {
            method,
            label: label.unwrap_or_default(),
            subject: tried.subject,
        }
    }
}

impl Page for Triggers {
    const TEMPLATE: &'static str = "pages/console/triggers.html";
    const VOICE: Voice = Voice::Staff;
    const PLACE: Place = Place::Triggers;

    fn samples() -> Vec<Sample<Self>> {
        samples::lists()
    }
}

impl Page for Remove {
    const TEMPLATE: &'static str = "pages/console/trigger_remove.html";
    const VOICE: Voice = Voice::Staff;
    const PLACE: Place = Place::Triggers;

    fn samples() -> Vec<Sample<Self>> {
        samples::removes()
    }
}

mod samples;
