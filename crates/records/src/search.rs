//! Search: from what somebody types to the messages that hold it, without a word on disk.
//!
//! A text becomes words (`words`), what is typed becomes a query (`query`). Invariant: both go through the same
//! folding, so that a word is found however it is written.

pub mod query;
pub mod words;
