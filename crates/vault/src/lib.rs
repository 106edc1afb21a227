//! Keys: where the root comes from, how one key wraps the next, how values are sealed and blinded.
//!
//! Root key (a file here) → organisation key → one random key per item. AES-256-GCM everywhere, and
//! the associated data says which organisation, item, table, column and row a sealed value belongs
//! to, so it opens nowhere else. Destroying a wrapped key destroys the item in every copy.
//!
//! Not here: who may open what (`ctx`), where wrapped keys are kept (`store`), signatures (`seal`,
//! `ledger`). Nothing in this crate reads a clock, and chance is the caller's [`model::seams::Rng`].
//!
//! Invariant: a key is a [`Key`], which cannot be printed, compared or serialised; what fails to
//! open gives `seal_broken` or `key_wrong` and never a part of the plaintext.

mod aead;
mod chance;
mod file;
mod organisation;
mod root;
mod token;

pub use aead::{OpenedKey, SEAL_OVERHEAD, aad, open, seal};
pub use chance::SystemRng;
pub use file::FileRoot;
pub use organisation::{Blinder, OrganisationKey};
pub use root::{RootKeys, unwrap_organisation_key, wrap_organisation_key};
pub use token::{constant_time_eq, hash_token};

use model::Secret;
use model::seams::Rng;

/// 256 bits: a root, organisation, item or derived key.
pub type Key = Secret<[u8; 32]>;

/// A new key from the given chance.
pub fn random_key(rng: &dyn Rng) -> Key {
    let mut bytes = zeroize::Zeroizing::new([0u8; 32]);
    rng.fill(bytes.as_mut_slice());
    Key::new(*bytes)
}

#[cfg(test)]
mod testing;
