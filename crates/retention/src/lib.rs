//! How long a record is kept, by which rule, and what holds it.
//!
//! Three questions: [`due()`] says whether an item may be destroyed and why, [`classify()`] what it is to
//! the law, [`simulate()`] what another set of rules would change. [`pack`] holds rules of the United
//! States as drafts. It reads no clock, no file and no database, and it destroys nothing: whoever does
//! asks [`held_by`] again inside the destroying transaction.
//!
//! Not legal advice: a rule counts only once a person with a name enabled it.
//!
//! Invariants, each a test:
//! - another rule, but for the first where none spoke, never makes an item due earlier;
//! - another hold never makes anything due;
//! - where an anchor is not on record nothing is due;
//! - the order of rules, holds and facts changes nothing;
//! - every day in an answer is explained by steps that can be stored and told.

mod classify;
mod day;
mod due;
mod explain;
mod hold;
mod item;
pub mod pack;
mod profile;
mod reckon;
mod rule;
mod rules;
mod simulate;
mod words;
mod zone;

pub use classify::{
    CLASS_RULES_MAX, ClassRule, Classification, Classifier, ClassifierInvalid, Correction, Fact,
    ItemFacts, Match, Order, classify,
};
pub use day::{Day, Period};
pub use due::{Answer, Explanation, Gap, Verdict, due};
pub use explain::{SENTENCE_CODES, Sentence, Step};
pub use hold::{HeldBy, HeldWhy, Hold, HoldQuery, HoldState, QueryOutcome, held_by};
pub use item::{Item, Known};
pub use profile::Profile;
pub use reckon::{End, Reckoning};
pub use rule::{
    Approval, AtDeath, Combine, Death, Effect, Keep, Matter, Minor, Of, Rule, RuleRef, RuleState,
    WhileOpen,
};
pub use rules::{MAJORITY_USUAL, RULE_TEXT_OCTETS_MAX, RULES_MAX, RuleFault, Rules, RulesInvalid};
pub use simulate::{Change, SIMULATION_EXAMPLES_MAX, Simulation, simulate};
pub use words::{
    Anchor, Class, Confidence, Jurisdiction, OWN_WORD_OCTETS_MAX, Programme, Provider,
};
pub use zone::Zone;
