//! An organisation's own detectors: its record numbers' shape, its project names, its words.
//!
//! They are data that an officer writes, so they are bounded: in number, in length, and in the size
//! of the automata they compile to. The engine has no backtracking, so none can be slow on some text.
//! Invariant: what compiles is safe to run on any text; names of detectors are stored, values are not.

use std::ops::Range;

use model::limits::{PATTERN_OCTETS_MAX, PATTERN_WORDS_MAX, PATTERNS_MAX};
use regex_automata::{Input, MatchKind, PatternSet, meta::Regex, util::syntax};

use crate::FindingKind;
use crate::kind::Class;
use crate::normal::as_read;
use crate::record_number::{CheckDigit, RecordNumber};

/// One detector as it is written down.
#[derive(Clone, Debug, Default)]
pub struct PatternSpec {
    /// Shown with the finding.
    pub name: String,
    pub what: PatternWhat,
    pub class: PatternClass,
    /// 1 to 100, before hot words.
    pub confidence: u8,
    pub hotwords: Option<Hotwords>,
}

#[derive(Clone, Debug)]
pub enum PatternWhat {
    /// In the syntax of the `regex` crate: letters of any case, no look-around, no back-references.
    Regex(String),
    /// Whole words or phrases in any case.
    Keywords(Vec<String>),
    /// Numbers of this shape: a medical record number beside a word that says so, and by itself where its check
    /// digit holds and ordinary numbers look otherwise; else a strong identifier. Its class is not asked for.
    RecordNumber(RecordNumber),
}

impl Default for PatternWhat {
    fn default() -> Self {
        Self::Keywords(Vec::new())
    }
}

/// What a hit says (see [`Class`]).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PatternClass {
    /// PHI by itself.
    Certain,
    /// PHI with health context.
    Strong,
    #[default]
    Weak,
    /// Health context.
    Context,
}

impl PatternClass {
    pub const ALL: &'static [Self] = &[Self::Certain, Self::Strong, Self::Weak, Self::Context];

    pub const fn word(self) -> &'static str {
        match self {
            Self::Certain => "certain",
            Self::Strong => "strong",
            Self::Weak => "weak",
            Self::Context => "context",
        }
    }
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|class| class.word() == word)
    }

    const fn kind(self) -> FindingKind {
        match self {
            Self::Certain => FindingKind::OwnCertain,
            Self::Strong => FindingKind::OwnStrong,
            Self::Weak => FindingKind::OwnWeak,
            Self::Context => FindingKind::OwnContext,
        }
    }
}

/// Words near a hit that make it surer.
#[derive(Clone, Debug)]
pub struct Hotwords {
    pub words: Vec<String>,
    /// Bytes to either side.
    pub window: usize,
    /// Added to the confidence when one is near.
    pub raise: u8,
    /// Whether a hit without one counts.
    pub need: Need,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    Optional,
    Required,
}

/// Why a detector was not taken; always its author's fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PatternError {
    TooMany,
    NameMissing {
        index: usize,
    },
    TooLong {
        index: usize,
    },
    NoWords {
        index: usize,
    },
    Syntax {
        index: usize,
    },
    /// Compiles to more than is allowed.
    TooComplex {
        index: usize,
    },
    /// Would match where nothing is.
    MatchesNothing {
        index: usize,
    },
    Confidence {
        index: usize,
    },
}

impl PatternError {
    pub const fn word(self) -> &'static str {
        match self {
            Self::TooMany => "too_many_patterns",
            Self::NameMissing { .. } => "pattern_name_missing",
            Self::TooLong { .. } => "pattern_too_long",
            Self::NoWords { .. } => "pattern_without_words",
            Self::Syntax { .. } => "pattern_syntax",
            Self::TooComplex { .. } => "pattern_too_complex",
            Self::MatchesNothing { .. } => "pattern_matches_nothing",
            Self::Confidence { .. } => "pattern_confidence",
        }
    }

    /// Which of the detectors, counted from 0.
    pub const fn index(self) -> Option<usize> {
        match self {
            Self::TooMany => None,
            Self::NameMissing { index }
            | Self::TooLong { index }
            | Self::NoWords { index }
            | Self::Syntax { index }
            | Self::TooComplex { index }
            | Self::MatchesNothing { index }
            | Self::Confidence { index } => Some(index),
        }
    }
}

impl std::fmt::Display for PatternError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.index() {
            Some(index) => write!(f, "{} at {}", self.word(), index + 1),
            None => f.write_str(self.word()),
        }
    }
}
impl std::error::Error for PatternError {}

/// The detectors, compiled.
pub struct Patterns {
    /// All at once, to learn in one pass which occur at all.
    all: Regex,
    each: Vec<Compiled>,
}

struct Compiled {
    name: String,
    kind: FindingKind,
    confidence: u8,
    regex: Regex,
    hot: Option<(Regex, Hotwords)>,
    /// Its shape, and the words that say what it is.
    number: Option<(RecordNumber, Regex)>,
}

/// A hit of an organisation's detector.
pub(crate) struct OwnHit<'a> {
    pub kind: FindingKind,
    pub range: Range<usize>,
    pub confidence: u8,
    pub name: &'a str,
    /// Its check digit holds.
    pub checked: bool,
    /// A word beside it says what it is.
    pub keyed: bool,
}

/// Bytes of automaton that one detector, and all together, may take.
const ONE_OCTETS_MAX: usize = 512 * 1024;
const ALL_OCTETS_MAX: usize = 8 * 1024 * 1024;
/// The farthest that a hot word may stand.
const WINDOW_MAX: usize = 1_000;
/// Hits of one detector in one text; more say no more.
const HITS_MAX: usize = 10_000;
/// Bytes to either side within which a word says that a number is a record's.
const KEYWORD_WINDOW: usize = 60;
/// Words that say so, in both languages.
const KEYWORDS: &str = concat!(
    r"\b(?:m\.?r\.?n\b|mr ?#|emr\b|ehr\b|charts?\b|med(?:ical)?\.? ?rec(?:ord)?s?\b",
    r"|record (?:number\b|no\b|id\b|#)|patient (?:number\b|no\b|id\b|#)",
    r"|expedientes?\b|historia clinica|numero de (?:historia|paciente|registro)|registro medico)",
);

impl Patterns {
    pub fn compile(specs: &[PatternSpec]) -> Result<Self, PatternError> {
        if specs.len() > PATTERNS_MAX {
            return Err(PatternError::TooMany);
        }
        let each: Vec<Compiled> = specs
            .iter()
            .enumerate()
            .map(|(index, spec)| Compiled::of(spec, index))
            .collect::<Result<_, _>>()?;
        let sources: Vec<String> = specs.iter().map(|spec| source(&spec.what)).collect();
        let all =
            build(&sources, MatchKind::All, ALL_OCTETS_MAX).map_err(|_| PatternError::TooMany)?;
        Ok(Self { all, each })
    }

    pub(crate) fn read(&self, text: &[u8]) -> Vec<OwnHit<'_>> {
        let mut present = PatternSet::new(self.each.len());
        self.all
            .which_overlapping_matches(&Input::new(text), &mut present);
        let mut hits = Vec::new();
        for at in present.iter() {
            self.each[at.as_usize()].read(text, &mut hits);
        }
        hits
    }
}

impl Compiled {
    fn of(spec: &PatternSpec, index: usize) -> Result<Self, PatternError> {
        if spec.name.trim().is_empty() || spec.name.len() > 100 {
            return Err(PatternError::NameMissing { index });
        }
        if !(1..=100).contains(&spec.confidence) {
            return Err(PatternError::Confidence { index });
        }
        check(&spec.what, index)?;
        let regex =
            build(&[source(&spec.what)], FIRST, ONE_OCTETS_MAX).map_err(|fault| fault.at(index))?;
        if regex.is_match("") {
            return Err(PatternError::MatchesNothing { index });
        }
        let hot = match &spec.hotwords {
            None => None,
            // The words that say what a record number is are known without being written down.
            Some(hot)
                if hot.words.is_empty() && matches!(spec.what, PatternWhat::RecordNumber(_)) =>
            {
                let nothing = build(&["[a&&b]".to_owned()], FIRST, ONE_OCTETS_MAX)
                    .map_err(|fault| fault.at(index))?;
                Some((nothing, hot.clone()))
            }
            Some(hot) => {
                check(&PatternWhat::Keywords(hot.words.clone()), index)?;
                let words = build(&[keywords(&hot.words)], FIRST, ONE_OCTETS_MAX)
                    .map_err(|fault| fault.at(index))?;
                Some((words, hot.clone()))
            }
        };
        let number = match &spec.what {
            PatternWhat::RecordNumber(shape) => {
                let words = build(&[KEYWORDS.to_owned()], FIRST, ONE_OCTETS_MAX)
                    .map_err(|fault| fault.at(index))?;
                Some((shape.clone(), words))
            }
            PatternWhat::Regex(_) | PatternWhat::Keywords(_) => None,
        };
        Ok(Self {
            name: spec.name.trim().to_owned(),
            kind: spec.class.kind(),
            confidence: spec.confidence,
            regex,
            hot,
            number,
        })
    }

    fn read<'a>(&'a self, text: &[u8], hits: &mut Vec<OwnHit<'a>>) {
        for found in self.regex.find_iter(text).take(HITS_MAX) {
            let range = found.range();
            if range.is_empty() {
                continue;
            }
            let hit = match &self.number {
                None => self.hit(text, range),
                Some((shape, words)) => self.record_number(text, range, shape, words),
            };
            hits.extend(hit);
        }
    }

    /// With hot words; `None` when one is required and none is near. Class A never falls below 75.
    fn hit(&self, text: &[u8], range: Range<usize>) -> Option<OwnHit<'_>> {
        let near = self.hot_word(text, &range);
        let own = match &self.hot {
            None => self.confidence,
            Some((_, hot)) => match (near, hot.need) {
                (true, _) => self.confidence.saturating_add(hot.raise).min(100),
                (false, Need::Optional) => self.confidence,
                (false, Need::Required) => return None,
            },
        };
        let least = if self.kind.class() == Class::A { 75 } else { 1 };
        Some(OwnHit {
            kind: self.kind,
            range,
            confidence: own.max(least),
            name: &self.name,
            checked: false,
            keyed: near,
        })
    }

    fn record_number(
        &self,
        text: &[u8],
        range: Range<usize>,
        shape: &RecordNumber,
        words: &Regex,
    ) -> Option<OwnHit<'_>> {
        if !shape.holds(text, &range) {
            return None;
        }
        let keyed =
            words.is_match(around(text, &range, KEYWORD_WINDOW)) || self.hot_word(text, &range);
        let required = self
            .hot
            .as_ref()
            .is_some_and(|(_, hot)| hot.need == Need::Required);
        if required && !keyed {
            return None;
        }
        let checked = shape.check() != CheckDigit::None;
        let (kind, least) = match (keyed, shape.stands_alone()) {
            (true, _) => (FindingKind::Mrn, 85),
            (false, true) => (FindingKind::Mrn, 75),
            (false, false) => (FindingKind::OwnStrong, if checked { 65 } else { 55 }),
        };
        Some(OwnHit {
            kind,
            range,
            confidence: least,
            name: &self.name,
            checked,
            keyed,
        })
    }

    fn hot_word(&self, text: &[u8], range: &Range<usize>) -> bool {
        let hot = self.hot.as_ref();
        hot.is_some_and(|(words, hot)| {
            words.is_match(around(text, range, hot.window.min(WINDOW_MAX)))
        })
    }
}

fn around<'t>(text: &'t [u8], range: &Range<usize>, window: usize) -> Input<'t> {
    let low = range.start.saturating_sub(window);
    Input::new(text).span(low..(range.end + window).min(text.len()))
}

fn check(what: &PatternWhat, index: usize) -> Result<(), PatternError> {
    match what {
        PatternWhat::Regex(text) if text.len() > PATTERN_OCTETS_MAX => {
            Err(PatternError::TooLong { index })
        }
        PatternWhat::Regex(_) | PatternWhat::RecordNumber(_) => Ok(()),
        PatternWhat::Keywords(words) => {
            if words.is_empty() || words.iter().any(|word| word.trim().is_empty()) {
                return Err(PatternError::NoWords { index });
            }
            let long = words.len() > PATTERN_WORDS_MAX
                || words.iter().any(|word| word.len() > PATTERN_OCTETS_MAX);
            if long {
                return Err(PatternError::TooLong { index });
            }
            Ok(())
        }
    }
}

fn source(what: &PatternWhat) -> String {
    match what {
        PatternWhat::Regex(text) => as_read(text),
        PatternWhat::Keywords(words) => keywords(words),
        PatternWhat::RecordNumber(shape) => shape.expression(),
    }
}

/// Whole words; any white space where the list has some, since lines wrap.
fn keywords(words: &[String]) -> String {
    let escaped: Vec<String> = words
        .iter()
        .map(|word| {
            let word = as_read(word);
            let pieces: Vec<String> = word.split_whitespace().map(regex_syntax::escape).collect();
            pieces.join("\\s+")
        })
        .collect();
    format!("\\b(?:{})\\b", escaped.join("|"))
}

enum Fault {
    Syntax,
    Size,
}

impl Fault {
    fn at(self, index: usize) -> PatternError {
        match self {
            Self::Syntax => PatternError::Syntax { index },
            Self::Size => PatternError::TooComplex { index },
        }
    }
}

const FIRST: MatchKind = MatchKind::LeftmostFirst;

fn build(sources: &[String], kind: MatchKind, octets: usize) -> Result<Regex, Fault> {
    Regex::builder()
        .configure(
            Regex::config()
                .match_kind(kind)
                .nfa_size_limit(Some(octets))
                .onepass_size_limit(Some(octets))
                .hybrid_cache_capacity(1024 * 1024),
        )
        .syntax(
            syntax::Config::new()
                .unicode(false)
                .utf8(false)
                .case_insensitive(true)
                .nest_limit(50),
        )
        .build_many(sources)
        .map_err(|error| match error.size_limit() {
            Some(_) => Fault::Size,
            None => Fault::Syntax,
        })
}

#[cfg(test)]
mod tests;
