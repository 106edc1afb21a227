//! What is in a message: identifiers, health context, and the verdict that follows.
//!
//! A finding says what kind, where and how sure, never the value: the value leaves this crate only as
//! a keyed token. Policy decides what follows from the level. Invariant: `Scanner` keeps nothing of
//! what it read, and positions always refer to the text as it was given.

mod bearing;
mod block;
mod candidate;
mod codes;
mod finding;
mod forms;
mod judge;
mod keyed;
mod kind;
mod label;
mod lexicon;
mod link;
mod matching;
mod names;
mod normal;
mod own;
mod page;
mod part;
mod patterns;
mod places;
mod record_number;
mod registry;
mod scanner;
mod sense;
mod shape;
mod validate;
mod value;
mod verdict;

pub use finding::{Finding, Findings};
pub use kind::{Class, FindingKind, Identifier18};
pub use label::Label;
pub use model::PhiLevel;
pub use own::Own;
pub use part::{Form, Part, PartKind, Reading};
pub use patterns::{
    Hotwords, Need, PatternClass, PatternError, PatternSpec, PatternWhat, Patterns,
};
pub use record_number::{
    CheckDigit, LearnError, Learned, Looks, Odds, RecordNumber, SAMPLES_MAX, SAMPLES_MIN,
    ShapeError, learn, samples,
};
pub use registry::{Hits, MemoryRegistry, Registry, RegistryField, RegistryRows};
pub use scanner::Scanner;
pub use sense::Signs;
