//! What must happen to a message, and who may do what.
//!
//! Three parts that share nothing but the name: [`decide()`] chooses how a message reaches a recipient,
//! from our own small rule table, on the hot path; [`access`] asks Cedar whether an actor may do
//! something; [`risk`] says whether a subject sends as it always did. None of them reads a message, a
//! clock or a database: facts come in, an answer with its reasons goes out. Invariant: an answer can
//! always be explained by rule names and words alone.

pub mod access;
mod condition;
mod decide;
mod decision;
mod facts;
pub mod risk;
mod rules;

pub use condition::Condition;
pub use decide::{decide, strength};
pub use decision::{Decision, Step, Trace};
pub use facts::{MessageFacts, RecipientFacts, TlsKnown};
pub use model::PhiLevel;
/// The name `flow` knows it by.
pub use model::PhiLevel as PhiLevelWord;
pub use rules::{Effect, Literal, Rule, Rules};
