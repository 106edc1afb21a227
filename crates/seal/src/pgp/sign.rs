//! Signatures over messages.
//!
//! Invariant: the time in a signature is the caller's, and its hash is one that `strength` accepts.

use model::Timestamp;
use model::seams::Rng;
use pgp::composed::SubpacketConfig;
use pgp::packet::{self, PacketTrait, SignatureConfig, SignatureType, Subpacket, SubpacketData};
use pgp::types::{Fingerprint, KeyVersion, Password, SigningKey};

use super::chance::Chance;
use super::secret::{Signer, seconds};
use super::{Block, PgpError, SecretKey, armor};

/// What is signed: the octets, or the text whatever its line ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignAs {
    Binary,
    Text,
}

/// An armored signature apart from what it signs.
pub fn sign_detached(
    content: &[u8],
    by: &SecretKey,
    signed_as: SignAs,
    at: Timestamp,
    rng: &dyn Rng,
) -> Result<Vec<u8>, PgpError> {
    let signature = match by.signer(at)? {
        Signer::Primary(key) => sign(content, key, signed_as, at, rng),
        Signer::Subkey(key) => sign(content, key, signed_as, at, rng),
    };
    let mut binary = Vec::new();
    signature?
        .to_writer_with_header(&mut binary)
        .map_err(|_| PgpError::Failed)?;
    Ok(armor(Block::Signature, &binary))
}

fn sign(
    content: &[u8],
    key: &impl SigningKey,
    signed_as: SignAs,
    at: Timestamp,
    rng: &dyn Rng,
) -> Result<packet::Signature, PgpError> {
    let kind = match signed_as {
        SignAs::Binary => SignatureType::Binary,
        SignAs::Text => SignatureType::Text,
    };
    let (hashed, unhashed) = subpackets(key, &[], at)?;
    let failed = |_| PgpError::Failed;
    let mut config = SignatureConfig::from_key(Chance(rng), key, kind).map_err(failed)?;
    config.hashed_subpackets = hashed;
    config.unhashed_subpackets = unhashed;
    config
        .sign(key, &Password::empty(), content)
        .map_err(failed)
}

/// For a signature inside an encrypted message: it names whom the message is for, so that nobody can
/// send it on to another as if it had been meant for them (RFC 9580 §5.2.3.36).
pub(super) fn for_recipients(
    key: &dyn SigningKey,
    recipients: &[Fingerprint],
    at: Timestamp,
) -> Result<SubpacketConfig, PgpError> {
    let (hashed, unhashed) = subpackets(key, recipients, at)?;
    Ok(SubpacketConfig::UserDefined { hashed, unhashed })
}

type Subpackets = (Vec<Subpacket>, Vec<Subpacket>);

fn subpackets(
    key: &(impl SigningKey + ?Sized),
    recipients: &[Fingerprint],
    at: Timestamp,
) -> Result<Subpackets, PgpError> {
    let failed = |_| PgpError::Failed;
    let made = SubpacketData::SignatureCreationTime(seconds(at)?);
    let issuer = SubpacketData::IssuerFingerprint(key.fingerprint());
    let mut hashed = vec![
        Subpacket::critical(made).map_err(failed)?,
        Subpacket::regular(issuer).map_err(failed)?,
    ];
    for recipient in recipients {
        let data = SubpacketData::IntendedRecipientFingerprint(recipient.clone());
        hashed.push(Subpacket::regular(data).map_err(failed)?);
    }
    let mut unhashed = Vec::new();
    if key.version() == KeyVersion::V4 {
        let id = SubpacketData::IssuerKeyId(key.legacy_key_id());
        unhashed.push(Subpacket::regular(id).map_err(failed)?);
    }
    Ok((hashed, unhashed))
}
