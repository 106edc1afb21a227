//! What must happen to a message, and who may do what.
//!
//! Three parts: [`decide()`] chooses how a message reaches a recipient, from the platform's rule table and
//! an organisation's own rules, on the hot path; [`access`] asks Cedar whether an actor may do something,
//! and for `decide` whether a sender may send this to that recipient; [`risk`] says whether a subject sends as it always did. None of them
//! reads a message, a clock or a database: facts come in, an answer with its reasons goes out. Invariant: an
//! answer can always be explained by rule names and words alone.

pub mod access;
mod decide;
mod decision;
mod facts;
mod org;
mod project;
mod question;
pub mod risk;
mod rules;
mod simulate;
mod words;

pub use decide::{decide, strength};
pub use decision::{Decision, Quarantine, ShadowHit, Step, Trace};
pub use facts::{MessageFacts, PSYCHOTHERAPY, RecipientFacts, SUBSTANCE_USE};
pub use model::PhiLevel;
/// The name `flow` knows it by.
pub use model::PhiLevel as PhiLevelWord;
pub use org::{
    Bound, CONDITION_DEPTH_MAX, CONDITIONS_MAX, Condition, Fact, LIST_WORDS_MAX, Mode, OrgEffect,
    OrgRule, OrgRules, RULE_NAME_CHARS_MAX, RULE_WHY_CHARS_MAX, RULE_WORD_OCTETS_MAX, RULES_MAX,
    RULES_OCTETS_MAX, RuleError, RuleFault, Shape, Term, Test, When,
};
pub use question::Question;
pub use rules::{Effect, Literal, Rule, Rules};
pub use simulate::{
    Compared, Moved, RuleHits, SIMULATION_EXAMPLES_MAX, Simulation, StoredFacts, simulate,
};
pub use words::{
    Channel, Direction, KeyState, Notice, RecipientClass, Restriction, Risk, TlsKnown, Weekday,
};
