//! What is in a message: identifiers, health context, and the verdict that follows.
//!
//! A finding says what kind, where and how sure, never the value: the value leaves this crate only as
//! a keyed token. Policy decides what follows from the level. Invariant: `Scanner` keeps nothing of
//! what it read, and positions always refer to the text as it was given.

mod finding;
mod scanner;

pub use finding::{Finding, FindingKind, Findings, PartKind};
pub use model::PhiLevel;
pub use scanner::Scanner;
