//! Secret keys: made, read, handed to a vault.
//!
//! New ones are Ed25519 with X25519, in the form that the asked version's readers know. The secret
//! numbers of RSA are used only where an imported key brings them. Invariant: what is signed here
//! carries the caller's time, and no secret is in `Debug`.

use std::io::BufReader;
use std::time::Duration;

use model::seams::Rng;
use model::{Secret, Timestamp, limits};
use pgp::composed::{
    Deserializable, KeyType, SignedKeyDetails, SignedSecretKey, SignedSecretSubKey,
};
use pgp::crypto::aead::AeadAlgorithm;
use pgp::crypto::ecc_curve::ECCCurve;
use pgp::crypto::hash::HashAlgorithm;
use pgp::crypto::sym::SymmetricKeyAlgorithm;
use pgp::packet::{
    self, Features, KeyFlags, PacketTrait, PubKeyInner, SignatureConfig, SignatureType, Subpacket,
    SubpacketData, UserId,
};
use pgp::ser::Serialize;
use pgp::types::{KeyDetails, KeyVersion, Password, SignedUser, SigningKey};
use zeroize::Zeroizing;

use super::chance::Chance;
use super::standing::{self, Part};
use super::{Block, KeyFault, PgpError, PublicKey, armor, dearmor};

/// Which generation of OpenPGP a key belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// RFC 4880: everybody reads it.
    V4,
    /// RFC 9580: few read it yet.
    V6,
}

/// A key to open messages with and to sign by.
#[derive(Clone)]
pub struct SecretKey {
    key: SignedSecretKey,
    public: PublicKey,
}

impl SecretKey {
    /// A key that certifies and signs, with a subkey that encrypts. `lifetime` counts from `at`.
    pub fn generate(
        user_id: &str,
        lifetime: Option<Duration>,
        at: Timestamp,
        rng: &dyn Rng,
        version: Version,
    ) -> Result<Self, PgpError> {
        let mut maker = Maker {
            rng: Chance(rng),
            at: seconds(at)?,
            lifetime,
            version,
        };
        let key = maker.make(user_id).map_err(|_| PgpError::Failed)?;
        Self::admit(key)
    }

    /// One secret key, armored or binary. A locked one needs its password and is unlocked for good:
    /// at rest it is the vault that keeps it.
    pub fn parse(bytes: &[u8], password: Option<&Secret<String>>) -> Result<Self, PgpError> {
        if bytes.len() > limits::PGP_KEYS_OCTETS_MAX {
            return Err(PgpError::TooLarge);
        }
        let binary = Zeroizing::new(dearmor(bytes)?);
        let mut keys = SignedSecretKey::from_bytes_many(BufReader::new(&binary[..]))
            .map_err(|_| PgpError::Malformed)?;
        let key = keys.next().ok_or(PgpError::Malformed)?;
        let mut key = key.map_err(|_| PgpError::Malformed)?;
        unlock(&mut key, password)?;
        Self::admit(key)
    }

    pub fn public(&self) -> &PublicKey {
        &self.public
    }
    /// As it is kept at rest; `parse` reads it.
    pub fn binary(&self) -> Secret<Vec<u8>> {
        // writing to memory does not fail
        Secret::new(self.key.to_bytes().unwrap_or_default())
    }
    /// For the owner to take away, without a password on it.
    pub fn armored(&self) -> Secret<Vec<u8>> {
        Secret::new(armor(Block::PrivateKey, self.binary().expose()))
    }

    pub(super) fn inner(&self) -> &SignedSecretKey {
        &self.key
    }
    /// The part to sign by at that moment: the first that may and whose secret is there.
    pub(super) fn signer(&self, at: Timestamp) -> Result<Signer<'_>, KeyFault> {
        for part in standing::for_signing(self.public.inner(), at)? {
            let signer = match part {
                Part::Primary(_) => Some(Signer::Primary(&self.key.primary_key)),
                Part::Subkey(public) => {
                    let mut subkeys = self.key.secret_subkeys.iter();
                    subkeys
                        .find(|subkey| subkey.key.public_key() == public)
                        .map(|subkey| Signer::Subkey(&subkey.key))
                }
            };
            if let Some(signer) = signer {
                return Ok(signer);
            }
        }
        Err(KeyFault::NoSigningKey)
    }
    fn admit(key: SignedSecretKey) -> Result<Self, PgpError> {
        let public = PublicKey::admit(key.to_public_key())?;
        Ok(Self { key, public })
    }
}

impl std::fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SecretKey({})", self.public.fingerprint())
    }
}

/// The part of a secret key that signs.
pub(super) enum Signer<'k> {
    Primary(&'k packet::SecretKey),
    Subkey(&'k packet::SecretSubkey),
}

impl<'k> Signer<'k> {
    pub fn key(&self) -> &'k dyn SigningKey {
        match self {
            Self::Primary(key) => *key,
            Self::Subkey(key) => *key,
        }
    }
}

pub(super) fn seconds(at: Timestamp) -> Result<pgp::types::Timestamp, PgpError> {
    let seconds = u32::try_from(at.secs()).map_err(|_| PgpError::Failed)?;
    Ok(pgp::types::Timestamp::from_secs(seconds))
}

fn unlock(key: &mut SignedSecretKey, password: Option<&Secret<String>>) -> Result<(), PgpError> {
    let password = match password {
        Some(password) => Password::from(password.expose().as_str()),
        None => Password::empty(),
    };
    let locked = |_| PgpError::Locked;
    key.primary_key.remove_password(&password).map_err(locked)?;
    for subkey in &mut key.secret_subkeys {
        subkey.key.remove_password(&password).map_err(locked)?;
    }
    Ok(())
}

/// What all signatures of a new key share.
struct Maker<'a> {
    rng: Chance<'a>,
    at: pgp::types::Timestamp,
    lifetime: Option<Duration>,
    version: Version,
}

impl Maker<'_> {
    fn make(&mut self, user_id: &str) -> pgp::errors::Result<SignedSecretKey> {
        let (signs, encrypts, version) = match self.version {
            Version::V4 => (
                KeyType::Ed25519Legacy,
                KeyType::ECDH(ECCCurve::Curve25519Legacy),
                KeyVersion::V4,
            ),
            Version::V6 => (KeyType::Ed25519, KeyType::X25519, KeyVersion::V6),
        };
        let (public, secret) = signs.generate(&mut self.rng)?;
        let inner = PubKeyInner::new(version, signs.to_alg(), self.at, None, public)?;
        let primary = packet::SecretKey::new(packet::PublicKey::from_inner(inner)?, secret)?;
        let (public, secret) = encrypts.generate(&mut self.rng)?;
        let inner = PubKeyInner::new(version, encrypts.to_alg(), self.at, None, public)?;
        let sub = packet::SecretSubkey::new(packet::PublicSubkey::from_inner(inner)?, secret)?;

        let direct_signatures = self.direct(&primary)?;
        let user = self.user(&primary, user_id)?;
        let mut config = self.config(&primary, SignatureType::SubkeyBinding)?;
        let mut flags = KeyFlags::default();
        flags.set_encrypt_comms(true);
        flags.set_encrypt_storage(true);
        config.hashed_subpackets.push(critical_flags(flags)?);
        self.push_lifetime(&mut config)?;
        let open = Password::empty();
        let binding =
            config.sign_subkey_binding(&primary, primary.public_key(), &open, sub.public_key())?;
        Ok(SignedSecretKey::new(
            primary,
            SignedKeyDetails::new(Vec::new(), direct_signatures, vec![user], Vec::new()),
            Vec::new(),
            vec![SignedSecretSubKey::new(sub, vec![binding])],
        ))
    }

    /// A version 6 key speaks of itself in a signature over itself (RFC 9580 §10.1.1).
    fn direct(
        &mut self,
        primary: &packet::SecretKey,
    ) -> pgp::errors::Result<Vec<packet::Signature>> {
        if self.version == Version::V4 {
            return Ok(Vec::new());
        }
        let mut config = self.config(primary, SignatureType::Key)?;
        self.describe(&mut config)?;
        let signature = config.sign_key(primary, &Password::empty(), primary.public_key())?;
        Ok(vec![signature])
    }

    /// A version 4 key speaks of itself in the signature over its first name.
    fn user(&mut self, primary: &packet::SecretKey, id: &str) -> pgp::errors::Result<SignedUser> {
        let id = UserId::from_str(Default::default(), id)?;
        let mut config = self.config(primary, SignatureType::CertPositive)?;
        if self.version == Version::V4 {
            self.describe(&mut config)?;
        }
        let first = Subpacket::regular(SubpacketData::IsPrimary(true))?;
        config.hashed_subpackets.push(first);
        let open = Password::empty();
        let signature =
            config.sign_certification(primary, primary.public_key(), &open, id.tag(), &id)?;
        Ok(id.into_signed(signature))
    }

    fn describe(&self, config: &mut SignatureConfig) -> pgp::errors::Result<()> {
        let mut flags = KeyFlags::default();
        flags.set_certify(true);
        flags.set_sign(true);
        let mut features = Features::default();
        features.set_seipd_v1(true);
        features.set_seipd_v2(self.version == Version::V6);
        let aes = [SymmetricKeyAlgorithm::AES256, SymmetricKeyAlgorithm::AES128];
        let sha2 = [
            HashAlgorithm::Sha512,
            HashAlgorithm::Sha384,
            HashAlgorithm::Sha256,
        ];
        config.hashed_subpackets.push(critical_flags(flags)?);
        let mut says = vec![
            SubpacketData::Features(features),
            SubpacketData::PreferredSymmetricAlgorithms(aes.into_iter().collect()),
            SubpacketData::PreferredHashAlgorithms(sha2.into_iter().collect()),
            SubpacketData::PreferredCompressionAlgorithms(Default::default()),
        ];
        if self.version == Version::V6 {
            let pairs = aes.map(|cipher| (cipher, AeadAlgorithm::Ocb));
            says.push(SubpacketData::PreferredAeadAlgorithms(
                pairs.into_iter().collect(),
            ));
        }
        for data in says {
            config.hashed_subpackets.push(Subpacket::regular(data)?);
        }
        self.push_lifetime(config)
    }

    fn push_lifetime(&self, config: &mut SignatureConfig) -> pgp::errors::Result<()> {
        if let Some(lifetime) = self.lifetime {
            let seconds = u32::try_from(lifetime.as_secs()).unwrap_or(u32::MAX);
            let life = pgp::types::Duration::from_secs(seconds);
            let life = Subpacket::critical(SubpacketData::KeyExpirationTime(life))?;
            config.hashed_subpackets.push(life);
        }
        Ok(())
    }

    fn config(
        &mut self,
        primary: &packet::SecretKey,
        kind: SignatureType,
    ) -> pgp::errors::Result<SignatureConfig> {
        let mut config = SignatureConfig::from_key(&mut self.rng, primary, kind)?;
        config.hashed_subpackets = vec![
            Subpacket::critical(SubpacketData::SignatureCreationTime(self.at))?,
            Subpacket::regular(SubpacketData::IssuerFingerprint(primary.fingerprint()))?,
        ];
        if self.version == Version::V4 {
            let id = SubpacketData::IssuerKeyId(primary.legacy_key_id());
            config.unhashed_subpackets = vec![Subpacket::regular(id)?];
        }
        Ok(config)
    }
}

fn critical_flags(flags: KeyFlags) -> pgp::errors::Result<Subpacket> {
    Subpacket::critical(SubpacketData::KeyFlags(flags))
}
