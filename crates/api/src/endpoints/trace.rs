//! Why this way: the trace of a decision, as the answers show it.

use serde::Serialize;
use utoipa::ToSchema;

/// Every rule that was asked, what it said, and what would have changed the result. It holds words,
/// counts and rule names; no address, no subject, nothing that was found.
#[derive(Serialize, ToSchema)]
pub(crate) struct Trace {
    /// Which edition of the rules decided.
    pub rules_version: String,
    pub facts: Vec<Fact>,
    pub steps: Vec<Step>,
    /// The id of the rule whose effect stands.
    pub decided_by: String,
    /// One sentence for each single fact that would have led to another method.
    pub would_change: Vec<String>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Fact {
    #[schema(example = "portal_on")]
    pub name: String,
    #[schema(example = "yes")]
    pub value: String,
}

/// One rule's answer.
#[derive(Serialize, ToSchema)]
#[schema(as = TraceStep)]
pub(crate) struct Step {
    pub rule: String,
    pub name: String,
    pub matched: bool,
    /// What the rule does when it matches.
    #[schema(example = "at least tls")]
    pub effect: String,
    pub because: String,
    /// The organisation's reason for a rule of its own; empty for the platform's.
    pub why: String,
}

/// The policy's own type is not named here: an edge sees it only through `flow`.
macro_rules! trace {
    ($from:expr) => {{
        let from = $from;
        $crate::endpoints::trace::Trace {
            rules_version: from.rules_version,
            facts: from
                .facts
                .into_iter()
                .map(|(name, value)| $crate::endpoints::trace::Fact { name, value })
                .collect(),
            steps: from
                .steps
                .into_iter()
                .map(|step| $crate::endpoints::trace::Step {
                    rule: step.rule,
                    name: step.name,
                    matched: step.matched,
                    effect: step.effect,
                    because: step.because,
                    why: step.why,
                })
                .collect(),
            decided_by: from.decided_by,
            would_change: from.would_change,
        }
    }};
}
pub(super) use trace;
