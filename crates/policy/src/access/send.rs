//! Who may send what to whom: an organisation's limits, asked for each recipient.
//!
//! Whether somebody may send at all is a question for the engine; this is about content and recipient.
//! A limit says which groups may send mail with certain labels to certain recipients, and forbids it
//! to all others. Limits become Cedar policies, checked against a schema before they take effect.
//! Cedar skips a policy that errs: here one that errs stops. Invariant: adding a limit never allows more.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::str::FromStr;

use cedar_policy::{
    AuthorizationError, Authorizer, Context, Decision, Entities, Entity, EntityId, EntityTypeName,
    EntityUid, PolicySet, Request, RestrictedExpression, Schema, ValidationMode, Validator,
};
use model::{Code, Error};

use super::entity::Refused;
use crate::words::RecipientClass;

const SCHEMA: &str = include_str!("send.cedarschema");
/// Limits of one organisation.
pub const SEND_LIMITS_MAX: usize = 100;

/// What only some may send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SendLimit {
    /// A stable word: what an answer names.
    pub id: String,
    /// Mail with at least one label of each of these sets; all mail where there is none.
    pub labels: Vec<BTreeSet<String>>,
    /// To recipients of these classes; to all where none are said.
    pub classes: Option<BTreeSet<RecipientClass>>,
    /// To colleagues only, or to others only; to both where neither is said.
    pub side: Option<Side>,
    /// The groups that may; nobody when empty.
    pub groups: BTreeSet<String>,
}

/// Where a recipient is, seen from the organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Inside,
    Outside,
}

/// One sending to one recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SendTo<'a> {
    /// The sender's; an app has none.
    pub groups: &'a BTreeSet<String>,
    /// Words of the labels of what is sent.
    pub labels: &'a BTreeSet<String>,
    pub class: RecipientClass,
    pub internal: bool,
}

/// Why a limit stops a sending.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// The sender is in none of its groups.
    Forbids,
    /// It could not be evaluated.
    Errs,
}

/// Checked limits.
#[derive(Debug)]
pub(crate) struct SendLimits {
    schema: Schema,
    policies: PolicySet,
    ids: BTreeSet<String>,
}

impl SendLimits {
    /// # Errors
    /// `field_invalid` when a limit has a word that is none, or there are too many.
    pub(crate) fn new(limits: &[SendLimit]) -> model::Result<Self> {
        let sound = limits.len() <= SEND_LIMITS_MAX && limits.iter().all(is_sound);
        let ids: BTreeSet<String> = limits.iter().map(|limit| limit.id.clone()).collect();
        if !sound || ids.len() != limits.len() {
            return Err(Code::FieldInvalid.into());
        }
        let broken = |cause: Refused| Error::new(Code::Internal).because(cause);
        Self::of(&policies(limits), ids).map_err(broken)
    }

    /// The limits that stop this sending, by id. Where Cedar does not allow and no limit says why, or
    /// where it could not be asked, all of them do.
    pub(crate) fn stops(&self, what: &SendTo<'_>) -> BTreeMap<String, Stop> {
        let Ok((request, entities)) = self.question(what) else {
            return self.all_err();
        };
        let response = Authorizer::new().is_authorized(&request, &self.policies, &entities);
        let forbidding = response.diagnostics().reason().map(ToString::to_string);
        let forbidding = forbidding.map(|policy| (policy, Stop::Forbids));
        let errors = response.diagnostics().errors();
        let erring = errors.map(|AuthorizationError::PolicyEvaluationError(error)| {
            (error.policy_id().to_string(), Stop::Errs)
        });
        let mut stops = BTreeMap::new();
        for (policy, stop) in forbidding.chain(erring) {
            match policy.strip_prefix(LIMIT) {
                Some(id) => stops.insert(id.to_owned(), stop),
                None if stop == Stop::Errs => return self.all_err(),
                None => None,
            };
        }
        match response.decision() {
            Decision::Deny if stops.is_empty() => self.all_err(),
            Decision::Deny | Decision::Allow => stops,
        }
    }

    fn all_err(&self) -> BTreeMap<String, Stop> {
        let ids = self.ids.iter().cloned();
        ids.map(|id| (id, Stop::Errs)).collect()
    }

    fn of(policies: &[(String, String)], ids: BTreeSet<String>) -> Result<Self, Refused> {
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
            ids,
        })
    }

    fn question(&self, what: &SendTo<'_>) -> Result<(Request, Entities), Refused> {
        let groups: HashSet<EntityUid> = what
            .groups
            .iter()
            .map(|group| uid("Group", group))
            .collect::<Result<_, _>>()?;
        let sender = Entity::new(uid("Sender", "sender")?, HashMap::new(), groups)?;
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

/// What the id of a limit's policy begins with, so that no limit takes the id of the policy that
/// allows.
const LIMIT: &str = "limit-";

/// The policies with their ids. Every word in them was checked to be one.
fn policies(limits: &[SendLimit]) -> Vec<(String, String)> {
    let all = "permit (principal, action, resource);".to_owned();
    let mut policies = vec![("send-unless-limited".to_owned(), all)];
    for limit in limits {
        let mut when = vec!["true".to_owned()];
        for labels in &limit.labels {
            let labels = quoted("", labels.iter().map(String::as_str));
            when.push(format!("context.labels.containsAny([{labels}])"));
        }
        if let Some(classes) = &limit.classes {
            let classes = quoted("", classes.iter().map(|class| class.word()));
            when.push(format!("[{classes}].contains(resource.class)"));
        }
        match limit.side {
            Some(Side::Inside) => when.push("resource.internal".to_owned()),
            Some(Side::Outside) => when.push("!resource.internal".to_owned()),
            None => {}
        }
        let mut text = format!(
            "forbid (principal, action, resource) when {{ {} }}",
            when.join(" && ")
        );
        if !limit.groups.is_empty() {
            let groups = quoted("Caduceus::Group::", limit.groups.iter().map(String::as_str));
            text.push_str(&format!(" unless {{ principal in [{groups}] }}"));
        }
        policies.push((format!("{LIMIT}{}", limit.id), text + ";"));
    }
    policies
}

fn quoted<'a>(before: &str, words: impl Iterator<Item = &'a str>) -> String {
    let words: Vec<String> = words.map(|word| format!("{before}\"{word}\"")).collect();
    words.join(", ")
}

/// An empty set would be one that nothing is in, and Cedar cannot tell what it is a set of.
fn is_sound(limit: &SendLimit) -> bool {
    let is_list = |list: &BTreeSet<String>| {
        list.len() <= crate::LIST_WORDS_MAX && list.iter().all(|word| is_word(word))
    };
    let classes = limit.classes.as_ref();
    is_word(&limit.id)
        && is_list(&limit.groups)
        && limit
            .labels
            .iter()
            .all(|list| !list.is_empty() && is_list(list))
        && classes.is_none_or(|classes| !classes.is_empty())
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
