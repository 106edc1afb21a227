//! A store on any engine, for one test.

use std::ops::Deref;

use model::Secret;
use store::{Config, Engine, Store};

use super::postgres::{Cluster, Database};
use super::scratch::Scratch;

const PAGE_KEY: [u8; 32] = *b"the test kit's own page key, 32B";

/// An open store and what it stands on. Both go when it is dropped.
pub struct TestStore {
    /// First, so that it closes before its ground goes.
    store: Option<Store>,
    config: Config,
    scratch: Scratch,
    database: Option<Database>,
}

/// A fresh, migrated, empty store.
pub fn store_on(engine: Engine) -> TestStore {
    let scratch = Scratch::new("store");
    let dir = scratch.path().join("data");
    let mut database = None;
    let config = match engine {
        Engine::Memory => Config::Memory,
        Engine::Sqlite => Config::Sqlite {
            dir,
            page_key: Secret::new(PAGE_KEY),
        },
        Engine::Postgres => {
            let fresh = database.insert(Cluster::shared().migrated_database());
            Config::Postgres {
                url: Secret::new(fresh.url()),
                ca_file: None,
                connections: 4,
                blob_dir: dir.join("blobs"),
            }
        }
    };
    let store = Store::open(config.clone()).expect("a fresh store opens");
    TestStore {
        store: Some(store),
        config,
        scratch,
        database,
    }
}

impl TestStore {
    /// How it was opened: for a second process, or after a crash.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Holds everything that this store leaves on disk, except PostgreSQL's own files.
    pub fn dir(&self) -> &std::path::Path {
        self.scratch.path()
    }

    pub fn database(&self) -> Option<&Database> {
        self.database.as_ref()
    }

    /// Closes and opens again; a store in memory begins anew.
    pub fn reopen(&mut self) {
        if let Some(store) = self.store.take() {
            store.close();
        }
        self.store = Some(Store::open(self.config.clone()).expect("what was closed opens again"));
    }
}

impl Deref for TestStore {
    type Target = Store;

    fn deref(&self) -> &Store {
        self.store
            .as_ref()
            .expect("open between construction and drop")
    }
}

impl Drop for TestStore {
    fn drop(&mut self) {
        if let Some(store) = self.store.take() {
            store.close();
        }
    }
}

/// Makes each function three tests: SQLite in memory, SQLite in a file, PostgreSQL.
///
/// ```text
/// sim::both_engines! {
///     /// What must hold.
///     fn a_commit_is_seen(store) { store.write(..)?; }
/// }
/// ```
/// The body may use `?` with any error that has `Debug`. `store` is a `&mut TestStore`.
#[macro_export]
macro_rules! both_engines {
    ($($(#[$doc:meta])* fn $name:ident($store:ident) $body:block)*) => {$(
        $(#[$doc])*
        mod $name {
            use super::*;

            fn check($store: &mut $crate::kit::TestStore) -> Result<(), Box<dyn std::error::Error>> {
                $body
                Ok(())
            }
            #[test]
            fn memory() -> Result<(), Box<dyn std::error::Error>> {
                check(&mut $crate::kit::store_on($crate::kit::Engine::Memory))
            }
            #[test]
            fn sqlite() -> Result<(), Box<dyn std::error::Error>> {
                check(&mut $crate::kit::store_on($crate::kit::Engine::Sqlite))
            }
            #[test]
            fn postgres() -> Result<(), Box<dyn std::error::Error>> {
                check(&mut $crate::kit::store_on($crate::kit::Engine::Postgres))
            }
        }
    )*};
}
