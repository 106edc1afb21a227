//! Who acts, for which organisation, with which clock, chance and keys: the one door for permission
//! and audit.
//!
//! A use case starts with [`Ctx::allow`] and records what it did with [`Ctx::record`] in the very
//! transaction that does it. Invariants: no `Ctx` without an authenticated actor or the system; no
//! event without its audit entry; the audit log is only appended to, here, by [`World::sequence`].

mod came;
mod context;
mod event;
mod item;
mod kept;
mod organisation;
mod proof;
mod rotation;
mod sequence;
mod world;

pub use came::Came;
pub use context::{Ctx, Seat};
pub use event::Event;
pub use item::ItemKey;
pub use kept::Kept;
pub use organisation::NewOrganisation;
pub use policy::access::{Action, Principal, PrincipalKind, Resource, Role};
pub use proof::{LedgerState, Proven};
pub use rotation::Rotated;
pub use store::Store;
pub use world::{Parts, World};
