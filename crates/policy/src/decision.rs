//! What was decided and why: stored with each recipient, shown in API and console.
//!
//! A trace holds words, counts and rule names; it may be logged and shown to anyone who may see that
//! the message exists. Invariant: it names no address, subject or found value.

use model::{Demand, Method};
use serde::{Deserialize, Serialize};

use crate::words::Notice;

/// The method for one recipient of one message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    pub method: Method,
    /// What the wire must achieve before anything is sent: for `portal`, before the notice is.
    pub demand: Demand,
    /// Where the delivery goes when the wire stays below the demand. `None`: it ends as bounced.
    pub below: Option<Method>,
    /// Replace the subject by one that says nothing.
    pub neutral_subject: bool,
    /// What travels is a copy without the values that were found; the whole stays here.
    #[serde(default)]
    pub redact: bool,
    /// Words of texts that the sender is shown, sorted.
    #[serde(default)]
    pub warnings: Vec<String>,
    /// Who holds it and what a release takes, where the method is `hold`.
    #[serde(default)]
    pub quarantine: Option<Quarantine>,
    /// What must travel with it.
    #[serde(default)]
    pub notices: Vec<Notice>,
    /// What rules in shadow mode would have done.
    #[serde(default)]
    pub shadow: Vec<ShadowHit>,
    pub trace: Trace,
}

/// Why a message is held and what a release takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quarantine {
    /// Ids of the rules that hold it.
    pub by: Vec<String>,
    /// Two people agree to a release.
    pub second_person: bool,
    /// Words of roles and groups that are told.
    #[serde(default)]
    pub notify: Vec<String>,
}

/// A rule in shadow mode that matched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShadowHit {
    pub rule: String,
    /// The method if this rule were active and the others as they are.
    pub method: Method,
}

/// Every rule that was asked, what it said, and what would have changed the result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trace {
    /// First 16 hex digits of the SHA-256 of the rules' text.
    pub rules_version: String,
    /// Name and value of each fact, in the order of the facts' types.
    pub facts: Vec<(String, String)>,
    pub steps: Vec<Step>,
    /// The id of the rule whose effect stands.
    pub decided_by: String,
    /// One sentence for each single fact that would have led to another method.
    pub would_change: Vec<String>,
}

/// One rule's answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    pub rule: String,
    pub name: String,
    pub matched: bool,
    /// What the rule does when it matches, such as `at least tls`.
    pub effect: String,
    pub because: String,
    /// The organisation's reason for a rule of its own.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub why: String,
}
