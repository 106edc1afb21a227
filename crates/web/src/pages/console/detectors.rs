//! Detectors: what the organisation itself looks for in its mail, and a box to try a text in.
//!
//! A text that is tried is posted, read and forgotten: it stands in no link and is not stored.

use axum::http::StatusCode;
use axum::response::Response;
use flow::detectors::{DetectorFilter, DetectorState, DetectorView, Found, HitClass, Tried};
use model::{Code, PhiLevel, Result, Timestamp, limits};
use serde::Serialize;

use crate::door::answer::desk_page;
use crate::door::asked::Asked;
use crate::door::run;
use crate::door::staff::{Desk, desk, escape};
use crate::face::Fault;
use crate::pages::{Page, Place, Sample, Voice};

#[derive(Clone, Debug, Serialize)]
pub struct Detectors {
    /// `on`, `off`, or nothing for all.
    pub state: &'static str,
    /// Stands in the names.
    pub name: String,
    pub filtered: bool,
    pub rows: Vec<Row>,
    pub version: u64,
    pub all_states: Vec<&'static str>,
    pub older_href: Option<String>,
    pub newest_href: Option<String>,
    /// The text to try, as it was pasted.
    pub text: String,
    pub tried: Option<Outcome>,
    pub manages: bool,
    /// What was just done: `added`, `changed`, `removed`.
    pub done: Option<&'static str>,
    pub faults: Vec<Fault>,
}

#[derive(Clone, Debug, Serialize)]
pub struct Row {
    pub id: String,
    pub name: String,
    pub kind: &'static str,
    pub class: &'static str,
    pub on: bool,
    pub usable: bool,
    pub reason: String,
    pub at: Timestamp,
}

/// What became of a text.
#[derive(Clone, Debug, Serialize)]
pub struct Outcome {
    pub level: PhiLevel,
    pub found: Vec<FoundPlace>,
    pub broken: bool,
}

#[derive(Clone, Debug, Serialize)]
pub struct FoundPlace {
    pub kind: &'static str,
    pub detector: String,
    pub line: usize,
    pub column: usize,
    pub length: usize,
    pub confidence: u8,
}

impl Row {
    fn of(view: DetectorView) -> Self {
        let detector = view.detector;
        Self {
            id: view.id.to_string(),
            kind: detector.spec.word(),
            class: detector.class.word(),
            on: detector.state == DetectorState::On,
            usable: view.usable,
            name: detector.name,
            reason: view.reason,
            at: view.updated_at,
        }
    }
}

impl Outcome {
    pub(super) fn of(tried: Tried) -> Self {
        let place = |found: Found| FoundPlace {
            kind: found.kind,
            detector: found.detector.unwrap_or_default(),
            line: found.line,
            column: found.column,
            length: found.length,
            confidence: found.confidence,
        };
        Self {
            level: tried.level,
            found: tried.found.into_iter().map(place).collect(),
            broken: tried.broken,
        }
    }
}

const DONE: &[&str] = &["added", "changed", "removed"];

/// GET `/console/detectors`
pub async fn show(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let mut page = load(&asked, &desk).await?;
    let done = asked.query("done");
    page.done = DONE.iter().copied().find(|word| *word == done);
    desk_page(&asked, &desk, StatusCode::OK, &page)
}

/// POST `/console/detectors`: tries a text against those in force.
pub async fn submit(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let mut page = load(&asked, &desk).await?;
    asked.field("text").clone_into(&mut page.text);
    let (flow, ctx, text) = (
        asked.state().flow.clone(),
        desk.ctx()?.clone(),
        page.text.clone(),
    );
    match run(move || flow.try_detectors(&ctx, None, &text)).await {
        Ok(tried) => page.tried = Some(Outcome::of(tried)),
        Err(error) if error.code() == Code::FieldInvalid => {
            page.faults.push(Fault::new("text", "too_long"));
            return desk_page(&asked, &desk, StatusCode::UNPROCESSABLE_ENTITY, &page);
        }
        Err(error) => return Err(error),
    }
    desk_page(&asked, &desk, StatusCode::OK, &page)
}

async fn load(asked: &Asked, desk: &Desk) -> Result<Detectors> {
    let filter = DetectorFilter {
        state: DetectorState::from_word(asked.query("state")),
        word: asked.query("name").trim().chars().take(60).collect(),
    };
    let after = asked.after();
    let (flow, ctx, wanted) = (
        asked.state().flow.clone(),
        desk.ctx()?.clone(),
        filter.clone(),
    );
    let is_first = after.is_none();
    let found =
        run(move || flow.detectors(&ctx, &wanted, after.as_deref(), limits::PAGE_ROWS)).await?;
    let state = filter.state.map_or("", DetectorState::word);
    let query = format!("state={state}&name={}", escape(&filter.word));
    Ok(Detectors {
        state,
        filtered: filter.state.is_some() || !filter.word.is_empty(),
        name: filter.word,
        rows: found.rows.into_iter().map(Row::of).collect(),
        version: found.version,
        older_href: found
            .next
            .map(|after| format!("/console/detectors?{query}&after={after}")),
        newest_href: (!is_first).then(|| format!("/console/detectors?{query}")),
        manages: desk.edits_rules(),
        ..Detectors::new()
    })
}

impl Detectors {
    fn new() -> Self {
        Self {
            state: "",
            name: String::new(),
            filtered: false,
            rows: Vec::new(),
            version: 0,
            all_states: DetectorState::ALL
                .iter()
                .map(|state| state.word())
                .collect(),
            older_href: None,
            newest_href: None,
            text: String::new(),
            tried: None,
            manages: true,
            done: None,
            faults: Vec::new(),
        }
    }
}

/// The words of classes, for forms.
pub(super) fn classes() -> Vec<&'static str> {
    HitClass::ALL.iter().map(|class| class.word()).collect()
}

impl Page for Detectors {
    const TEMPLATE: &'static str = "pages/console/detectors.html";
    const VOICE: Voice = Voice::Staff;
    const PLACE: Place = Place::Rules;

    fn samples() -> Vec<Sample<Self>> {
        samples::all()
    }
}

pub(super) mod samples;
