//! Verdicts and explanations as sentences: a code with arguments each, in the order they are read.

use super::{Explanation, Verdict};
use crate::{Anchor, HeldBy, RuleRef, Sentence, Step};

impl Verdict {
    /// First the verdict, then what is missing or who holds, one by one.
    pub fn sentences(&self) -> Vec<Sentence> {
        match self {
            Self::NotDue { kept_through } => vec![Sentence::new(
                "not_due",
                [("kept_through", kept_through.to_string())],
            )],
            Self::Due {
                kept_through,
                destroy_by: None,
            } => vec![Sentence::new(
                "due",
                [("kept_through", kept_through.to_string())],
            )],
            Self::Due {
                kept_through,
                destroy_by: Some(destroy_by),
            } => vec![Sentence::new(
                "due_destroy_by",
                [
                    ("kept_through", kept_through.to_string()),
                    ("destroy_by", destroy_by.to_string()),
                ],
            )],
            Self::Never => vec![Sentence::new("never", [])],
            Self::Held { by, otherwise } => {
                let mut told = vec![Sentence::new("held", [])];
                told.extend(by.iter().map(HeldBy::sentence));
                told.extend(otherwise.sentences());
                told
            }
            Self::Unknown {
                missing,
                gaps,
                not_before,
            } => {
                let mut told = vec![match not_before {
                    Some(day) => Sentence::new("unknown_not_before", [("day", day.to_string())]),
                    None => Sentence::new("unknown", []),
                }];
                told.extend(missing.iter().map(missing_anchor));
                told.extend(gaps.iter().map(super::Gap::sentence));
                told
            }
            Self::Conflict {
                destroy_by,
                kept_through,
                held_by,
            } => {
                let by = ("destroy_by", destroy_by.to_string());
                let mut told = vec![match kept_through {
                    Some(day) => Sentence::new("conflict", [by, ("kept_through", day.to_string())]),
                    None => Sentence::new("conflict_permanent", [by]),
                }];
                told.extend(held_by.iter().map(HeldBy::sentence));
                told
            }
        }
    }
}

fn missing_anchor(anchor: &Anchor) -> Sentence {
    Sentence::new("missing", [("anchor", anchor.to_string())])
}

impl HeldBy {
    /// `held_by` with the hold, its matter, why, and whether it is released and binds by its delay.
    pub fn sentence(&self) -> Sentence {
        Sentence::new(
            "held_by",
            [
                ("hold", self.hold.clone()),
                ("matter", self.matter.clone()),
                ("why", self.why.word().to_owned()),
                ("is_released", self.is_released.to_string()),
            ],
        )
    }
}

impl Explanation {
    /// What was counted, rule by rule: for each its reference and its steps as sentences.
    pub fn sentences(&self) -> Vec<(RuleRef, Vec<Sentence>)> {
        self.rules
            .iter()
            .map(|rule| {
                let steps = rule.steps.iter().map(Step::sentence).collect();
                (rule.rule.clone(), steps)
            })
            .collect()
    }
}
