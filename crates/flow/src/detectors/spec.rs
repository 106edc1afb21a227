//! A detector as it is written down, and whether it can be used.

use model::{Code, Error, Result};
use phi::{
    CheckDigit, Class, Hotwords, Need, Part, PartKind, PatternClass, PatternError, PatternSpec,
    PatternWhat, Patterns, RecordNumber,
};
use serde::{Deserialize, Serialize};

use super::{DetectorState, Written};

const NAME_CHARS_MAX: usize = 60;
/// The farthest that a hot word may stand, in octets.
const WINDOW_MAX: u32 = 1_000;

/// One detector of an organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detector {
    /// Shown beside what it finds, and in the audit log.
    pub name: String,
    pub spec: Spec,
    /// What a hit says. Record numbers say it themselves.
    pub class: PatternClass,
    /// 1 to 100.
    pub confidence: u8,
    pub hot_words: Option<HotWords>,
    pub state: DetectorState,
}

/// What it looks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Spec {
    Expression(String),
    Words(Vec<String>),
    RecordNumber {
        /// In the notation of shapes, such as `MR-#{6,8}`.
        shape: String,
        check: String,
    },
}

/// Words that make a hit surer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HotWords {
    pub words: Vec<String>,
    /// Octets to either side.
    pub window: u32,
    /// Added to the confidence.
    pub raise: u8,
    pub near: Near,
}

/// Whether a hit without one counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Near {
    Optional,
    Required,
}

/// Detectors that are on nobody's record, ready to read by.
pub struct Compiled(Patterns);

impl Compiled {
    /// # Errors
    /// `field_invalid` at the field of the first one that cannot be used.
    pub fn of(detectors: &[Detector]) -> Result<Self> {
        let patterns = detectors.iter().map(|one| one.checked()?.pattern());
        let patterns = patterns.collect::<Result<Vec<_>>>()?;
        let compiled = Patterns::compile(&patterns);
        compiled
            .map(Self)
            .map_err(|_| Error::new(Code::FieldInvalid).at("/detectors"))
    }
    pub(crate) fn patterns(&self) -> &Patterns {
        &self.0
    }
}

impl Spec {
    /// `expression`, `words`, `record_number`
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Expression(_) => "expression",
            Self::Words(_) => "words",
            Self::RecordNumber { .. } => "record_number",
        }
    }

    /// Where the API has it.
    const fn place(&self) -> &'static str {
        match self {
            Self::Expression(_) => "/expression",
            Self::Words(_) => "/words",
            Self::RecordNumber { .. } => "/shape",
        }
    }
}

impl Detector {
    pub(super) fn written(&self, reason: &str) -> Written {
        Written {
            spec: self.spec.clone(),
            confidence: self.confidence,
            hot_words: self.hot_words.clone(),
            reason: reason.to_owned(),
        }
    }

    /// As it is kept: trimmed, and known to compile.
    ///
    /// # Errors
    /// `field_missing` or `field_invalid` at the field.
    pub(super) fn checked(&self) -> Result<Self> {
        let trimmed = |words: &[String]| -> Vec<String> {
            let words = words.iter().map(|word| word.trim().to_owned());
            words.filter(|word| !word.is_empty()).collect()
        };
        let detector = Self {
            name: self.name.trim().to_owned(),
            spec: match &self.spec {
                Spec::Words(words) => Spec::Words(trimmed(words)),
                other => other.clone(),
            },
            hot_words: self.hot_words.as_ref().map(|hot| HotWords {
                words: trimmed(&hot.words),
                ..hot.clone()
            }),
            ..self.clone()
        };
        check_name(&detector.name)?;
        if let Some(hot) = &detector.hot_words {
            check_hot_words(hot, &detector.spec)?;
        }
        detector.compiled()?;
        Ok(detector)
    }

    pub(super) fn compiled(&self) -> Result<Patterns> {
        Patterns::compile(&[self.pattern()?]).map_err(|fault| self.fault(fault))
    }

    /// As the scanner takes it.
    ///
    /// # Errors
    /// `field_invalid` at `/shape` or `/check` for what is no shape.
    pub(super) fn pattern(&self) -> Result<PatternSpec> {
        let invalid = |place| Error::new(Code::FieldInvalid).at(place);
        let what = match &self.spec {
            Spec::Expression(text) => PatternWhat::Regex(text.clone()),
            Spec::Words(words) => PatternWhat::Keywords(words.clone()),
            Spec::RecordNumber { shape, check } => {
                let check = CheckDigit::from_word(check).ok_or_else(|| invalid("/check"))?;
                let shape = RecordNumber::parse(shape, check);
                PatternWhat::RecordNumber(shape.map_err(|_| invalid("/shape"))?)
            }
        };
        let hotwords = self.hot_words.as_ref().map(|hot| Hotwords {
            words: hot.words.clone(),
            window: hot.window as usize,
            raise: hot.raise,
            need: match hot.near {
                Near::Optional => Need::Optional,
                Near::Required => Need::Required,
            },
        });
        Ok(PatternSpec {
            name: self.name.clone(),
            what,
            class: self.class,
            confidence: self.confidence,
            hotwords,
        })
    }

    /// What to do about it, where it is the author's to mend.
    fn fault(&self, fault: PatternError) -> Error {
        let (place, advice) = match fault {
            PatternError::NameMissing { .. } => ("/name", "Give it a name of up to 60 letters."),
            PatternError::Confidence { .. } => ("/confidence", "Give a number from 1 to 100."),
            PatternError::TooMany => ("/detectors", "Remove detectors that are not needed."),
            PatternError::NoWords { .. } => (self.spec.place(), "Give at least one word."),
            PatternError::TooLong { .. } => (
                self.spec.place(),
                "Up to 1,000 octets for an expression or a word, and up to 500 words.",
            ),
            PatternError::Syntax { .. } => (
                self.spec.place(),
                "It cannot be read. Look-around and back-references are not known here.",
            ),
            PatternError::TooComplex { .. } => (
                self.spec.place(),
                "It is too large to be looked for in every message. Use smaller repetitions.",
            ),
            PatternError::MatchesNothing { .. } => (
                self.spec.place(),
                "It fits where nothing stands. Ask for at least one letter or digit.",
            ),
        };
        Error::new(Code::FieldInvalid).at(place).advising(advice)
    }
}

/// A name is shown to whoever may see what was found: it names no patient.
fn check_name(name: &str) -> Result<()> {
    if name.is_empty() {
        return Err(Error::new(Code::FieldMissing).at("/name"));
    }
    let token = |_: &str| [0; 32];
    let with = phi::Reading::new(&token);
    let found = crate::scan::scanner().scan(&[Part::new(PartKind::Subject, name)], &with);
    let tells = found
        .findings
        .iter()
        .any(|one| one.kind.class() >= Class::B);
    let long = name.chars().count() > NAME_CHARS_MAX || name.len() > 100;
    if long || tells || name.chars().any(model::is_hidden) {
        return Err(Error::new(Code::FieldInvalid).at("/name").advising(
            "Up to 60 letters, without a number or date of a patient: it stands in the audit log.",
        ));
    }
    Ok(())
}

/// Words of its own are optional only where the shape of a record number brings some.
fn check_hot_words(hot: &HotWords, spec: &Spec) -> Result<()> {
    let bare = hot.words.is_empty() && !matches!(spec, Spec::RecordNumber { .. });
    if bare || hot.window > WINDOW_MAX || hot.raise > 100 {
        return Err(Error::new(Code::FieldInvalid).at("/hot_words").advising(
            "Give at least one word, a window of up to 1,000 and a raise of up to 100.",
        ));
    }
    Ok(())
}
