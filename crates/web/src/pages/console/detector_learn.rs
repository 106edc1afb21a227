//! Record numbers from samples: the shape is shown in words, with what does not fit and what fits by chance, before
//! it becomes a detector.
//!
//! The samples are posted, read and forgotten; the page that answers does not repeat them.

use axum::http::StatusCode;
use axum::response::Response;
use flow::detectors::{
    Detector as Written, DetectorState, HitClass, HotWords, LearnError, Learned, Near, Spec,
};
use model::{Result, limits};
use serde::Serialize;

use super::detector::fault;
use crate::door::answer::{desk_page, redirect};
use crate::door::asked::Asked;
use crate::door::run;
use crate::door::staff::{Desk, desk};
use crate::face::Fault;
use crate::pages::{Page, Place, Sample, Voice};

#[derive(Clone, Debug, Serialize)]
pub struct DetectorLearn {
    pub learned: Option<Shape>,
    pub name: String,
    /// A number counts only beside a word that says what it is.
    pub required: bool,
    pub reason: String,
    pub reason_max: usize,
    /// Which sample is no number, counted from 1; 0 for none.
    pub wrong: usize,
    pub faults: Vec<Fault>,
}

/// What samples have in common.
#[derive(Clone, Debug, Serialize)]
pub struct Shape {
    pub shape: String,
    pub check: String,
    pub samples: u64,
    pub fit: u64,
    /// Those that do not fit, counted from 1.
    pub strangers: Vec<usize>,
    pub one_in: u64,
    /// Ordinary numbers that look the same.
    pub looks: Vec<&'static str>,
}

/// A longer chance than one in so many is shown as this.
const CHANCE_SHOWN_MAX: u64 = 1_000_000_000_000;

/// GET `/console/detectors/learn`
pub async fn show(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    desk_page(&asked, &desk, StatusCode::OK, &DetectorLearn::empty())
}

/// POST `/console/detectors/learn`: learns from samples, or adds what was learned.
pub async fn submit(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    match asked.field("act") {
        "add" => add(&asked, &desk).await,
        _ => learn(&asked, &desk).await,
    }
}

async fn learn(asked: &Asked, desk: &Desk) -> Result<Response> {
    let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
    let text = asked.field("samples").to_owned();
    let learned = run(move || flow.learn_record_numbers(&ctx, &text)).await?;
    let mut page = DetectorLearn::empty();
    let status = match learned {
        Ok(learned) => {
            page.required = !learned.looks.is_empty();
            page.learned = Some(Shape::of(learned));
            StatusCode::OK
        }
        Err(error) => {
            page.faults.push(Fault::new("samples", error.word()));
            if let LearnError::NoNumber(at) = error {
                page.wrong = at;
            }
            StatusCode::UNPROCESSABLE_ENTITY
        }
    };
    desk_page(asked, desk, status, &page)
}

async fn add(asked: &Asked, desk: &Desk) -> Result<Response> {
    let short = |name, chars| asked.field(name).chars().take(chars).collect::<String>();
    let (shape, check) = (short("shape", 200), short("check", 20));
    let number = |name| asked.field(name).parse().unwrap_or(0);
    let mut page = DetectorLearn {
        name: short("name", 200),
        required: asked.field("required") == "yes",
        reason: short("reason", 2_000),
        learned: Some(Shape {
            shape: shape.clone(),
            check: check.clone(),
            samples: number("given"),
            fit: number("fit"),
            strangers: Vec::new(),
            one_in: number("one_in").min(CHANCE_SHOWN_MAX),
            looks: Vec::new(),
        }),
        ..DetectorLearn::empty()
    };
    let new = Written {
        name: page.name.clone(),
        spec: Spec::RecordNumber { shape, check },
        class: HitClass::Strong,
        confidence: 65,
        hot_words: page.required.then(|| HotWords {
            words: Vec::new(),
            window: 0,
            raise: 0,
            near: Near::Required,
        }),
        state: DetectorState::On,
    };
    let (flow, ctx, reason) = (
        asked.state().flow.clone(),
        desk.ctx()?.clone(),
        page.reason.clone(),
    );
    match run(move || flow.add_detector(&ctx, &new, &reason)).await {
        Ok(_) => Ok(redirect("/console/detectors?done=added")),
        Err(error) => {
            page.faults.push(fault(error)?);
            desk_page(asked, desk, StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

impl Shape {
    fn of(learned: Learned) -> Self {
        let (shape, check) = match learned.spec {
            Spec::RecordNumber { shape, check } => (shape, check),
            Spec::Expression(_) | Spec::Words(_) => Default::default(),
        };
        let fit = learned.samples.saturating_sub(learned.strangers.len());
        Self {
            shape,
            check,
            samples: learned.samples as u64,
            fit: fit as u64,
            strangers: learned.strangers,
            one_in: learned.one_in.min(CHANCE_SHOWN_MAX),
            looks: learned.looks.iter().map(|looks| looks.word()).collect(),
        }
    }
}

impl DetectorLearn {
    fn empty() -> Self {
        Self {
            learned: None,
            name: String::new(),
            required: false,
            reason: String::new(),
            reason_max: limits::REASON_CHARS_MAX,
            wrong: 0,
            faults: Vec::new(),
        }
    }
}

impl Page for DetectorLearn {
    const TEMPLATE: &'static str = "pages/console/detector_learn.html";
    const VOICE: Voice = Voice::Staff;
    const PLACE: Place = Place::Rules;

    fn samples() -> Vec<Sample<Self>> {
        let sure = Shape {
            shape: "MR-#{6,8}".to_owned(),
            check: "mod10".to_owned(),
            samples: 40,
            fit: 38,
            strangers: vec![7, 22],
            one_in: 6_760,
            looks: Vec::new(),
        };
        let plain = Shape {
            shape: "#{7}".to_owned(),
            check: "none".to_owned(),
            samples: 12,
            fit: 12,
            strangers: Vec::new(),
            one_in: 1,
            looks: vec!["telephone"],
        };
        let with = |shape: Shape| Self {
            required: !shape.looks.is_empty(),
            learned: Some(shape),
            ..Self::empty()
        };
        let wrong = Self {
            faults: vec![Fault::new("samples", "sample_no_number")],
            wrong: 3,
            ..Self::empty()
        };
        let unnamed = Self {
            faults: vec![Fault::new("name", "detector_name_missing")],
            ..with(sure.clone())
        };
        vec![
            Sample::new("empty", Self::empty()),
            Sample::new("one", with(sure)),
            Sample::new("telephone", with(plain.clone())),
            Sample::new("error", wrong),
            Sample::new("error_name", unnamed),
            Sample::spanish(with(plain)),
        ]
    }
}
