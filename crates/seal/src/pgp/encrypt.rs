//! Messages to others: signed inside, encrypted outside.
//!
//! Invariant: either all keys given can read the result, or there is none. Nothing is compressed: the
//! length of a compressed text tells of the text.

use model::seams::Rng;
use model::{Timestamp, limits};
use pgp::composed::MessageBuilder;
use pgp::crypto::aead::{AeadAlgorithm, ChunkSize};
use pgp::crypto::sym::SymmetricKeyAlgorithm;
use pgp::types::{KeyDetails, Password};

use super::chance::Chance;
use super::standing::{self, Moment, Part, Primary};
use super::{Block, KeyFault, PgpError, PublicKey, SecretKey, armor, sign};

/// Armored. By SEIPD version 1 with its MDC, unless all keys announce version 2 (AEAD). A copy for
/// escrow is one key more in `to`.
pub fn encrypt(
    content: &[u8],
    to: &[&PublicKey],
    signer: Option<&SecretKey>,
    at: Timestamp,
    rng: &dyn Rng,
) -> Result<Vec<u8>, PgpError> {
    if content.len() > limits::PGP_MESSAGE_OCTETS_MAX || to.len() > limits::PGP_RECIPIENTS_MAX {
        return Err(PgpError::TooLarge);
    }
    if to.is_empty() {
        return Err(PgpError::Key(KeyFault::NoEncryptionKey));
    }
    let recipients = to
        .iter()
        .map(|key| Recipient::of(key, at))
        .collect::<Result<Vec<_>, _>>()?;
    let signer = signer.map(|key| key.signer(at)).transpose()?;
    let mut builder = MessageBuilder::from_bytes("", content.to_vec());
    if let Some(signer) = &signer {
        let key = signer.key();
        let prints: Vec<_> = to.iter().map(|key| key.inner().fingerprint()).collect();
        let subpackets = sign::for_recipients(key, &prints, at)?;
        builder.sign_with_subpackets(key, Password::empty(), key.hash_alg(), subpackets);
    }
    let failed = |_| PgpError::Failed;
    let cipher = cipher(&recipients);
    let binary = if recipients.iter().all(|to| to.primary.takes_aead()) {
        let chunk = ChunkSize::C64KiB;
        let mut builder = builder.seipd_v2(Chance(rng), cipher, AeadAlgorithm::Ocb, chunk);
        for to in &recipients {
            match to.part {
                Part::Primary(key) => builder.encrypt_to_key(Chance(rng), key),
                Part::Subkey(key) => builder.encrypt_to_key(Chance(rng), key),
            }
            .map_err(failed)?;
        }
        builder.to_vec(Chance(rng)).map_err(failed)?
    } else {
        let mut builder = builder.seipd_v1(Chance(rng), cipher);
        for to in &recipients {
            match to.part {
                Part::Primary(key) => builder.encrypt_to_key(Chance(rng), key),
                Part::Subkey(key) => builder.encrypt_to_key(Chance(rng), key),
            }
            .map_err(failed)?;
        }
        builder.to_vec(Chance(rng)).map_err(failed)?
    };
    Ok(armor(Block::Message, &binary))
}

struct Recipient<'k> {
    primary: Primary<'k>,
    part: Part<'k>,
}

impl<'k> Recipient<'k> {
    fn of(key: &'k PublicKey, at: Timestamp) -> Result<Self, KeyFault> {
        let part = standing::for_encryption(key.inner(), at)?;
        let primary = standing::primary(key.inner(), Moment::now(at))?;
        Ok(Self { primary, part })
    }
}

/// AES-256, unless somebody lists what they take and it is not there: AES-128 all must take
/// (RFC 9580 §9.3).
fn cipher(recipients: &[Recipient<'_>]) -> SymmetricKeyAlgorithm {
    let takes = |to: &Recipient<'_>| {
        let ciphers = to.primary.ciphers();
        ciphers.is_empty() || ciphers.contains(&SymmetricKeyAlgorithm::AES256)
    };
    if recipients.iter().all(takes) {
        SymmetricKeyAlgorithm::AES256
    } else {
        SymmetricKeyAlgorithm::AES128
    }
}
