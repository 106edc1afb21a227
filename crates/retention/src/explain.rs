//! Why an item is kept as long as it is, in steps that can be stored and told.
//!
//! A step is a code with its arguments; the words of a language are made by whoever shows it. Steps hold
//! days, ages, periods and words of rules. Days of birth and death are PHI: an explanation is stored sealed
//! and shown to who may see them. Invariant: `Debug` shows the code alone.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::rule::Matter;
use crate::{Anchor, Day, Period};

/// Every code of a sentence, for whoever keeps its words.
pub const SENTENCE_CODES: &[&str] = &[
    "permanent",
    "anchored",
    "no_such_day",
    "missing",
    "not_before_creation",
    "year_end",
    "counted",
    "after_death",
    "adult_on_record",
    "adult",
    "until_age",
    "after_majority",
    "minor_kept",
    "capped",
    "opened",
    "closed",
    "longest",
    "first",
    "not_due",
    "due",
    "due_destroy_by",
    "never",
    "held",
    "unknown",
    "unknown_not_before",
    "conflict",
    "conflict_permanent",
    "held_by",
    "no_rule_of_state",
    "no_rule_for_class",
    "no_profile",
];

/// One step of counting a rule.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Step {
    /// The rule has no end.
    Permanent,
    Anchored {
        anchor: Anchor,
        day: Day,
    },
    /// On record that there is none.
    NoSuchDay {
        anchor: Anchor,
    },
    Missing {
        anchor: Anchor,
    },
    /// The anchor is earlier than the item, so the item's own day counts.
    NotBeforeCreation {
        day: Day,
    },
    YearEnd {
        day: Day,
    },
    Counted {
        from: Day,
        period: Period,
        day: Day,
    },
    AfterDeath {
        died: Day,
        period: Period,
        day: Day,
    },
    /// No birth date, and on record that the patient was of age.
    AdultOnRecord,
    /// Reached `age` on `day`, before the item was made.
    Adult {
        birth: Day,
        age: u8,
        day: Day,
    },
    UntilAge {
        birth: Day,
        age: u8,
        day: Day,
    },
    AfterMajority {
        birth: Day,
        age: u8,
        period: Period,
        day: Day,
    },
    MinorKept {
        from: Day,
        period: Period,
        day: Day,
    },
    Capped {
        from: Day,
        period: Period,
        day: Day,
    },
    Opened {
        matter: Matter,
        day: Day,
    },
    Closed {
        matter: Matter,
        closed: Day,
        period: Period,
        day: Day,
    },
    Longest {
        day: Day,
    },
    First {
        day: Day,
    },
}

/// A code of a sentence with its arguments, for texts of any language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sentence {
    pub code: String,
    pub arguments: BTreeMap<String, String>,
}

impl Sentence {
    pub(crate) fn new<const N: usize>(code: &str, arguments: [(&str, String); N]) -> Self {
        Self {
            code: code.to_owned(),
            arguments: arguments
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
        }
    }
}

impl Step {
    /// The code with the fields of the variant as text: `counted` with `from`, `period` and `day`.
    pub fn sentence(&self) -> Sentence {
        let Ok(serde_json::Value::Object(mut fields)) = serde_json::to_value(self) else {
            return Sentence::new("", []);
        };
        let code = fields.remove("code").map(plain).unwrap_or_default();
        let arguments = fields
            .into_iter()
            .map(|(name, value)| (name, plain(value)))
            .collect();
        Sentence { code, arguments }
    }
}

impl std::fmt::Debug for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.sentence().code)
    }
}

fn plain(value: serde_json::Value) -> String {
    match value {
        serde_json::Value::String(text) => text,
        other => other.to_string(),
    }
}
