//! The delivery scheduler: which delivery starts now, which waits, and how each one ends.
//!
//! `step(state, now, chance, input) -> effects` is the whole of it. It opens no socket, reads no
//! clock and draws no chance of its own: the same arguments give the same effects. What the wire
//! does is `mta`'s, what is written down is `flow`'s; this crate only decides.
//!
//! An item is *scheduled* until it is due, then *ready* with its destination until a place is free,
//! then *running* under a lease.
//!
//! Invariants, each a test:
//! - every added item ends in exactly one [`Settlement`];
//! - one id never has two attempts under way, and an answer with a stale fence changes nothing;
//! - every item has one timer in every state, so that none can outstay its expiry: waiting it is
//!   settled at the expiry, running at the latest one lease after its start;
//! - no limit on concurrency is ever exceeded;
//! - a destination that answers nobody is backed off as a whole, not once for each item.

mod finish;
mod health;
mod item;
mod ready;
mod settings;
mod slab;
mod state;
mod step;

pub use item::{Destination, Effect, Input, Item, Settlement};
pub use settings::{RetryCurve, Settings};
pub use state::{Counts, State};
pub use step::step;
