//! Who may send what to whom: an organisation's limits, asked for each recipient.
//!
//! Whether somebody may send at all is a question for the engine; this is about content and recipient.
//! A limit says which groups may send mail with certain labels to certain recipients, and forbids it
//! to all others. Limits become Cedar policies, checked against a schema before they take effect.
//! Cedar skips a policy that errs: here any error denies. Invariant: adding a limit never allows more.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fmt::Write;
use std::str::FromStr;

use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityId, EntityTypeName, EntityUid,
    PolicySet, Request, RestrictedExpression, Schema, ValidationMode, Validator,
};
use model::{Code, Error};
use serde::{Deserialize, Serialize};

use super::Verdict;
use super::entity::Refused;
use crate::words::RecipientClass;

const SCHEMA: &str = include_str!("send.cedarschema");
/// Limits of one organisation, and words of one list.
pub const SEND_LIMITS_MAX: usize = 100;
pub const SEND_WORDS_MAX: usize = 50;

/// What only some may send.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SendLimit {
    /// A stable word: what a verdict names.
    pub id: String,
    /// Mail with any of these labels; of all mail when empty.
    #[serde(default)]
    pub labels: BTreeSet<String>,
    /// To recipients of these classes; to all when empty.
    #[serde(default)]
    pub classes: BTreeSet<RecipientClass>,
    /// To other organisations only.
    #[serde(default)]
    pub outside_only: bool,
    /// The groups that may; nobody when empty.
    #[serde(default)]
    pub groups: BTreeSet<String>,
}

/// One sending to one recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SendTo<'a> {
    /// The sender's id on the wire.
    pub sender: &'a str,
    pub groups: &'a BTreeSet<String>,
    /// Words of the categories and labels of what is sent.
    pub labels: &'a BTreeSet<String>,
    pub class: RecipientClass,
    pub internal: bool,
}

/// Checked limits.
pub struct SendLimits {
    schema: Schema,
    policies: PolicySet,
}

impl SendLimits {
    /// # Errors
    /// `field_invalid` when a limit has a word that is none, or there are too many.
    pub fn new(limits: &[SendLimit]) -> model::Result<Self> {
        let sound = limits.len() <= SEND_LIMITS_MAX && limits.iter().all(is_sound);
        let ids: BTreeSet<&str> = limits.iter().map(|limit| limit.id.as_str()).collect();
        if !sound || ids.len() != limits.len() {
            return Err(Code::FieldInvalid.into());
        }
        let broken = |cause: Refused| Error::new(Code::Internal).because(cause);
        Self::of(&policies(limits)).map_err(broken)
    }

    /// Denies unless no limit forbids and nothing went wrong on the way.
    pub fn allow(&self, what: &SendTo<'_>) -> Verdict {
        let Ok((request, entities)) = self.question(what) else {
            return Verdict {
                allowed: false,
                policies: vec!["question-invalid".to_owned()],
            };
        };
        let response = Authorizer::new().is_authorized(&request, &self.policies, &entities);
        let erred = response.diagnostics().errors().next().is_some();
        let reasons = response.diagnostics().reason();
        let mut policies: Vec<String> = reasons.map(ToString::to_string).collect();
        if erred {
            policies.push("evaluation-error".to_owned());
        }
        policies.sort();
        Verdict {
            allowed: response.decision() == Decision::Allow && !erred,
            policies,
        }
    }

    fn of(policies: &[(String, String)]) -> Result<Self, Refused> {
        let (schema, _warnings) = Schema::from_cedarschema_str(SCHEMA)?;
        let mut set = PolicySet::new();
        for (id, text) in policies {
            let id = cedar_policy::PolicyId::new(id);
            set.add(cedar_policy::Policy::parse(Some(id), text)?)?;
        }
        let result = Validator::new(schema.clone()).validate(&set, ValidationMode::Strict);
        if let Some(error) = result.validation_errors().next() {
            return Err(error.to_string().into());
        }
        Ok(Self {
            schema,
            policies: set,
        })
    }

    fn question(&self, what: &SendTo<'_>) -> Result<(Request, Entities), Refused> {
        let groups: HashSet<EntityUid> = what
            .groups
            .iter()
            .map(|group| uid("Group", group))
            .collect::<Result<_, _>>()?;
        let sender = Entity::new(uid("Sender", what.sender)?, HashMap::new(), groups)?;
        let facts = HashMap::from([
            ("class".to_owned(), text(what.class.word())),
            (
                "internal".to_owned(),
                RestrictedExpression::new_bool(what.internal),
            ),
        ]);
        let recipient = Entity::new(uid("Recipient", "recipient")?, facts, HashSet::new())?;
        let labels = what.labels.iter().map(|label| text(label));
        let context =
            Context::from_pairs([("labels".to_owned(), RestrictedExpression::new_set(labels))])?;
        let request = Request::new(
            sender.uid(),
            uid("Action", "send_to")?,
            recipient.uid(),
            context,
            Some(&self.schema),
        )?;
        let entities = Entities::from_entities([sender, recipient], Some(&self.schema))?;
        Ok((request, entities))
    }
}

/// The policies with their ids. Every word in them was checked to be one.
fn policies(limits: &[SendLimit]) -> Vec<(String, String)> {
    let all = "permit (principal, action, resource);".to_owned();
    let mut policies = vec![("send-unless-limited".to_owned(), all)];
    for limit in limits {
        let mut when = vec!["true".to_owned()];
        if !limit.labels.is_empty() {
            let labels = quoted(limit.labels.iter().map(String::as_str));
            when.push(format!("context.labels.containsAny([{labels}])"));
        }
        if !limit.classes.is_empty() {
            let classes = quoted(limit.classes.iter().map(|class| class.word()));
            when.push(format!("[{classes}].contains(resource.class)"));
        }
        if limit.outside_only {
            when.push("!resource.internal".to_owned());
        }
        let mut text = format!(
            "forbid (principal, action, resource) when {{ {} }}",
            when.join(" && ")
        );
        for group in &limit.groups {
            let _ = write!(
                text,
                " unless {{ principal in Caduceus::Group::\"{group}\" }}"
            );
        }
        policies.push((format!("limit-{}", limit.id), text + ";"));
    }
    policies
}

fn quoted<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let words: Vec<String> = words.map(|word| format!("\"{word}\"")).collect();
    words.join(", ")
}

fn is_sound(limit: &SendLimit) -> bool {
    let lists = [&limit.labels, &limit.groups];
    is_word(&limit.id)
        && lists
            .iter()
            .all(|list| list.len() <= SEND_WORDS_MAX && list.iter().all(|word| is_word(word)))
}

/// Nothing in such a word can end a string or a policy.
fn is_word(word: &str) -> bool {
    (1..=crate::RULE_WORD_OCTETS_MAX).contains(&word.len())
        && word
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'-'))
}

fn text(value: &str) -> RestrictedExpression {
    RestrictedExpression::new_string(value.to_owned())
}

fn uid(kind: &str, id: &str) -> Result<EntityUid, Refused> {
    let kind = EntityTypeName::from_str(&format!("Caduceus::{kind}"))?;
    Ok(EntityUid::from_type_name_and_id(kind, EntityId::new(id)))
}

#[cfg(test)]
mod tests;
