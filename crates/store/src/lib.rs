//! The only SQL: SQLite and PostgreSQL behind one API of synchronous closures.
//!
//! A transaction is a closure over a [`Tx`], run on a thread of the store: it cannot await, so it
//! cannot span the network. `write` returns when its effects are durable, never before. One SQL text
//! serves both engines (`dialect` holds the exceptions) and a test prepares every statement on both.
//!
//! What it is not: it seals nothing (callers hand over ciphertext), knows no clock and no chance.
//! Invariants: a [`Statement`] is made only by `statements!` in `tables`; a closure that saw a
//! statement fail is never committed; no value bound to a statement appears in an error.

mod blobs;
mod config;
mod dialect;
mod fault;
mod jobs;
mod lock;
mod migrate;
mod migrations;
mod pending;
mod pg;
mod row;
#[doc(hidden)]
pub mod seam;
mod sqlite;
mod statement;
mod store;
pub mod tables;
mod tx;
mod value;

pub use blobs::{FolderBlobs, MemoryBlobs};
pub use config::{Config, Engine};
pub use migrations::{MIGRATIONS, Migration};
pub use pending::Pending;
pub use row::{ColumnId, ColumnWord, Row};
pub use statement::Statement;
pub use store::{Disk, Store};
pub use tx::Tx;
pub use value::{Value, word};

pub(crate) use statement::statements;
