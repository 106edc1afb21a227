//! OpenPGP (RFC 9580; RFC 4880 where peers still speak it): keys, messages, PGP/MIME, WKD, Autocrypt.
//!
//! Packets and their cryptography are the `pgp` crate's; which key may do what and when, and what may
//! be given out of a message, is decided here. No clock, no chance, no network. Invariants: nothing of
//! a message is given out unless all of it was protected and unharmed (EFAIL); a key is used only for
//! what its own valid signatures allow at that moment.

mod armor;
pub mod autocrypt;
mod chance;
mod content;
mod decrypt;
mod encrypt;
mod fault;
mod mime;
mod public;
mod secret;
mod sign;
pub mod sop;
mod standing;
mod strength;
mod verify;
pub mod wkd;

pub use armor::{Block, armor, dearmor};
pub use decrypt::{Integrity, Opened, decrypt};
pub use encrypt::encrypt;
pub use fault::{KeyFault, PgpError};
pub use mime::{Letter, MimeOpened, mime_encrypt, mime_open};
pub use public::PublicKey;
pub use secret::{SecretKey, Version};
pub use sign::{SignAs, sign_detached};
pub use verify::{Outcome, Verdict, verify_detached};
