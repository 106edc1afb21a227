//! What is in a message: identifiers, health context, and the verdict that follows.
//!
//! A finding says what kind, where and how sure, never the value: the value leaves this crate only as
//! a keyed token. Policy decides what follows from the level. Invariant: `Scanner` keeps nothing of
//! what it read, and positions always refer to the text as it was given.

mod block;
mod finding;
mod judge;
mod keyed;
mod lexicon;
mod link;
mod normal;
mod scanner;
mod shape;
mod validate;
mod value;
mod verdict;

pub use finding::{Class, Finding, FindingKind, Findings, PartKind};
pub use model::PhiLevel;
pub use scanner::Scanner;
