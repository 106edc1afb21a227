//! Root keys in memory: the current one wraps, every one still held unwraps.
//!
//! A wrapped key begins with the eight bytes of its root key's fingerprint, so the right one is
//! found without trying, and a data directory opened with another installation's key says
//! `key_wrong` instead of looking damaged.

use model::seams::{Rng, Vault};
use model::{Code, Error, KeyVersionId, OrganisationId, Result};

use crate::token::sha256;
use crate::{Key, OpenedKey};

/// Length of a fingerprint in bytes; it is written in hex.
const FINGERPRINT: usize = 8;

/// One or several root keys, the first current. The file provider is [`crate::FileRoot`]; this type
/// alone serves tests and the simulated world.
pub struct RootKeys(Vec<RootKey>);

pub(crate) struct RootKey {
    pub(crate) name: [u8; FINGERPRINT],
    pub(crate) key: Key,
    opened: OpenedKey,
}

impl RootKeys {
    /// # Panics
    /// When there is no key.
    pub fn new(keys: Vec<Key>) -> Self {
        assert!(!keys.is_empty(), "a root has at least one key");
        Self(keys.into_iter().map(RootKey::new).collect())
    }

    /// Every root key held, by its public name, the current one first.
    pub fn fingerprints(&self) -> Vec<String> {
        self.0.iter().map(|root| hex::encode(root.name)).collect()
    }

    /// The public name of the root key that wrapped this, for explaining a `key_wrong`.
    pub fn fingerprint_of(wrapped: &[u8]) -> Option<String> {
        wrapped.get(..FINGERPRINT).map(hex::encode)
    }

    pub(crate) fn keys(&self) -> &[RootKey] {
        &self.0
    }

    pub(crate) fn into_keys(self) -> Vec<Key> {
        self.0.into_iter().map(|root| root.key).collect()
    }
}

impl RootKey {
    fn new(key: Key) -> Self {
        Self {
            name: name_of(&key),
            opened: OpenedKey::new(&key),
            key,
        }
    }
}

impl Vault for RootKeys {
    fn fingerprint(&self) -> String {
        hex::encode(self.0[0].name)
    }

    fn wrap(&self, context: &[u8], key: &Key, rng: &dyn Rng) -> Result<Vec<u8>> {
        let root = &self.0[0];
        let sealed = root
            .opened
            .seal(&bind(&root.name, context), key.expose(), rng)?;
        Ok([root.name.as_slice(), &sealed].concat())
    }

    fn unwrap(&self, context: &[u8], wrapped: &[u8]) -> Result<Key> {
        let (name, sealed) = wrapped
            .split_at_checked(FINGERPRINT)
            .ok_or(Error::new(Code::SealBroken))?;
        let root = self
            .0
            .iter()
            .find(|root| root.name == name)
            .ok_or(Error::new(Code::KeyWrong))?;
        root.opened.open_key(&bind(&root.name, context), sealed)
    }
}

impl std::fmt::Debug for RootKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("RootKeys")
            .field(&self.fingerprints())
            .finish()
    }
}

/// Wraps one version of an organisation's key under the current root key.
pub fn wrap_organisation_key(
    vault: &dyn Vault,
    organisation: OrganisationId,
    version: KeyVersionId,
    key: &Key,
    rng: &dyn Rng,
) -> Result<Vec<u8>> {
    vault.wrap(&organisation_context(organisation, version), key, rng)
}

/// Opens what [`wrap_organisation_key`] made for the same organisation and version.
pub fn unwrap_organisation_key(
    vault: &dyn Vault,
    organisation: OrganisationId,
    version: KeyVersionId,
    wrapped: &[u8],
) -> Result<Key> {
    vault.unwrap(&organisation_context(organisation, version), wrapped)
}

fn organisation_context(organisation: OrganisationId, version: KeyVersionId) -> Vec<u8> {
    [
        b"organisation-key\0".as_slice(),
        organisation.as_bytes(),
        version.as_bytes(),
    ]
    .concat()
}

fn bind(name: &[u8], context: &[u8]) -> Vec<u8> {
    [b"root\0".as_slice(), name, context].concat()
}

/// A public name: a hash in a domain of its own, of which nothing secret can be learned.
pub(crate) fn name_of(key: &Key) -> [u8; FINGERPRINT] {
    let input =
        zeroize::Zeroizing::new([b"caduceus/root-key-name/v1\0".as_slice(), key.expose()].concat());
    let mut name = [0u8; FINGERPRINT];
    name.copy_from_slice(&sha256(&input)[..FINGERPRINT]);
    name
}

#[cfg(test)]
mod tests;
