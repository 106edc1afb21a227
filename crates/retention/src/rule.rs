//! A rule: how long which records are kept, counted from what, and who says so.
//!
//! It is data and decides nothing; [`reckon`](crate::Reckoning) does. As TOML and as JSON it has the
//! same keys. Invariant: only a rule that a named person enabled counts.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{Anchor, Class, Confidence, Day, Jurisdiction, Period, Programme, Provider};

/// One version of a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    pub id: String,
    #[serde(default = "first_version")]
    pub version: u32,
    pub jurisdiction: Jurisdiction,
    /// Whom it binds; empty: every provider of the jurisdiction.
    #[serde(default)]
    pub providers: BTreeSet<Provider>,
    /// Of which programmes one must take part in one; empty: no matter.
    #[serde(default)]
    pub programmes: BTreeSet<Programme>,
    pub classes: BTreeSet<Class>,
    /// The records in the words of the collection.
    pub record: String,
    #[serde(default)]
    pub effect: Effect,
    pub keep: Keep,
    /// What the period is counted from. May be empty only where the rule is permanent.
    #[serde(default)]
    pub from: Vec<Anchor>,
    #[serde(default)]
    pub of: Of,
    /// Counted from 31 December of the anchor's year: 29 CFR 1904.33.
    #[serde(default)]
    pub from_year_end: bool,
    /// Holds only where this happened, or where nobody knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Anchor>,
    /// Holds unless this is on record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unless: Option<Anchor>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minor: Option<Minor>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub death: Option<Death>,
    #[serde(default)]
    pub while_open: Vec<WhileOpen>,
    pub citation: String,
    #[serde(default)]
    pub url: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective_from: Option<Day>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective_to: Option<Day>,
    /// When somebody last read the text itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified_on: Option<Day>,
    /// Of the text that was read, 64 hexadecimal digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_sha256: Option<String>,
    pub confidence: Confidence,
    #[serde(default)]
    pub state: RuleState,
    /// Counsel approved that this version replaces earlier ones even where it keeps shorter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shorter_approved: Option<Approval>,
    #[serde(default)]
    pub note: String,
}

fn first_version() -> u32 {
    1
}

/// A rule and its version, as decisions name it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RuleRef {
    pub id: String,
    pub version: u32,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Keep at least so long.
    #[default]
    Floor,
    /// Destroy at the latest then: 42 CFR 2.19.
    Ceiling,
}

/// `"7 years"` or `"permanent"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    For(Period),
    Permanent,
}

impl Keep {
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "permanent" => Some(Self::Permanent),
            _ => Period::parse(text).map(Self::For),
        }
    }
}

impl std::fmt::Display for Keep {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::For(period) => period.fmt(f),
            Self::Permanent => f.write_str("permanent"),
        }
    }
}

crate::words::as_text!(
    Keep,
    "neither a period such as \"7 years\" nor \"permanent\""
);

/// Which of several anchors counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Of {
    /// The latest; each must be on record, as a day or as never. "Later of creation or last in effect".
    #[default]
    Latest,
    /// The latest of those on record; one is enough. "Death or discharge".
    LatestKnown,
}

/// What a rule says of records of minors: the longest of the lengths it gives, at least one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Minor {
    /// Until this birthday.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until_age: Option<u8>,
    /// So long after the birthday of majority, which is data of the jurisdiction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after_majority: Option<Period>,
    /// A separate length from the rule's own anchor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep: Option<Period>,
    #[serde(default)]
    pub combine: Combine,
    /// Who counts as a minor, where that is not the age of majority.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub under: Option<u8>,
    /// Majority or death, whichever is earlier, begins the period: ARM 37.106.402.
    #[serde(default)]
    pub or_death: bool,
    /// The minor's part is no longer than this, from the rule's own anchor: Miss. Code 41-9-69.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cap: Option<Period>,
}

/// How the minor's part and the rule's own period are put together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Combine {
    #[default]
    Longer,
    /// Whichever is first: A.R.S. 32-2936.
    First,
}

/// What a rule says of patients who died.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Death {
    /// From the day of death.
    pub keep: Period,
    #[serde(default)]
    pub combine: AtDeath,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AtDeath {
    /// The longer of both.
    #[default]
    Longer,
    /// Instead of the rule's own period; what the rule says of minors stands beside it.
    Instead,
    /// Instead, where the patient was discharged by death; otherwise the rule's own period alone.
    InsteadAtAnchor,
}

/// Something that stops the clock until it ends: litigation, an audit, a disability.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WhileOpen {
    pub matter: Matter,
    /// Kept so long after the end of it.
    #[serde(default)]
    pub then: Period,
    /// But for its sake no longer than this from the rule's own anchor: 210 ILCS 85/6.17(c).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cap: Option<Period>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Matter {
    Litigation,
    Investigation,
    Audit,
    Disability,
}

impl Matter {
    pub fn opened(self) -> Anchor {
        match self {
            Self::Litigation => Anchor::LitigationNotice,
            Self::Investigation => Anchor::InvestigationOpened,
            Self::Audit => Anchor::AuditOpened,
            Self::Disability => Anchor::DisabilityBegan,
        }
    }
    pub fn closed(self) -> Anchor {
        match self {
            Self::Litigation => Anchor::LitigationResolved,
            Self::Investigation => Anchor::InvestigationResolved,
            Self::Audit => Anchor::AuditCompleted,
            Self::Disability => Anchor::DisabilityEnded,
        }
    }
}

/// Whether a rule counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleState {
    /// Shipped or written, and waiting for somebody to approve it.
    #[default]
    Draft,
    Enabled(Approval),
    /// Too unsure to be offered as a draft, or switched off.
    Disabled,
}

/// Who stands for something, and since when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    /// A person; never empty in what is accepted as rules.
    pub by: String,
    pub on: Day,
}

impl Rule {
    pub fn reference(&self) -> RuleRef {
        RuleRef {
            id: self.id.clone(),
            version: self.version,
        }
    }
    pub fn is_enabled(&self) -> bool {
        matches!(self.state, RuleState::Enabled(_))
    }
    pub(crate) fn is_floor(&self) -> bool {
        self.effect == Effect::Floor
    }
}

impl std::fmt::Display for RuleRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} version {}", self.id, self.version)
    }
}
