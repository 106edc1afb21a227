//! An organisation's own detectors as a file: what `caduceus admin own-detectors list` prints and
//! `caduceus scan --detectors` reads.

use std::path::Path;

use anyhow::Context;
use flow::detectors::{Compiled, Detector, DetectorState, HitClass, HotWords, Near, Spec};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
struct List {
    #[serde(default)]
    detectors: Vec<One>,
}

#[derive(Deserialize)]
struct One {
    name: String,
    expression: Option<String>,
    words: Option<Vec<String>>,
    shape: Option<String>,
    check: Option<String>,
    class: String,
    confidence: u8,
    hot_words: Option<Hot>,
    state: String,
}

#[derive(Deserialize)]
struct Hot {
    words: Vec<String>,
    window: u32,
    raise: u8,
    required: bool,
}

/// Those of a file that are switched on.
pub fn load(path: &Path) -> anyhow::Result<Compiled> {
    let cannot = || format!("cannot read {}", path.display());
    let text = std::fs::read_to_string(path).with_context(cannot)?;
    let list: List = serde_json::from_str(&text).with_context(cannot)?;
    let all = list.detectors.into_iter().map(One::read);
    let all = all.collect::<anyhow::Result<Vec<_>>>()?;
    let on: Vec<Detector> = all
        .into_iter()
        .filter(|one| one.state == DetectorState::On)
        .collect();
    Compiled::of(&on).with_context(cannot)
}

impl One {
    fn read(self) -> anyhow::Result<Detector> {
        let spec = match (self.expression, self.words, self.shape) {
            (Some(text), None, None) => Spec::Expression(text),
            (None, Some(words), None) => Spec::Words(words),
            (None, None, Some(shape)) => Spec::RecordNumber {
                shape,
                check: self.check.unwrap_or_else(|| "none".to_owned()),
            },
            _ => anyhow::bail!("a detector has one of expression, words and shape"),
        };
        Ok(Detector {
            name: self.name,
            spec,
            class: HitClass::from_word(&self.class).context("no such class")?,
            confidence: self.confidence,
            hot_words: self.hot_words.map(|hot| HotWords {
                words: hot.words,
                window: hot.window,
                raise: hot.raise,
                near: match hot.required {
                    true => Near::Required,
                    false => Near::Optional,
                },
            }),
            state: DetectorState::from_word(&self.state).context("no such state")?,
        })
    }
}

/// As the file has it.
pub fn written(detector: &Detector) -> Value {
    let mut one = json!({
        "name": detector.name, "class": detector.class.word(), "confidence": detector.confidence,
        "state": detector.state.word(),
    });
    match &detector.spec {
        Spec::Expression(text) => one["expression"] = json!(text),
        Spec::Words(words) => one["words"] = json!(words),
        Spec::RecordNumber { shape, check } => {
            one["shape"] = json!(shape);
            one["check"] = json!(check);
        }
    }
    if let Some(hot) = &detector.hot_words {
        one["hot_words"] = json!({
            "words": hot.words, "window": hot.window, "raise": hot.raise,
            "required": hot.near == Near::Required,
        });
    }
    one
}
