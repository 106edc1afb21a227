//! The delivery scheduler: which delivery starts now, which waits, and how each one ends.
//!
//! `step(state, now, chance, input) -> effects` is the whole of it. It opens no socket, reads no
//! clock and draws no chance of its own: the same arguments give the same effects. What the wire
//! does is `mta`'s, what is written down is `flow`'s; this crate only decides.
//!
//! An item is *scheduled* until it is due, then *ready* on a lane (a source's way to one set of MX
//! hosts) until a place is free, then *running* under a lease. Which MX hosts a destination has is
//! asked once; what a provider takes from a source stands in the shaping file; what administrators
//! order is obeyed at every step.
//!
//! Invariants, each a test:
//! - every added item ends in exactly one [`Settlement`];
//! - one id never has two attempts under way, and an answer with a stale fence changes nothing;
//! - every item has one timer in every state, so that none can outstay its expiry: waiting it is
//!   settled at the expiry, running at the latest one lease after its start;
//! - no limit on concurrency is ever exceeded;
//! - no provider gets more from a source than its shaping says, whatever the number of its domains;
//! - servers that answer nobody are backed off as a whole, not once for each item.

mod finish;
mod health;
mod item;
mod lanes;
mod orders;
mod pace;
mod picture;
mod ready;
mod routes;
mod routing;
mod settings;
mod shaping;
mod share;
mod slab;
mod sources;
mod state;
mod step;

pub use item::{Advice, Destination, Effect, Input, Item, Said, Settlement};
pub use lanes::{Shut, Why};
pub use orders::{Act, Covered, Ending, Order, Scope};
pub use pace::take_shared;
pub use picture::Traffic;
pub use routing::Routing;
pub use settings::{RetryCurve, Settings};
pub use shaping::{Limits, ProviderId, Reply, Rule, RuleId, Shaping, ShapingInvalid, Then};
pub use share::{Bound, Share};
pub use sources::{Pool, Source, SourceId, Sources, WARM_UP_DAYS, WarmUp};
pub use state::{Counts, State};
pub use step::step;
