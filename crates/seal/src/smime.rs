//! S/MIME 4.0 (RFC 8551): signing and encrypting MIME entities, and the way back.
//!
//! Octets in, octets out: certificates, revocation lists, keys and the moment are arguments; nothing is
//! fetched or stored here. OpenSSL does the arithmetic and opens envelopes; what is written, and which
//! signature counts, is decided here. Invariants: a message is decrypted only when all of it is one
//! encrypted entity, and nothing is shown of what did not open whole; a signature counts over the exact
//! octets that stand in the message, by a digest that still holds.
//!
//! A private copy of OpenSSL is built in, the one that encrypts the pages of SQLite.

pub(crate) mod ber;
mod capabilities;
pub(crate) mod certificate;
pub(crate) mod der;
mod envelope;
mod error;
mod identity;
mod message;
pub(crate) mod oid;
mod open;
mod recipient;
mod revocation;
mod sign;
pub(crate) mod signed;
mod structure;
mod trust;

pub use capabilities::Capabilities;
pub use certificate::{Certificate, Curve, KeyKind};
pub use envelope::{Cipher, encrypt};
pub use error::SmimeError;
pub use identity::{Identity, NewKey};
pub use message::{OpenedMessage, Sealing, open_message, seal_message};
pub use open::{Integrity, Opened, decrypt};
pub use revocation::{Places, RevocationList, Status, ask_responder, judge_answer};
pub use sign::sign;
pub use signed::{Harvested, Signature, Verified, harvest, verify};
pub use structure::{Kind, kind};
pub use trust::{Purpose, Trust, Untrusted, Verdict};
