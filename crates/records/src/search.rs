//! Search: from what somebody types to the messages that hold it, without a word on disk.
//!
//! ```text
//!  words.rs    a text as folded words
//!  query/      what is typed, as a tree
//!  lexicon.rs  the words there are: beginnings, patterns, stems, slips
//!  tokens.rs   words as tokens that only the organisation's key makes
//!  plan.rs     a query as what the engine looks for
//! ```
//!
//! Invariant: what is stored and what is typed go through the same folding and the same keys, so that a word is
//! found however it is written.

pub mod lexicon;
pub(crate) mod plan;
pub mod query;
pub(crate) mod tokens;
pub mod words;
