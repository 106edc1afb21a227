//! Export: from messages to a package that somebody else can open, check and bring before a court.
//!
//! Pure: messages come from a [`Source`], octets go into a [`Target`]; dates, numbers and chance are arguments.
//! Whoever calls has access to what the messages say, and records the disclosure. Invariants: the same messages
//! and options give the same octets; no message but the one at hand is in memory (of each document about 1,200
//! octets are: its number, digests and paths); the native of a message is its octets as they were kept, and only
//! those are hashed as evidence.

mod columns;
mod csv;
mod dat;
mod declaration;
mod digests;
mod edrm;
mod folder;
mod item;
mod jsonl;
mod locked;
mod manifest;
mod mboxrd;
mod name;
mod package;
mod sidecar;
mod target;
#[cfg(test)]
mod tests;
mod zip;

pub use declaration::declaration;
pub use digests::Digests;
pub use folder::Folder;
pub use item::{Direction, Document, Family, Item, Part, Recipient, Unreadable};
pub use locked::Locked;
pub use manifest::{Custody, Exclusion, IndexState, Matter, Reason};
pub use mboxrd::read as read_mboxrd;
pub use name::safe_name;
pub use package::{Done, Fault, Format, Options, Proof, Source, write};
pub use target::Target;
pub use zip::Zip;
