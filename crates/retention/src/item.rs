//! What is kept: its classes, when it was made, and what is on record about the days that count.
//!
//! Days of birth and death are PHI: an item is stored sealed, and `Debug` shows no day of a person.

use std::collections::{BTreeMap, BTreeSet};

use model::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Anchor, Class, Day};

/// What is on record about an anchor. One that is not on record at all is unknown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Known {
    On(Day),
    /// Somebody put on record that there is no such day: no audit, no later visit, no patient.
    Never,
}

impl Known {
    /// A day, or `never`.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "never" => Some(Self::Never),
            _ => Day::parse(text).map(Self::On),
        }
    }
    pub fn day(self) -> Option<Day> {
        match self {
            Self::On(day) => Some(day),
            Self::Never => None,
        }
    }
}

impl std::fmt::Debug for Known {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::On(_) => "on a day",
            Self::Never => "never",
        })
    }
}
impl std::fmt::Display for Known {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::On(day) => day.fmt(f),
            Self::Never => f.write_str("never"),
        }
    }
}

crate::words::as_text!(Known, "neither a day nor \"never\"");

/// The facts about one kept thing. Holds no word of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Empty means unclassified.
    pub classes: BTreeSet<Class>,
    pub created: Timestamp,
    /// By anchor; `Birth` is the patient's. What `Creation` says here is not asked.
    #[serde(default)]
    pub anchors: BTreeMap<Anchor, Known>,
    /// On record that the patient was of age when the item was made, so that no birth date is needed.
    #[serde(default)]
    pub patient_was_adult: bool,
    /// Whose mail it is: ids of custodians. Empty means that nobody knows.
    #[serde(default)]
    pub custodians: BTreeSet<String>,
    /// By id of a hold: what its query says of this item.
    #[serde(default)]
    pub queries: BTreeMap<String, crate::QueryOutcome>,
}

impl Item {
    pub(crate) fn known(&self, anchor: &Anchor, created: Day) -> Option<Known> {
        match anchor {
            Anchor::Creation => Some(Known::On(created)),
            _ => self.anchors.get(anchor).copied(),
        }
    }
    pub(crate) fn is_unclassified(&self) -> bool {
        self.classes.is_empty() || self.classes.contains(&Class::Unclassified)
    }
    /// Whether a rule for `class` binds this item. Special clinical classes come on top of the clinical
    /// one; what is unclassified may be any part of a patient's record.
    pub(crate) fn is_of(&self, class: &Class) -> bool {
        self.classes.contains(class)
            || (*class == Class::Unclassified && self.is_unclassified())
            || (self.is_unclassified() && (class.is_clinical() || class.is_part_of_record()))
            || (*class == Class::Clinical && self.classes.iter().any(Class::is_clinical))
    }
}
