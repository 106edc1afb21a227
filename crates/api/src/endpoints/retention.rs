//! `/v1/retention`: how long records are kept, by which rules, and why. One file each; here is what they share.

pub(super) mod anchors;
pub(super) mod classes;
pub(super) mod correct;
pub(super) mod impact;
pub(super) mod items;
pub(super) mod profile;
pub(super) mod proposals;
pub(super) mod propose;
pub(super) mod record;
pub(super) mod reject;
pub(super) mod rules;
pub(super) mod state;

use std::str::FromStr;

use model::{Code, Error, MessageId, Result, Timestamp};
use records::keeping::{KeptItem, Rule, Simulation};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::schema;

/// All of them, in the order of the reference.
pub(super) fn doors() -> Vec<super::Door> {
    vec![
        state::door(),
        profile::show_door(),
        profile::set_door(),
        classes::show_door(),
        classes::set_door(),
        rules::door(),
        proposals::door(),
        propose::door(),
        impact::door(),
        reject::door(),
        anchors::door(),
        items::door(),
        record::door(),
        correct::door(),
    ]
}

/// A proposal's number, as paths have it.
struct Number(u32);

impl FromStr for Number {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let number = text.parse().map_err(|_| Error::new(Code::IdInvalid))?;
        Ok(Self(number))
    }
}

/// Why; kept sealed in the audit log.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RetentionReason {
    #[schema(max_length = 500)]
    reason: String,
}

/// Its number.
#[derive(Serialize, ToSchema)]
pub(crate) struct RetentionNumber {
    #[schema(example = 3)]
    number: u32,
}

/// A rule: how long which records are kept, counted from what, and who says so.
#[derive(Serialize, ToSchema)]
pub(crate) struct RetentionRule {
    #[schema(example = "us-ny-hospital")]
    id: String,
    #[schema(example = 1)]
    version: u32,
    /// `draft`, `enabled`, `disabled`. Only what is enabled counts, and what was approved lately once it has cooled
    /// off.
    state: &'static str,
    /// All of it, with the keys of a rule.
    #[schema(value_type = Object)]
    rule: Value,
}

impl RetentionRule {
    fn of(rule: &Rule) -> Result<Self> {
        use records::keeping::RuleState;
        Ok(Self {
            id: rule.id.clone(),
            version: rule.version,
            state: match rule.state {
                RuleState::Draft => "draft",
                RuleState::Enabled(_) => "enabled",
                RuleState::Disabled => "disabled",
            },
            rule: value(rule)?,
        })
    }
}

/// What a change would do to the records as they are.
#[derive(Serialize, ToSchema)]
pub(crate) struct RetentionImpact {
    total: u64,
    /// With another verdict or another day.
    changed: u64,
    kept_longer: RetentionChange,
    kept_shorter: RetentionChange,
    newly_due: RetentionChange,
    no_longer_due: RetentionChange,
    newly_unknown: RetentionChange,
    no_longer_unknown: RetentionChange,
    newly_in_conflict: RetentionChange,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct RetentionChange {
    count: u64,
    /// The first messages, at most 20.
    examples: Vec<String>,
}

impl RetentionImpact {
    fn of(all: Simulation) -> Self {
        let change = |one: records::keeping::Change| RetentionChange {
            count: one.count,
            examples: one.examples,
        };
        Self {
            total: all.total,
            changed: all.changed,
            kept_longer: change(all.kept_longer),
            kept_shorter: change(all.kept_shorter),
            newly_due: change(all.newly_due),
            no_longer_due: change(all.no_longer_due),
            newly_unknown: change(all.newly_unknown),
            no_longer_unknown: change(all.no_longer_unknown),
            newly_in_conflict: change(all.newly_in_conflict),
        }
    }
}

/// A record, as it was last reckoned.
#[derive(Serialize, ToSchema)]
pub(crate) struct RetentionItem {
    #[schema(schema_with = schema::message_id)]
    id: MessageId,
    #[schema(example = json!(["clinical"]))]
    classes: Vec<String>,
    /// `waiting` to be reckoned, `dated`, `never` due, `unknown` since something is not on record, `conflict`.
    #[schema(example = "dated")]
    state: &'static str,
    /// Of the day it is kept through; null where there is none.
    #[schema(example = "2033-11")]
    month: Option<String>,
}

impl RetentionItem {
    pub(super) fn of(item: KeptItem) -> Self {
        Self {
            id: item.message,
            classes: item.classes,
            state: item.state.word(),
            month: item
                .month
                .map(|(year, month)| format!("{year:04}-{month:02}")),
        }
    }
}

/// What was set, in which version, and why.
#[derive(Serialize, ToSchema)]
pub(crate) struct RetentionSetting {
    #[schema(example = 3)]
    version: u32,
    /// With the keys by which it is set.
    #[schema(value_type = Object)]
    setting: Value,
    reason: String,
    author: String,
    #[schema(schema_with = schema::moment)]
    created_at: Timestamp,
}

impl RetentionSetting {
    fn of<T: Serialize>(view: records::keeping::SettingView<T>) -> Result<Self> {
        Ok(Self {
            version: view.version,
            setting: value(&view.setting)?,
            reason: view.reason,
            author: view.author,
            created_at: view.created_at,
        })
    }
}

/// Which version it is.
#[derive(Serialize, ToSchema)]
pub(crate) struct RetentionVersion {
    #[schema(example = 3)]
    version: u32,
}

fn value<T: Serialize>(of: &T) -> Result<Value> {
    serde_json::to_value(of).map_err(|e| Error::new(Code::Internal).because(e))
}

/// The cause is dropped on purpose: it quotes what it failed on.
fn read<T: DeserializeOwned>(value: Value, at: &str) -> Result<T> {
    serde_json::from_value(value).map_err(|_| Error::new(Code::FieldInvalid).at(at))
}
