//! The content's key for one recipient: RSA key transport or ECDH key agreement (RFC 5652 §6.2, 5753).
//!
//! Invariant: RSA-OAEP only for whom announced it; an agreement has a key of its own.

use aws_lc_rs::key_wrap::{AES_256, AesKek, KeyWrap};
use model::Secret;
use openssl::derive::Deriver;
use openssl::ec::{EcKey, PointConversionForm};
use openssl::encrypt::Encrypter;
use openssl::hash::{MessageDigest, hash};
use openssl::pkey::PKey;
use openssl::rsa::Padding;

use super::{Certificate, Curve, KeyKind, SmimeError, ber, der, oid};

/// A content key of AES-256.
pub(super) type ContentKey = Secret<[u8; 32]>;

/// RecipientInfo, and its version of the syntax.
pub(super) fn recipient_info(
    to: &Certificate,
    key: &ContentKey,
) -> Result<(Vec<u8>, u8), SmimeError> {
    match to.key() {
        _ if !to.can_encrypt() => Err(SmimeError::CannotEncrypt),
        KeyKind::Rsa(_) => Ok((transport(to, key)?, 0)),
        KeyKind::Ec(curve) => Ok((agreement(to, curve, key)?, 3)),
        KeyKind::Ed25519 | KeyKind::Other => Err(SmimeError::CannotEncrypt),
    }
}

/// RSAES-OAEP with SHA-256 for both its hashes (RFC 4055 §4.1).
pub(super) fn oaep_algorithm() -> Vec<u8> {
    let sha256 = der::algorithm(oid::SHA256, Some(&der::null()));
    let mask = der::algorithm(oid::MGF1, Some(&sha256));
    let parameters = der::sequence(&[
        &der::element(ber::context(0), &[&sha256]),
        &der::element(ber::context(1), &[&mask]),
    ]);
    der::algorithm(oid::RSA_OAEP, Some(&parameters))
}

fn name(to: &Certificate) -> Vec<u8> {
    der::sequence(&[&to.issuer, &to.serial_element])
}

fn transport(to: &Certificate, key: &ContentKey) -> Result<Vec<u8>, SmimeError> {
    let public = to.x509().public_key()?;
    let mut encrypter = Encrypter::new(&public)?;
    let algorithm = if to.capabilities().oaep {
        encrypter.set_rsa_padding(Padding::PKCS1_OAEP)?;
        encrypter.set_rsa_oaep_md(MessageDigest::sha256())?;
        encrypter.set_rsa_mgf1_md(MessageDigest::sha256())?;
        oaep_algorithm()
    } else {
        encrypter.set_rsa_padding(Padding::PKCS1)?;
        der::algorithm(oid::RSA, Some(&der::null()))
    };
    let mut encrypted = vec![0; encrypter.encrypt_len(key.expose())?];
    let length = encrypter.encrypt(key.expose(), &mut encrypted)?;
    encrypted.truncate(length);
    Ok(der::sequence(&[
        &der::small(0),
        &name(to),
        &algorithm,
        &der::octets(&encrypted),
    ]))
}

/// Ephemeral-static ECDH (RFC 5753 §3.1), the key wrapped by AES-256 (RFC 3394).
fn agreement(to: &Certificate, curve: Curve, key: &ContentKey) -> Result<Vec<u8>, SmimeError> {
    let public = to.x509().public_key()?;
    let theirs = public.ec_key()?;
    let group = theirs.group();
    let own = EcKey::generate(group)?;
    let mut numbers = openssl::bn::BigNumContext::new()?;
    let form = PointConversionForm::UNCOMPRESSED;
    let point = own.public_key().to_bytes(group, form, &mut numbers)?;
    let own = PKey::from_ec_key(own)?;
    let mut deriver = Deriver::new(&own)?;
    deriver.set_peer(&public)?;
    let shared = Secret::new(deriver.derive_to_vec()?);

    let (scheme, digest) = match curve {
        Curve::P256 => (oid::ECDH_SHA256, MessageDigest::sha256()),
        Curve::P384 => (oid::ECDH_SHA384, MessageDigest::sha384()),
        Curve::P521 => (oid::ECDH_SHA512, MessageDigest::sha512()),
    };
    let wrap = der::algorithm(oid::AES256_WRAP, None);
    let wrapped = wrapped(key, &wrapping_key(&shared, &wrap, digest)?)?;
    let originator = der::element(
        ber::context(1),
        &[&der::algorithm(oid::EC, None), &der::bits(&point)],
    );
    let keys = der::sequence(&[&der::sequence(&[&name(to), &der::octets(&wrapped)])]);
    Ok(der::element(
        ber::context(1),
        &[
            &der::small(3),
            &der::element(ber::context(0), &[&originator]),
            &der::algorithm(scheme, Some(&wrap)),
            &keys,
        ],
    ))
}

/// ANSI X9.63 over ECC-CMS-SharedInfo (RFC 5753 §7.2); one round gives enough for AES-256.
fn wrapping_key(
    shared: &Secret<Vec<u8>>,
    wrap: &[u8],
    digest: MessageDigest,
) -> Result<ContentKey, SmimeError> {
    let bits = der::octets(&256_u32.to_be_bytes());
    let info = der::sequence(&[wrap, &der::element(ber::context(2), &[&bits])]);
    let text = Secret::new([shared.expose().as_slice(), &1_u32.to_be_bytes(), &info].concat());
    let derived = hash(digest, text.expose())?;
    let mut key = [0; 32];
    key.copy_from_slice(&derived[..32]);
    Ok(Secret::new(key))
}

fn wrapped(key: &ContentKey, by: &ContentKey) -> Result<Vec<u8>, SmimeError> {
    let kek = AesKek::new(&AES_256, by.expose()).map_err(|_| SmimeError::Library)?;
    let mut out = [0; 40];
    let wrapped = kek.wrap(key.expose(), &mut out);
    Ok(wrapped.map_err(|_| SmimeError::Library)?.to_vec())
}
