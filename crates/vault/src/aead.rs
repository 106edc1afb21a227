//! Sealed values: AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce.
//!
//! Layout: one version byte (1), 12 bytes nonce, ciphertext, 16 bytes tag. Invariant: changing any
//! byte of it, the key or the associated data gives `seal_broken` and no plaintext.
//!
//! SP 800-38D §8.3 allows 2³² random nonces a key. Item keys seal a handful of values; an
//! organisation key wraps one key per item and is rotated long before.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use model::seams::Rng;
use model::{Code, Error, Result};
use zeroize::Zeroize;

use crate::Key;

const VERSION: u8 = 1;
const NONCE: usize = 12;
const TAG: usize = 16;

/// How many bytes sealing adds.
pub const SEAL_OVERHEAD: usize = 1 + NONCE + TAG;

/// Seals `plain` under `key`. Use an [`OpenedKey`] where one key seals several values.
pub fn seal(key: &Key, aad: &[u8], plain: &[u8], rng: &dyn Rng) -> Result<Vec<u8>> {
    OpenedKey::new(key).seal(aad, plain, rng)
}

/// Opens what [`seal`] made with the same key and associated data; otherwise `seal_broken`.
pub fn open(key: &Key, aad: &[u8], sealed: &[u8]) -> Result<Vec<u8>> {
    OpenedKey::new(key).open(aad, sealed)
}

/// Associated data that binds a sealed value to its place: a value moved to another table, column
/// or row does not open there. Names are SQL identifiers, so NUL separates them without doubt.
pub fn aad(table: &str, column: &str, row: &[u8; 16]) -> Vec<u8> {
    debug_assert!(
        !table.contains('\0') && !column.contains('\0'),
        "names of tables and columns hold no NUL"
    );
    let mut out = Vec::with_capacity(table.len() + column.len() + 2 + row.len());
    out.extend_from_slice(table.as_bytes());
    out.push(0);
    out.extend_from_slice(column.as_bytes());
    out.push(0);
    out.extend_from_slice(row);
    out
}

/// A key whose AES rounds and GHASH table are expanded once, for sealing and opening many values.
/// The expanded form is wiped by aws-lc when dropped.
pub struct OpenedKey(LessSafeKey);

impl OpenedKey {
    pub fn new(key: &Key) -> Self {
        let key = UnboundKey::new(&AES_256_GCM, key.expose()).expect("32 bytes are an AES-256 key");
        Self(LessSafeKey::new(key))
    }

    pub fn seal(&self, aad: &[u8], plain: &[u8], rng: &dyn Rng) -> Result<Vec<u8>> {
        let mut nonce = [0u8; NONCE];
        rng.fill(&mut nonce);

        let mut out = Vec::with_capacity(plain.len() + SEAL_OVERHEAD);
        out.push(VERSION);
        out.extend_from_slice(&nonce);
        out.extend_from_slice(plain);
        let nonce = Nonce::assume_unique_for_key(nonce);
        match self
            .0
            .seal_in_place_separate_tag(nonce, Aad::from(aad), &mut out[1 + NONCE..])
        {
            Ok(tag) => {
                out.extend_from_slice(tag.as_ref());
                Ok(out)
            }
            Err(cause) => {
                out.zeroize();
                Err(Error::new(Code::Internal).because(cause))
            }
        }
    }

    pub fn open(&self, aad: &[u8], sealed: &[u8]) -> Result<Vec<u8>> {
        let broken = || Error::new(Code::SealBroken);
        if sealed.len() < SEAL_OVERHEAD || sealed[0] != VERSION {
            return Err(broken());
        }
        let (nonce, rest) = sealed[1..].split_at(NONCE);
        let (text, tag) = rest.split_at(rest.len() - TAG);
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| broken())?;

        let mut plain = vec![0u8; text.len()];
        match self
            .0
            .open_separate_gather(nonce, Aad::from(aad), text, tag, &mut plain)
        {
            Ok(()) => Ok(plain),
            Err(_) => {
                plain.zeroize();
                Err(broken())
            }
        }
    }

    /// Opens a sealed 32-byte key and leaves no copy of it behind.
    pub(crate) fn open_key(&self, aad: &[u8], sealed: &[u8]) -> Result<Key> {
        let plain = zeroize::Zeroizing::new(self.open(aad, sealed)?);
        let bytes =
            <[u8; 32]>::try_from(plain.as_slice()).map_err(|_| Error::new(Code::SealBroken))?;
        Ok(Key::new(bytes))
    }
}

impl std::fmt::Debug for OpenedKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OpenedKey(..)")
    }
}

#[cfg(test)]
mod tests;
