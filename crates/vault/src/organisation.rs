//! One organisation's key: wraps the keys of its items, derives its subkeys, blinds its lookups.
//!
//! It has versions. New items are wrapped under the last one; older ones still unwrap, so content is
//! never re-encrypted by a rotation: only wrapped keys are (see [`OrganisationKey::needs_rewrap`]).
//! Subkeys and blind tokens come from the FIRST version, because a token that changed would find
//! nothing: that version is kept as long as anything is looked up by it.

use aws_lc_rs::{hkdf, hmac};
use model::seams::Rng;
use model::{Code, Error, KeyVersionId, OrganisationId, Result};
use zeroize::Zeroizing;

use crate::{Key, OpenedKey};

const SALT: &[u8] = b"caduceus/organisation-key/v1";

/// An organisation's key, every version of it, ready to use. Make it once and keep it: the
/// derivations and key schedules are done here.
pub struct OrganisationKey {
    organisation: OrganisationId,
    /// Oldest first; never empty.
    versions: Vec<Version>,
    /// Of the first version.
    root: hkdf::Prk,
}

struct Version {
    id: KeyVersionId,
    wrapping: OpenedKey,
}

impl OrganisationKey {
    /// `versions` oldest first: the last is current, the first derives subkeys and tokens.
    ///
    /// # Panics
    /// When there is no version: an organisation without a key cannot be made or loaded.
    pub fn new(organisation: OrganisationId, versions: Vec<(KeyVersionId, Key)>) -> Self {
        let (_, first) = versions
            .first()
            .expect("an organisation has at least one key version");
        let root = extract(first);
        let versions = versions
            .iter()
            .map(|(id, key)| Version {
                id: *id,
                wrapping: OpenedKey::new(&expand(&extract(key), "wrap")),
            })
            .collect();
        Self {
            organisation,
            versions,
            root,
        }
    }

    pub fn organisation(&self) -> OrganisationId {
        self.organisation
    }

    pub fn current(&self) -> KeyVersionId {
        self.newest().id
    }

    /// Wraps an item's key: the 16 bytes of the version's id, then the sealed key. It unwraps only
    /// for the same organisation and item.
    pub fn wrap(&self, item: &[u8; 16], key: &Key, rng: &dyn Rng) -> Result<Vec<u8>> {
        let version = self.newest();
        let sealed = version
            .wrapping
            .seal(&self.context(version.id, item), key.expose(), rng)?;
        Ok([version.id.as_bytes().as_slice(), &sealed].concat())
    }

    /// `key_wrong` when the version is not among ours, `seal_broken` when the rest was altered or
    /// belongs to another item.
    pub fn unwrap(&self, item: &[u8; 16], wrapped: &[u8]) -> Result<Key> {
        let (id, sealed) = wrapped
            .split_at_checked(16)
            .ok_or(Error::new(Code::SealBroken))?;
        let version = self
            .versions
            .iter()
            .rev()
            .find(|v| v.id.as_bytes() == id)
            .ok_or(Error::new(Code::KeyWrong))?;
        version
            .wrapping
            .open_key(&self.context(version.id, item), sealed)
    }

    /// Whether a wrapped key is still under an older version.
    pub fn needs_rewrap(&self, wrapped: &[u8]) -> bool {
        !wrapped.starts_with(self.current().as_bytes())
    }

    /// A keyed token of a value, equal for equal values of one field, so that a column can be
    /// searched without holding the value. Different fields and organisations share no token.
    /// The value must be normalised already (`Address::fold`, digits only, …).
    pub fn blind(&self, field: &str, value: &str) -> [u8; 32] {
        self.blinder(field).token(value)
    }

    /// [`Self::blind`] for many values of one field: the derivation is done once.
    pub fn blinder(&self, field: &str) -> Blinder {
        let key = self.subkey(&format!("blind/{field}"));
        Blinder(hmac::Key::new(hmac::HMAC_SHA256, key.expose()))
    }

    /// A key for one use, derived by HKDF (RFC 5869) from the first version.
    pub fn subkey(&self, label: &str) -> Key {
        expand(&self.root, &format!("subkey/{label}"))
    }

    fn newest(&self) -> &Version {
        &self.versions[self.versions.len() - 1]
    }

    fn context(&self, version: KeyVersionId, item: &[u8; 16]) -> [u8; 48] {
        let mut out = [0u8; 48];
        out[..16].copy_from_slice(self.organisation.as_bytes());
        out[16..32].copy_from_slice(version.as_bytes());
        out[32..].copy_from_slice(item);
        out
    }
}

impl std::fmt::Debug for OrganisationKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "OrganisationKey({}, {} versions)",
            self.organisation,
            self.versions.len()
        )
    }
}

/// Makes tokens of one field of one organisation.
#[derive(Clone)]
pub struct Blinder(hmac::Key);

impl Blinder {
    pub fn token(&self, value: &str) -> [u8; 32] {
        let mut out = [0u8; 32];
        out.copy_from_slice(hmac::sign(&self.0, value.as_bytes()).as_ref());
        out
    }
}

impl std::fmt::Debug for Blinder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Blinder(..)")
    }
}

fn extract(key: &Key) -> hkdf::Prk {
    hkdf::Salt::new(hkdf::HKDF_SHA256, SALT).extract(key.expose())
}

fn expand(root: &hkdf::Prk, label: &str) -> Key {
    let mut bytes = Zeroizing::new([0u8; 32]);
    root.expand(&[label.as_bytes()], hkdf::HKDF_SHA256)
        .and_then(|okm| okm.fill(bytes.as_mut_slice()))
        .expect("32 bytes are within HKDF's limit of 255 blocks");
    Key::new(*bytes)
}

#[cfg(test)]
mod tests;
