//! The scan: each part is read once by the lexicon and once by the shapes, then judged.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use model::limits::{FINDINGS_PER_KIND_MAX, PATIENTS_COUNTED_MAX};

use crate::bearing::Cues;
use crate::label::Hints;
use crate::lexicon::Lexicon;
use crate::names::People;
use crate::page::Page;
use crate::part::{Form, Part, PartKind, Reading};
use crate::places::Gazetteer;
use crate::sense::{Piece, Seen, Sensed, Signs, Weighed, Weights};
use crate::shape::Shapes;
use crate::verdict::Tally;
use crate::{Finding, FindingKind, Findings, Label};

/// Confidence in what only the reading of a text tells.
const TELLING: u8 = 50;

/// The compiled patterns and words. Build one and share it: building takes milliseconds.
pub struct Scanner {
    pub(crate) lexicon: Lexicon,
    pub(crate) shapes: Shapes,
    pub(crate) people: People,
    pub(crate) gazetteer: Gazetteer,
    pub(crate) cues: Cues,
    pub(crate) weights: Weights,
}

impl Scanner {
    pub fn new() -> Self {
        Self {
            lexicon: Lexicon::new(),
            shapes: Shapes::new(),
            people: People::new(),
            gazetteer: Gazetteer::new(),
            cues: Cues::new(),
            weights: Weights::shipped(),
        }
    }

    /// Finds identifiers and health context in the texts of a message and judges the whole.
    ///
    /// At most [`FINDINGS_PER_KIND_MAX`] findings of a kind are listed; `counts` and `level` see all.
    pub fn scan(&self, parts: &[Part<'_>], reading: &Reading<'_>) -> Findings {
        let mut sum = Sum::new(reading);
        let subject_phi = self.read(parts, &mut sum);
        sum.labels.extend(sum.hints.labels(sum.tally.ties()));
        let mut known = Weighed::default();
        sum.tally
            .signs(&mut |sign| known.add(self.weights.of(sign)));
        let leaning = sum.sensed.leaning(known);
        let level = sum.tally.felt(
            leaning.map(|(leaning, _)| leaning),
            sum.is_prose && sum.sensed.is_whole(known),
        );
        if level > sum.tally.level() {
            sum.telling(leaning.map(|(_, piece)| piece));
        }
        Findings {
            level,
            level_to_patient: sum.tally.level_to_patient().max(level),
            subject_phi,
            health_terms: sum.tally.terms(),
            patients: sum.distinct_patients(),
            unscannable: sum.unscannable,
            counts: sum.counts,
            findings: sum.listed,
            labels: sum.labels,
        }
    }

    /// The signs by which `examples/learn.rs` weighs texts: numbers from which no word comes back.
    pub fn signs(&self, parts: &[Part<'_>], reading: &Reading<'_>) -> Signs {
        let mut sum = Sum::new(reading);
        sum.learnt = Some(Signs::default());
        self.read(parts, &mut sum);
        let mut signs = sum.learnt.unwrap_or_default();
        sum.tally.signs(&mut |sign| signs.rules.push(sign));
        signs
    }

    /// Reads all parts into the sum; answers whether a subject tells.
    fn read(&self, parts: &[Part<'_>], sum: &mut Sum<'_>) -> bool {
        let mut subject_phi = false;
        for (index, part) in parts.iter().enumerate() {
            let tally = Page::read(self, index, part, sum);
            subject_phi |= part.kind == PartKind::Subject && tally.tells_in_subject();
            if matches!(part.form, Form::Ccda) {
                sum.labels.insert(Label::WholeRecord);
            }
            sum.is_prose &= matches!(part.form, Form::Prose | Form::Hidden | Form::Table);
        }
        subject_phi
    }
}

impl Default for Scanner {
    fn default() -> Self {
        Self::new()
    }
}

/// What all parts add up to.
pub(crate) struct Sum<'a> {
    pub reading: &'a Reading<'a>,
    pub listed: Vec<Finding>,
    pub tally: Tally,
    pub labels: BTreeSet<Label>,
    pub hints: Hints,
    pub unscannable: Vec<(usize, String)>,
    /// Patients that the registry knew.
    pub matched: BTreeSet<u32>,
    /// How its texts read.
    pub sensed: Sensed,
    pub seen: Seen,
    /// All signs, where they are asked for.
    pub learnt: Option<Signs>,
    /// Nothing was read by the rules of a form.
    is_prose: bool,
    counts: BTreeMap<FindingKind, u32>,
    /// Values that name a patient, by kind, hashed for this scan only.
    values: BTreeMap<FindingKind, HashSet<u64>>,
}

impl<'a> Sum<'a> {
    fn new(reading: &'a Reading<'a>) -> Self {
        Self {
            reading,
            listed: Vec::new(),
            tally: Tally::default(),
            labels: BTreeSet::new(),
            hints: Hints::default(),
            unscannable: Vec::new(),
            matched: BTreeSet::new(),
            sensed: Sensed::default(),
            seen: Seen::new(),
            learnt: None,
            is_prose: true,
            counts: BTreeMap::new(),
            values: BTreeMap::new(),
        }
    }

    /// Counts one more of a kind; answers whether it is still listed.
    pub(crate) fn count(&mut self, kind: FindingKind) -> bool {
        let count = self.counts.entry(kind).or_default();
        *count = count.saturating_add(1);
        *count as usize <= FINDINGS_PER_KIND_MAX
    }

    /// Lists the text that reads as about somebody's health where nothing else says so.
    fn telling(&mut self, piece: Option<Piece>) {
        let kind = FindingKind::TellingText;
        let Some(piece) = piece.filter(|piece| piece.len > 0 && self.count(kind)) else {
            return;
        };
        let finding = Finding {
            kind,
            part: piece.part,
            start: piece.start,
            len: piece.len,
            confidence: TELLING,
            token: (self.reading.token)(kind.word()),
            quoted: false,
            hidden: false,
            detector: None,
        };
        let place = |one: &Finding| (one.part, one.start);
        let at = self
            .listed
            .partition_point(|one| place(one) < place(&finding));
        self.listed.insert(at, finding);
    }

    /// Remembers a value in its normal form, if its kind names one patient.
    pub(crate) fn value(&mut self, kind: FindingKind, normal: &str) {
        let values = self.values.entry(kind).or_default();
        if values.len() < PATIENTS_COUNTED_MAX {
            values.insert(hash(normal.as_bytes()));
        }
    }

    fn distinct_patients(&self) -> u32 {
        let most = self.values.values().map(HashSet::len).max().unwrap_or(0);
        u32::try_from(most.max(self.matched.len())).unwrap_or(u32::MAX)
    }
}

/// Kinds whose distinct values are distinct patients, or nearly so.
pub(crate) fn names_a_patient(kind: FindingKind) -> bool {
    matches!(
        kind,
        FindingKind::UsSsn
            | FindingKind::Mbi
            | FindingKind::MemberId
            | FindingKind::Mrn
            | FindingKind::DateOfBirth
            | FindingKind::PatientName
    )
}

/// FNV-1a of 64 bits: counts, protects nothing.
fn hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
