//! What tests of every crate from `store` upwards stand on: both engines, simulated time and chance,
//! a root key in memory, a throwaway PostgreSQL.
//!
//! Invariant: nothing here is skipped. What a test needs and does not find makes it fail, with the
//! command that installs it.

mod beside;
mod chance;
mod clock;
mod faults;
pub mod hostile;
mod postgres;
mod scratch;
mod stores;

pub use beside::{Beside, Cell};
pub use chance::SimRng;
pub use clock::SimClock;
pub use faults::{Faults, Fired, Rates};
pub use postgres::{Cluster, Database};
pub use scratch::Scratch;
pub use stores::{TestStore, store_on};

pub use store::Engine;
/// Root keys that live in memory.
pub use vault::RootKeys as MemoryRoot;

/// A root of one key that follows from the seed.
pub fn memory_root(seed: u64) -> MemoryRoot {
    MemoryRoot::new(vec![vault::random_key(&SimRng::new(seed))])
}

#[cfg(test)]
mod tests;
