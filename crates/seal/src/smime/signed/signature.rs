//! One signature: RSA (PKCS #1 v1.5 and PSS), ECDSA or Ed25519 over SHA-2 (RFC 8551 §2.2, RFC 5754).
//!
//! Invariant: with signed attributes both hold, their own signature and the content's digest and type in
//! them; without them the content cannot be attributes of another message.

use openssl::hash::{MessageDigest, hash};
use openssl::pkey::{Id, PKey, Public};
use openssl::rsa::Padding;
use openssl::sign::{RsaPssSaltlen, Verifier};

use super::data::{Algorithm, Signer};
use crate::smime::ber::{self, Reader};
use crate::smime::{Certificate, SmimeError, oid};

/// Whether a signature holds over its content, whoever signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signature {
    Good,
    /// The content or the signature is not what it was.
    Tampered,
    /// By SHA-1 or MD5, which can be forged.
    WeakDigest,
    Unsupported,
    /// The signer's certificate was not sent along.
    NoCertificate,
}

pub(crate) fn check(
    signer: &Signer<'_>,
    certificate: &Certificate,
    content_type: &[u8],
    content: &[u8],
) -> Signature {
    match holds(signer, certificate, content_type, content) {
        Ok(signature) => signature,
        Err(SmimeError::Unsupported) => Signature::Unsupported,
        Err(_) => Signature::Tampered,
    }
}

fn holds(
    signer: &Signer<'_>,
    certificate: &Certificate,
    content_type: &[u8],
    content: &[u8],
) -> Result<Signature, SmimeError> {
    let Some(digest) = digest_of(signer.digest.id)? else {
        return Ok(Signature::WeakDigest);
    };
    let key = certificate.x509().public_key()?;
    let attributes = &signer.attributes;
    let text = match &attributes.signed {
        Some(signed) => {
            let same = attributes.digest == Some(&*hash(digest, content)?)
                && attributes.content_type == Some(content_type);
            if !same {
                return Ok(Signature::Tampered);
            }
            signed.as_slice()
        }
        // A signature over attributes would hold over content that looks like them.
        None if content.first() == Some(&ber::SET) || content_type != oid::DATA => {
            return Ok(Signature::Tampered);
        }
        None => content,
    };
    match verify(
        &signer.algorithm,
        digest,
        signer.digest.id,
        &key,
        text,
        signer.signature,
    )? {
        true => Ok(Signature::Good),
        false => Ok(Signature::Tampered),
    }
}

/// `None`: one that no longer holds.
fn digest_of(id: &[u8]) -> Result<Option<MessageDigest>, SmimeError> {
    match id {
        oid::SHA256 => Ok(Some(MessageDigest::sha256())),
        oid::SHA384 => Ok(Some(MessageDigest::sha384())),
        oid::SHA512 => Ok(Some(MessageDigest::sha512())),
        oid::SHA1 | oid::MD5 => Ok(None),
        _ => Err(SmimeError::Unsupported),
    }
}

fn verify(
    algorithm: &Algorithm<'_>,
    digest: MessageDigest,
    digest_id: &[u8],
    key: &PKey<Public>,
    text: &[u8],
    signature: &[u8],
) -> Result<bool, SmimeError> {
    let of = |id: &[u8]| digest_id == id;
    let fits = match (key.id(), algorithm.id) {
        (Id::ED25519, oid::ED25519) => {
            let mut verifier = Verifier::new_without_digest(key)?;
            return Ok(verifier.verify_oneshot(signature, text).unwrap_or(false));
        }
        (Id::RSA, oid::RSA | oid::RSA_PSS) => true,
        (Id::RSA, oid::RSA_SHA256) | (Id::EC, oid::ECDSA_SHA256) => of(oid::SHA256),
        (Id::RSA, oid::RSA_SHA384) | (Id::EC, oid::ECDSA_SHA384) => of(oid::SHA384),
        (Id::RSA, oid::RSA_SHA512) | (Id::EC, oid::ECDSA_SHA512) => of(oid::SHA512),
        // some say which key it is where they should say which signature
        (Id::EC, oid::EC) => true,
        _ => return Err(SmimeError::Unsupported),
    };
    if !fits {
        return Ok(false);
    }
    let mut verifier = Verifier::new(digest, key)?;
    if algorithm.id == oid::RSA_PSS {
        let salt = pss_salt(algorithm, digest_id)?;
        verifier.set_rsa_padding(Padding::PKCS1_PSS)?;
        verifier.set_rsa_mgf1_md(digest)?;
        verifier.set_rsa_pss_saltlen(RsaPssSaltlen::custom(salt))?;
    }
    verifier.update(text)?;
    Ok(verifier.verify(signature).unwrap_or(false))
}

/// OpenSSL salts with as much as the key has room for.
const SALT_OCTETS_MAX: u64 = 2_048;

/// Octets of salt (RFC 8017 §A.2.3). The digests of the mask and of the text must be the signer's.
fn pss_salt(algorithm: &Algorithm<'_>, digest_id: &[u8]) -> Result<i32, SmimeError> {
    let parameters = algorithm.parameters.ok_or(SmimeError::Unsupported)?;
    let mut inside = parameters.inside();
    let hash = inside.load(ber::context(0))?.inside().load(ber::SEQUENCE)?;
    let mask = inside.load(ber::context(1))?.inside().load(ber::SEQUENCE)?;
    let salt = match inside.find(ber::context(2))? {
        Some(salt) => salt.inside().load(ber::INTEGER)?.number()?,
        None => 20,
    };
    let mut mask = mask.inside();
    let is_mask = mask.load(ber::OID)?.body == oid::MGF1;
    let mask_hash = mask.load(ber::SEQUENCE)?.inside().load(ber::OID)?;
    let hash = Reader::new(hash.body).load(ber::OID)?;
    if !is_mask || mask_hash.body != digest_id || hash.body != digest_id || salt > SALT_OCTETS_MAX {
        return Err(SmimeError::Unsupported);
    }
    Ok(salt as i32)
}
