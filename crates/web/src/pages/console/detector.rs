//! One detector: a form to add or change it, to try it on a text first, and the question before it is removed.

use axum::http::StatusCode;
use axum::response::Response;
use flow::detectors::{
    CheckDigit, Detector as Written, DetectorState, DetectorView, HitClass, HotWords, Near, Spec,
};
use model::{Code, DetectorId, Error, Result, Timestamp, limits};
use serde::Serialize;

use super::detectors::{Outcome, classes};
use crate::door::answer::{desk_page, redirect};
use crate::door::asked::Asked;
use crate::door::run;
use crate::door::staff::{Desk, desk};
use crate::face::Fault;
use crate::pages::{Page, Place, Sample, Voice};

const KINDS: &[&str] = &["words", "expression", "record_number"];

#[derive(Clone, Debug, Serialize)]
pub struct Detector {
    /// Empty for a new one.
    pub id: String,
    pub name: String,
    /// `words`, `expression`, `record_number`
    pub kind: String,
    /// An expression, a shape, or a word a line.
    pub what: String,
    pub check: String,
    pub class: String,
    pub confidence: String,
    /// A word a line.
    pub hot_words: String,
    pub window: String,
    pub raise: String,
    pub required: bool,
    pub state: String,
    pub reason: String,
    /// When it was changed last, by whom, and why.
    pub changed: Option<Changed>,
    pub text: String,
    pub tried: Option<Outcome>,
    pub manages: bool,
    pub all_kinds: &'static [&'static str],
    pub all_classes: Vec<&'static str>,
    pub all_checks: Vec<&'static str>,
    pub all_states: Vec<&'static str>,
    pub reason_max: usize,
    pub faults: Vec<Fault>,
}

#[derive(Clone, Debug, Serialize)]
pub struct Changed {
    pub at: Timestamp,
    pub by: String,
    pub reason: String,
}

/// Asks before a detector is removed.
#[derive(Clone, Debug, Serialize)]
pub struct DetectorRemove {
    pub id: String,
    pub name: String,
    pub reason: String,
    pub reason_max: usize,
    pub faults: Vec<Fault>,
}

/// GET `/console/detectors/{id}`; `new` for a form that is empty.
pub async fn show(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let mut page = match asked.segment(2) {
        "new" => Detector::empty(),
        _ => Detector::of(load(&asked, &desk).await?),
    };
    page.manages = desk.edits_rules();
    desk_page(&asked, &desk, StatusCode::OK, &page)
}

/// POST `/console/detectors/{id}`: tries it, keeps it, or removes it after asking.
pub async fn submit(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let act = asked.field("act");
    if act == "remove" {
        return remove(&asked, &desk).await;
    }
    let mut page = Detector::posted(&asked);
    page.manages = desk.edits_rules();
    if !page.id.is_empty() {
        page.changed = Detector::of(load(&asked, &desk).await?).changed;
    }
    let done = match page.written() {
        Ok(new) if act == "try" => page.try_it(&asked, &desk, new).await,
        Ok(new) => page.keep(&asked, &desk, new).await,
        Err(fault) => {
            page.faults.push(fault);
            return desk_page(&asked, &desk, StatusCode::UNPROCESSABLE_ENTITY, &page);
        }
    };
    match done {
        Ok(Some(response)) => Ok(response),
        Ok(None) => desk_page(&asked, &desk, StatusCode::OK, &page),
        Err(error) => {
            page.faults.push(fault(error)?);
            desk_page(&asked, &desk, StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

/// Beside the field it is about.
///
/// # Errors
/// What is no field's fault.
pub(super) fn fault(error: Error) -> Result<Fault> {
    Ok(match (error.code(), error.pointer()) {
        (Code::FieldMissing, Some("/name")) => Fault::new("name", "detector_name_missing"),
        (Code::FieldInvalid, Some("/name")) => Fault::new("name", "detector_name"),
        (Code::StateConflict, Some("/name")) => Fault::new("name", "detector_taken"),
        (Code::FieldInvalid, Some("/expression")) => Fault::new("what", "detector_expression"),
        (Code::FieldInvalid, Some("/words")) => Fault::new("what", "detector_words"),
        (Code::FieldInvalid, Some("/shape" | "/check")) => Fault::new("what", "detector_shape"),
        (Code::FieldInvalid, Some("/confidence")) => {
            Fault::new("confidence", "detector_confidence")
        }
        (Code::FieldInvalid, Some("/hot_words")) => Fault::new("hot_words", "detector_hot_words"),
        (Code::FieldInvalid, Some("/detectors")) => Fault::new("name", "detectors_full"),
        (Code::FieldInvalid, Some("/text")) => Fault::new("text", "too_long"),
        (Code::FieldMissing, Some("/reason")) => Fault::new("reason", "detector_reason"),
        (Code::FieldInvalid, Some("/reason")) => Fault::new("reason", "too_long"),
        _ => return Err(error),
    })
}

async fn remove(asked: &Asked, desk: &Desk) -> Result<Response> {
    let view = load(asked, desk).await?;
    let mut page = DetectorRemove {
        id: view.id.to_string(),
        name: view.detector.name,
        reason: asked.field("reason").chars().take(2_000).collect(),
        reason_max: limits::REASON_CHARS_MAX,
        faults: Vec::new(),
    };
    if asked.field("sure") != "yes" {
        return desk_page(asked, desk, StatusCode::OK, &page);
    }
    let (flow, ctx, reason) = (
        asked.state().flow.clone(),
        desk.ctx()?.clone(),
        page.reason.clone(),
    );
    match run(move || flow.remove_detector(&ctx, view.id, &reason)).await {
        Ok(()) => Ok(redirect("/console/detectors?done=removed")),
        Err(error) => {
            page.faults.push(fault(error)?);
            desk_page(asked, desk, StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

async fn load(asked: &Asked, desk: &Desk) -> Result<DetectorView> {
    let id: DetectorId = asked.segment(2).parse()?;
    let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
    run(move || flow.detector(&ctx, id)).await
}

impl Detector {
    async fn try_it(
        &mut self,
        asked: &Asked,
        desk: &Desk,
        new: Written,
    ) -> Result<Option<Response>> {
        let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
        // It is tried before it has a name.
        let named = match new.name.trim() {
            "" => "?".to_owned(),
            name => name.to_owned(),
        };
        let (draft, text) = (Written { name: named, ..new }, self.text.clone());
        let tried = run(move || flow.try_detectors(&ctx, Some(&draft), &text)).await?;
        self.tried = Some(Outcome::of(tried));
        Ok(None)
    }

    async fn keep(&self, asked: &Asked, desk: &Desk, new: Written) -> Result<Option<Response>> {
        let (flow, ctx, reason) = (
            asked.state().flow.clone(),
            desk.ctx()?.clone(),
            self.reason.clone(),
        );
        let id = match self.id.as_str() {
            "" => None,
            id => Some(id.parse::<DetectorId>()?),
        };
        let done = match id {
            None => "added",
            Some(_) => "changed",
        };
        run(move || match id {
            None => flow.add_detector(&ctx, &new, &reason).map(drop),
            Some(id) => flow.change_detector(&ctx, id, &new, &reason),
        })
        .await?;
        Ok(Some(redirect(&format!("/console/detectors?done={done}"))))
    }

    fn empty() -> Self {
        Self {
            id: String::new(),
            name: String::new(),
            kind: "words".to_owned(),
            what: String::new(),
            check: CheckDigit::None.word().to_owned(),
            class: HitClass::Strong.word().to_owned(),
            confidence: "65".to_owned(),
            hot_words: String::new(),
            window: "100".to_owned(),
            raise: "20".to_owned(),
            required: false,
            state: DetectorState::On.word().to_owned(),
            reason: String::new(),
            changed: None,
            text: String::new(),
            tried: None,
            manages: true,
            all_kinds: KINDS,
            all_classes: classes(),
            all_checks: CheckDigit::ALL.iter().map(|check| check.word()).collect(),
            all_states: DetectorState::ALL
                .iter()
                .map(|state| state.word())
                .collect(),
            reason_max: limits::REASON_CHARS_MAX,
            faults: Vec::new(),
        }
    }

    fn of(view: DetectorView) -> Self {
        let detector = view.detector;
        let kind = detector.spec.word().to_owned();
        let (what, check) = match detector.spec {
            Spec::Expression(text) => (text, None),
            Spec::Words(words) => (words.join("\n"), None),
            Spec::RecordNumber { shape, check } => (shape, Some(check)),
        };
        let empty = Self::empty();
        let hot = detector.hot_words;
        let number = |n: Option<String>, usual: String| n.unwrap_or(usual);
        Self {
            id: view.id.to_string(),
            name: detector.name,
            kind,
            what,
            check: check.unwrap_or(empty.check),
            class: detector.class.word().to_owned(),
            confidence: detector.confidence.to_string(),
            window: number(hot.as_ref().map(|hot| hot.window.to_string()), empty.window),
            raise: number(hot.as_ref().map(|hot| hot.raise.to_string()), empty.raise),
            required: hot.as_ref().is_some_and(|hot| hot.near == Near::Required),
            hot_words: hot.map(|hot| hot.words.join("\n")).unwrap_or_default(),
            state: detector.state.word().to_owned(),
            changed: Some(Changed {
                at: view.updated_at,
                by: view.author,
                reason: view.reason,
            }),
            ..Self::empty()
        }
    }

    fn posted(asked: &Asked) -> Self {
        let short = |name, chars| asked.field(name).chars().take(chars).collect::<String>();
        let known = |name: &str, words: &[&str]| {
            let given = asked.field(name);
            words
                .iter()
                .find(|word| **word == given)
                .copied()
                .unwrap_or(words[0])
                .to_owned()
        };
        let empty = Self::empty();
        let id = asked.segment(2);
        Self {
            id: if id == "new" {
                String::new()
            } else {
                id.to_owned()
            },
            name: short("name", 200),
            kind: known("kind", KINDS),
            what: short("what", 50_000),
            check: known("check", &empty.all_checks),
            class: known("class", &empty.all_classes),
            confidence: short("confidence", 5),
            hot_words: short("hot_words", 50_000),
            window: short("window", 5),
            raise: short("raise", 5),
            required: asked.field("required") == "yes",
            state: known("state", &empty.all_states),
            reason: short("reason", 2_000),
            text: asked.field("text").to_owned(),
            ..empty
        }
    }

    fn written(&self) -> std::result::Result<Written, Fault> {
        let lines = |text: &str| -> Vec<String> {
            let lines = text.lines().map(|line| line.trim().to_owned());
            lines.filter(|line| !line.is_empty()).collect()
        };
        let hot_fault = || Fault::new("hot_words", "detector_hot_words");
        let hot_words = lines(&self.hot_words);
        let hot_words = match hot_words.is_empty() && !self.required {
            true => None,
            false => Some(HotWords {
                words: hot_words,
                window: self.window.trim().parse().map_err(|_| hot_fault())?,
                raise: self.raise.trim().parse().map_err(|_| hot_fault())?,
                near: match self.required {
                    true => Near::Required,
                    false => Near::Optional,
                },
            }),
        };
        let confidence = self.confidence.trim().parse();
        Ok(Written {
            name: self.name.clone(),
            spec: match self.kind.as_str() {
                "expression" => Spec::Expression(self.what.trim().to_owned()),
                "record_number" => Spec::RecordNumber {
                    shape: self.what.trim().to_owned(),
                    check: self.check.clone(),
                },
                _ => Spec::Words(lines(&self.what)),
            },
            class: HitClass::from_word(&self.class).unwrap_or(HitClass::Strong),
            confidence: confidence.map_err(|_| Fault::new("confidence", "detector_confidence"))?,
            hot_words,
            state: DetectorState::from_word(&self.state).unwrap_or(DetectorState::On),
        })
    }
}

impl Page for Detector {
    const TEMPLATE: &'static str = "pages/console/detector.html";
    const VOICE: Voice = Voice::Staff;
    const PLACE: Place = Place::Rules;

    fn samples() -> Vec<Sample<Self>> {
        samples::forms()
    }
}

impl Page for DetectorRemove {
    const TEMPLATE: &'static str = "pages/console/detector_remove.html";
    const VOICE: Voice = Voice::Staff;
    const PLACE: Place = Place::Rules;

    fn samples() -> Vec<Sample<Self>> {
        samples::removes()
    }
}

mod samples;
