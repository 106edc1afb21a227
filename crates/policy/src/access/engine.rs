//! The policies, validated once, and the one question asked of them.

use std::collections::HashMap;
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};

use cedar_policy::{
    Authorizer, Decision, Policy, PolicyId, PolicySet, Schema, SlotId, Template, ValidationMode,
    Validator,
};
use model::{Code, Error};

use super::entity::{self, Refused};
use super::{Action, Principal, Resource, Role};

const SCHEMA: &str = include_str!("schema.cedarschema");
const POLICIES: [&str; 3] = [
    include_str!("boundaries.cedar"),
    include_str!("grants.cedar"),
    include_str!("roles.cedar"),
];

/// Verdicts kept; beyond it all are forgotten.
const VERDICTS_MAX: usize = 4_096;

/// Answers whether an actor may do something. Shared by all threads.
pub struct Engine {
    schema: Schema,
    policies: PolicySet,
    authorizer: Authorizer,
    /// A verdict follows from its question alone, since the policies are fixed: roles, scopes and
    /// the rest of what may change are part of the question.
    known: Mutex<HashMap<Question, Verdict>>,
}

type Question = (Principal, Action, Resource);

/// An answer with the ids of the policies that determined it, sorted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    pub allowed: bool,
    pub policies: Vec<String>,
}

impl Engine {
    /// Fails when the embedded policies do not validate, which a test rules out.
    pub fn new() -> model::Result<Self> {
        let broken = |cause: Refused| Error::new(Code::Internal).because(cause);
        let schema = schema().map_err(broken)?;
        let policies = policies().map_err(broken)?;
        let result = Validator::new(schema.clone()).validate(&policies, ValidationMode::Strict);
        if let Some(error) = result.validation_errors().next() {
            return Err(broken(error.to_string().into()));
        }
        Ok(Self::of(schema, policies))
    }

    /// Denies unless a policy permits, none forbids, and nothing went wrong on the way.
    pub fn allow(&self, principal: &Principal, action: Action, resource: &Resource) -> Verdict {
        let question = (principal.clone(), action, resource.clone());
        let known = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(verdict) = known().get(&question) {
            return verdict.clone();
        }
        let verdict = self.evaluate(principal, action, resource);
        let mut known = known();
        if known.len() >= VERDICTS_MAX {
            known.clear();
        }
        known.insert(question, verdict.clone());
        verdict
    }

    fn evaluate(&self, principal: &Principal, action: Action, resource: &Resource) -> Verdict {
        let Ok((request, entities)) = entity::question(&self.schema, principal, action, resource)
        else {
            return Verdict {
                allowed: false,
                policies: vec!["question-invalid".to_owned()],
            };
        };
        let response = self
            .authorizer
            .is_authorized(&request, &self.policies, &entities);
        let erred = response.diagnostics().errors().next().is_some();
        let mut policies: Vec<String> = response
            .diagnostics()
            .reason()
            .map(ToString::to_string)
            .collect();
        if erred {
            policies.push("evaluation-error".to_owned());
        }
        policies.sort();
        Verdict {
            allowed: response.decision() == Decision::Allow && !erred,
            policies,
        }
    }

    fn of(schema: Schema, policies: PolicySet) -> Self {
        Self {
            schema,
            policies,
            authorizer: Authorizer::new(),
            known: Mutex::new(HashMap::new()),
        }
    }
}

fn schema() -> Result<Schema, Refused> {
    let (schema, _warnings) = Schema::from_cedarschema_str(SCHEMA)?;
    Ok(schema)
}

/// All embedded policies under the ids that their `@id` gives, templates linked to their roles.
fn policies() -> Result<PolicySet, Refused> {
    let mut named = PolicySet::new();
    for text in POLICIES {
        let parsed = PolicySet::from_str(text)?;
        for policy in parsed.policies() {
            named.add(policy.new_id(id(Policy::annotation(policy, "id"))?))?;
        }
        for template in parsed.templates() {
            named.add_template(template.new_id(id(Template::annotation(template, "id"))?))?;
        }
    }
    for &role in Role::ALL {
        let template = PolicyId::new(format!("role-{role}"));
        let link = PolicyId::new(format!("role-{role}-any"));
        named.link(
            template,
            link,
            HashMap::from([(SlotId::principal(), entity::role(role)?)]),
        )?;
    }
    Ok(named)
}

fn id(annotation: Option<&str>) -> Result<PolicyId, Refused> {
    annotation
        .map(PolicyId::new)
        .ok_or_else(|| "a policy has no @id".into())
}

#[cfg(test)]
mod tests;
