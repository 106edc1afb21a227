//! Why an item is kept as long as it is, in steps that can be stored and told.
//!
//! A step is a code with its arguments; the words of a language are made by whoever shows it. Invariant:
//! steps hold days, ages, periods and words of rules, nothing about a person but the days on record.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::rule::Matter;
use crate::{Anchor, Day, Period};

/// One step of counting a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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

impl Step {
    /// `counted` with `from`, `period` and `day`, and so on: the fields of the variant as text.
    pub fn sentence(&self) -> Sentence {
        sentence(self)
    }
}

/// Of anything that serialises as an object with a `code`.
pub(crate) fn sentence(of: &impl Serialize) -> Sentence {
    let Ok(serde_json::Value::Object(mut fields)) = serde_json::to_value(of) else {
        return Sentence {
            code: String::new(),
            arguments: BTreeMap::new(),
        };
    };
    let code = fields.remove("code").map(plain).unwrap_or_default();
    let arguments = fields
        .into_iter()
        .map(|(name, value)| (name, plain(value)))
        .collect();
    Sentence { code, arguments }
}

fn plain(value: serde_json::Value) -> String {
    match value {
        serde_json::Value::String(text) => text,
        serde_json::Value::Array(parts) => {
            parts.into_iter().map(plain).collect::<Vec<_>>().join(", ")
        }
        other => other.to_string(),
    }
}
