//! Messages to us: opened whole, or not at all.
//!
//! Invariant (EFAIL): the integrity protection is checked over the whole message before an octet of it
//! is looked at, a message without one is not opened, and whatever fails gives out nothing.

use model::{Timestamp, limits};
use pgp::composed::PlainSessionKey;
use pgp::packet::{Packet, PublicKeyEncryptedSessionKey, SymEncryptedProtectedData};
use pgp::types::{
    DecryptionKey, EskType, Fingerprint, KeyDetails, Password, PkeskVersion, Seipdv1ReadMode,
};
use zeroize::Zeroizing;

use super::content::{self, Budget};
use super::verify::{self, Audience, Verdict};
use super::{PgpError, PublicKey, SecretKey, dearmor};

/// How a message was protected against change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Integrity {
    /// SEIPD version 1: a hash inside the encryption.
    Mdc,
    /// SEIPD version 2.
    Aead,
}

/// A message that was opened, and what its signatures are worth.
pub struct Opened {
    pub content: Vec<u8>,
    pub integrity: Integrity,
    /// One for each signature in the message; none when it was not signed.
    pub signatures: Vec<Verdict>,
    /// The key of ours that opened it.
    pub opened_by: String,
}

impl std::fmt::Debug for Opened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Opened")
            .field("integrity", &self.integrity)
            .field("signatures", &self.signatures)
            .finish_non_exhaustive()
    }
}

/// Armored or binary. Keys that have ended or were revoked still open what was sent to them.
pub fn decrypt(
    message: &[u8],
    with: &[&SecretKey],
    signers: &[PublicKey],
    at: Timestamp,
) -> Result<Opened, PgpError> {
    if message.len() > limits::PGP_MESSAGE_OCTETS_MAX {
        return Err(PgpError::TooLarge);
    }
    let envelope = Envelope::read(&dearmor(message)?)?;
    let mut budget = Budget::new();
    let (by, session) = envelope.session_key(with)?;
    let inner = envelope.open(&session)?;
    budget.spend(inner.len())?;
    let content = content::unpack(inner, &mut budget)?;
    let audience = Audience::Encrypted(&by);
    let signatures = verify::judge_all(&content, signers, at, audience);
    Ok(Opened {
        content: content.bytes,
        integrity: envelope.integrity(),
        signatures,
        opened_by: super::public::hex(by.as_bytes()),
    })
}

/// Session keys for the recipients and the one packet they open (RFC 9580 §10.3).
struct Envelope {
    for_keys: Vec<PublicKeyEncryptedSessionKey>,
    data: SymEncryptedProtectedData,
}

impl Envelope {
    fn read(binary: &[u8]) -> Result<Self, PgpError> {
        let mut for_keys = Vec::new();
        let mut data = None;
        for packet in content::packets(binary)? {
            match packet {
                _ if data.is_some() => return Err(PgpError::Malformed),
                Packet::PublicKeyEncryptedSessionKey(key) => for_keys.push(key),
                // a password beside the keys is somebody else's way in
                Packet::SymKeyEncryptedSessionKey(_) => {}
                Packet::SymEncryptedProtectedData(found) => data = Some(found),
                Packet::SymEncryptedData(_) => return Err(PgpError::NotProtected),
                Packet::GnupgAeadData(_) => return Err(PgpError::Unsupported),
                Packet::LiteralData(_)
                | Packet::CompressedData(_)
                | Packet::OnePassSignature(_)
                | Packet::Signature(_)
                    if for_keys.is_empty() =>
                {
                    return Err(PgpError::NotEncrypted);
                }
                _ => return Err(PgpError::Malformed),
            }
        }
        let data = data.ok_or(PgpError::Malformed)?;
        if for_keys.len() > limits::PGP_RECIPIENTS_MAX {
            return Err(PgpError::TooLarge);
        }
        Ok(Self { for_keys, data })
    }

    fn integrity(&self) -> Integrity {
        match self.data.version() {
            1 => Integrity::Mdc,
            _ => Integrity::Aead,
        }
    }

    /// The session key, and the certificate of the key that gave it.
    fn session_key(&self, with: &[&SecretKey]) -> Result<(Fingerprint, PlainSessionKey), PgpError> {
        for wrapped in &self.for_keys {
            for secret in with {
                if let Some(key) = self.unwrap(wrapped, secret) {
                    return Ok((secret.inner().primary_key.fingerprint(), key));
                }
            }
        }
        Err(PgpError::NoKey)
    }

    fn unwrap(
        &self,
        wrapped: &PublicKeyEncryptedSessionKey,
        secret: &SecretKey,
    ) -> Option<PlainSessionKey> {
        let key = secret.inner();
        let subkeys = key.secret_subkeys.iter().map(|subkey| &subkey.key);
        let mut subkeys = subkeys.filter(|key| wrapped.match_identity(key.public_key()));
        let found = subkeys.find_map(|key| self.try_key(wrapped, key));
        found.or_else(|| {
            let primary = &key.primary_key;
            let is_its = wrapped.match_identity(primary.public_key());
            is_its.then(|| self.try_key(wrapped, primary)).flatten()
        })
    }

    /// §10.3.2.1: each version of the data has its version of the session key; no cipher is none.
    fn try_key(
        &self,
        wrapped: &PublicKeyEncryptedSessionKey,
        key: &impl DecryptionKey,
    ) -> Option<PlainSessionKey> {
        let kind = match wrapped.version() {
            PkeskVersion::V3 => EskType::V3_4,
            PkeskVersion::V6 => EskType::V6,
            PkeskVersion::Other(_) => return None,
        };
        let opened = key.decrypt(&Password::empty(), wrapped.values().ok()?, kind);
        let session = opened.ok()?.ok()?;
        let fits = match (&session, self.integrity()) {
            (PlainSessionKey::V3_4 { sym_alg, key }, Integrity::Mdc) => {
                super::strength::may_decrypt(*sym_alg) && key.len() == sym_alg.key_size()
            }
            (PlainSessionKey::V6 { .. }, Integrity::Aead) => true,
            _ => false,
        };
        fits.then_some(session)
    }

    /// All of it with its protection checked, or nothing.
    fn open(&self, session: &PlainSessionKey) -> Result<Vec<u8>, PgpError> {
        let (cipher, key) = match session {
            PlainSessionKey::V3_4 { sym_alg, key } => (Some(*sym_alg), key),
            PlainSessionKey::V5 { key } | PlainSessionKey::V6 { key } => (None, key),
        };
        let mode = Seipdv1ReadMode::CheckFirst {
            max_message_size: limits::PGP_MESSAGE_OCTETS_MAX,
        };
        let key = Zeroizing::new(key.as_ref().to_vec());
        self.data
            .decrypt(&key, cipher, mode)
            .map_err(|_| PgpError::Tampered)
    }
}
