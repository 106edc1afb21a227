//! What a scan gives: kinds, places, confidence and tokens.

use std::collections::{BTreeMap, BTreeSet};

use model::PhiLevel;
use serde::{Deserialize, Serialize};

use crate::{FindingKind, Identifier18, Label};

/// One place where something was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    pub kind: FindingKind,
    /// Index into the parts as they were given.
    pub part: usize,
    /// First byte in that part's text, and how many.
    pub start: usize,
    pub len: usize,
    /// 50 a text that reads as about health, 55 pattern, 60 a name that only what is said of its bearer tells, 65 validated, 75 with health context in the
    /// part, 85 next to its keyword, 95 matched against the patient registry.
    pub confidence: u8,
    /// Keyed hash of the normalised value: equal values of one organisation have equal tokens.
    #[serde(with = "hexadecimal")]
    pub token: [u8; 32],
    /// It stands in an earlier mail that this one quotes.
    #[serde(default)]
    pub quoted: bool,
    /// It stands in text that is sent but not shown.
    #[serde(default)]
    pub hidden: bool,
    /// The organisation's own detector that found it, by its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detector: Option<String>,
}

/// All of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Stored")]
pub struct Findings {
    /// By part, then place.
    pub findings: Vec<Finding>,
    pub level: PhiLevel,
    /// The subject holds an identifier of a patient or health context.
    pub subject_phi: bool,
    /// Parts that could not be read, and why, as stable words. The scanner reads all text it is
    /// given; whoever extracts text adds what could not be extracted.
    pub unscannable: Vec<(usize, String)>,
    /// Distinct words of health found.
    pub health_terms: u32,
    pub counts: BTreeMap<FindingKind, u32>,
    /// The level where a recipient is a patient: the address beside the text is then an identifier
    /// (45 CFR 164.514(b)(2)(i)(F)), so health context alone is PHI.
    pub level_to_patient: PhiLevel,
    pub labels: BTreeSet<Label>,
    /// Distinct patients seen: the most distinct values of any one identifier that names one.
    pub patients: u32,
}

/// Findings as they are stored, by this release or an earlier one.
#[derive(Deserialize)]
struct Stored {
    findings: Vec<Finding>,
    level: PhiLevel,
    subject_phi: bool,
    unscannable: Vec<(usize, String)>,
    health_terms: u32,
    counts: BTreeMap<FindingKind, u32>,
    level_to_patient: Option<PhiLevel>,
    #[serde(default)]
    labels: BTreeSet<Label>,
    #[serde(default)]
    patients: u32,
}

impl From<Stored> for Findings {
    fn from(stored: Stored) -> Self {
        // Before there was a level of its own, health context is what it would have come from.
        let health = match stored.health_terms {
            0 => PhiLevel::None,
            _ => PhiLevel::Likely,
        };
        Self {
            level_to_patient: stored
                .level_to_patient
                .unwrap_or_else(|| stored.level.max(health)),
            findings: stored.findings,
            level: stored.level,
            subject_phi: stored.subject_phi,
            unscannable: stored.unscannable,
            health_terms: stored.health_terms,
            counts: stored.counts,
            labels: stored.labels,
            patients: stored.patients,
        }
    }
}

impl Findings {
    /// How often each identifier of the law's list was found.
    pub fn inventory(&self) -> BTreeMap<Identifier18, u32> {
        let mut inventory = BTreeMap::new();
        for (kind, count) in &self.counts {
            if let Some(identifier) = kind.identifier() {
                let sum: &mut u32 = inventory.entry(identifier).or_default();
                *sum = sum.saturating_add(*count);
            }
        }
        inventory
    }
}

mod hexadecimal {
    //! Tokens as hex text.
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(token: &[u8; 32], s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&hex::encode(token))
    }
    pub fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<[u8; 32], D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(d)?;
        let mut token = [0; 32];
        hex::decode_to_slice(text.as_ref(), &mut token)
            .map_err(|_| serde::de::Error::custom("not a token"))?;
        Ok(token)
    }
}
