//! Which algorithms are still good enough, for what, and since when not.
//!
//! Judged by the time a signature says it was made: backdating is open to the key's holder alone.

use model::Timestamp;
use pgp::crypto::hash::HashAlgorithm;
use pgp::crypto::sym::SymmetricKeyAlgorithm;
use pgp::ser::Serialize;
use pgp::types::PublicParams;

/// NIST SP 800-131A: shorter ones are refused.
const RSA_BITS_MIN: u16 = 2048;

/// 2024-01-01: since then nobody has an excuse to bind keys by SHA-1. Older bindings are not signed
/// over what an attacker chose, so that a collision does not help.
const SHA1_BINDINGS_UNTIL: Timestamp = Timestamp::from_secs(1_704_067_200);

/// Whether a key's signature over its own parts may rest on this hash.
pub(super) fn binds(hash: HashAlgorithm, made: Timestamp) -> bool {
    is_strong(hash) || (hash == HashAlgorithm::Sha1 && made < SHA1_BINDINGS_UNTIL)
}

/// Whether a signature over a message may rest on this hash: its text may be the attacker's choice.
pub(super) fn is_strong(hash: HashAlgorithm) -> bool {
    matches!(
        hash,
        HashAlgorithm::Sha224
            | HashAlgorithm::Sha256
            | HashAlgorithm::Sha384
            | HashAlgorithm::Sha512
            | HashAlgorithm::Sha3_256
            | HashAlgorithm::Sha3_512
    )
}

/// Whether a key is strong enough to encrypt to, or to be believed.
pub(super) fn is_strong_key(params: &PublicParams) -> bool {
    match params {
        PublicParams::RSA(rsa) => modulus_bits(rsa).is_some_and(|bits| bits >= RSA_BITS_MIN),
        PublicParams::ECDSA(_)
        | PublicParams::ECDH(_)
        | PublicParams::EdDSALegacy(_)
        | PublicParams::Ed25519(_)
        | PublicParams::X25519(_)
        | PublicParams::Ed448(_)
        | PublicParams::X448(_) => true,
        // DSA, ElGamal and what we do not know
        _ => false,
    }
}

/// The length that stands before the modulus, the first number of an RSA key (RFC 9580 §3.2).
fn modulus_bits(rsa: &impl Serialize) -> Option<u16> {
    let bytes = rsa.to_bytes().ok()?;
    Some(u16::from_be_bytes([*bytes.first()?, *bytes.get(1)?]))
}

/// Ciphers that a received message may be encrypted by. Blocks of 64 bits are legacy, yet what is
/// already written is read; no cipher at all is no protection.
pub(super) fn may_decrypt(cipher: SymmetricKeyAlgorithm) -> bool {
    matches!(
        cipher,
        SymmetricKeyAlgorithm::AES128
            | SymmetricKeyAlgorithm::AES192
            | SymmetricKeyAlgorithm::AES256
            | SymmetricKeyAlgorithm::Camellia128
            | SymmetricKeyAlgorithm::Camellia192
            | SymmetricKeyAlgorithm::Camellia256
            | SymmetricKeyAlgorithm::Twofish
            | SymmetricKeyAlgorithm::CAST5
            | SymmetricKeyAlgorithm::TripleDES
            | SymmetricKeyAlgorithm::Blowfish
    )
}
