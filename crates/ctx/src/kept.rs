//! Kept: rows of an installation's settings (keys of apps, domains, organisations) in memory for as
//! long as no such row changes.
//!
//! Where this process makes every change (SQLite), `Store::settings_version` moves with each commit that
//! touches them, before the change is answered. So a key that was revoked is refused by the next question,
//! as if it had been read. Where others write too (PostgreSQL), the version is a row of the database, moved
//! by the very commit that changes settings: whoever keeps much asks for it each time, in place of reading
//! all of it; single rows are read each time.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};

use model::Result;
use store::Store;
use store::tables::meta;

/// Beyond this all are forgotten and read anew.
const ROWS_MAX: usize = 10_000;

pub struct Kept<K, V> {
    held: Mutex<Held<K, V>>,
}

struct Held<K, V> {
    version: u64,
    rows: HashMap<K, V>,
}

impl<K, V> Default for Kept<K, V> {
    fn default() -> Self {
        let held = Held {
            version: 0,
            rows: HashMap::new(),
        };
        Self {
            held: Mutex::new(held),
        }
    }
}

impl<K: Hash + Eq, V: Clone> Kept<K, V> {
    /// What is kept, or else what `read` finds. That there is nothing is never kept.
    pub fn find(
        &self,
        store: &Store,
        key: K,
        read: impl FnOnce() -> Result<Option<V>>,
    ) -> Result<Option<V>> {
        // Asked before reading: a change in between makes what was read outdated, never current.
        match store.settings_version() {
            Some(version) => self.find_of(version, key, read),
            None => read(),
        }
    }

    /// The same for what takes many statements to read: elsewhere too it is read once a version, and what is
    /// given was current when the question was asked, or is newer. The version is asked before anything else
    /// is read, so that no row can be kept under a version that is newer than the row.
    pub fn find_current(
        &self,
        store: &Store,
        key: K,
        read: impl FnOnce() -> Result<Option<V>>,
    ) -> Result<Option<V>> {
        match store.settings_version() {
            Some(version) => self.find_of(version, key, read),
            None => self.find_of(store.read(meta::settings_version)?, key, read),
        }
    }

    fn find_of(
        &self,
        version: u64,
        key: K,
        read: impl FnOnce() -> Result<Option<V>>,
    ) -> Result<Option<V>> {
        if let Some(found) = self.current(version).rows.get(&key) {
            return Ok(Some(found.clone()));
        }
        let found = read()?;
        if let Some(row) = &found {
            let mut held = self.lock();
            if held.version == version {
                if held.rows.len() >= ROWS_MAX {
                    held.rows.clear();
                }
                held.rows.insert(key, row.clone());
            }
        }
        Ok(found)
    }

    /// What is kept; nothing is read.
    pub fn peek(&self, store: &Store, key: &K) -> Option<V> {
        let version = store.settings_version()?;
        self.current(version).rows.get(key).cloned()
    }

    /// Emptied when a newer version is asked for.
    fn current(&self, version: u64) -> MutexGuard<'_, Held<K, V>> {
        let mut held = self.lock();
        if held.version < version {
            held.version = version;
            held.rows.clear();
        }
        held
    }

    fn lock(&self) -> MutexGuard<'_, Held<K, V>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
