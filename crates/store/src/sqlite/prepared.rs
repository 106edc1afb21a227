//! A connection with the statements that were prepared on it, found by their address.
//!
//! The driver's own cache hashes and copies a statement's whole text for each run of it.

use std::cell::RefCell;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

use rusqlite::{Connection, PrepFlags};

use crate::statement::Statement;

/// What a transaction runs on; each store thread has one.
pub(crate) struct Prepared<'c> {
    connection: &'c Connection,
    kept: RefCell<HashMap<usize, rusqlite::Statement<'c>>>,
}

/// The same without the lifetime of its connection.
pub(crate) trait Prepare {
    fn connection(&self) -> &Connection;
    /// Prepares it where it is not yet, runs `with` and clears what was bound.
    fn with(&self, s: &'static Statement, with: With<'_>) -> rusqlite::Result<()>;
}

type With<'w> = &'w mut dyn FnMut(&mut rusqlite::Statement<'_>) -> rusqlite::Result<()>;

impl<'c> Prepared<'c> {
    pub(crate) fn new(connection: &'c Connection) -> Self {
        Self {
            connection,
            kept: RefCell::default(),
        }
    }
}

impl Prepare for Prepared<'_> {
    fn connection(&self) -> &Connection {
        self.connection
    }

    fn with(&self, s: &'static Statement, with: With<'_>) -> rusqlite::Result<()> {
        let mut kept = self.kept.borrow_mut();
        let statement = match kept.entry(s.address()) {
            Entry::Occupied(kept) => kept.into_mut(),
            Entry::Vacant(free) => {
                let flags = PrepFlags::SQLITE_PREPARE_PERSISTENT;
                free.insert(self.connection.prepare_with_flags(s.sqlite(), flags)?)
            }
        };
        let done = with(statement);
        statement.clear_bindings();
        done
    }
}
