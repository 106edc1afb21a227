//! Signing: multipart/signed with a detached signature (RFC 8551 §3.5.3), which every reader can show.
//!
//! Invariant: what is signed is in canonical form and stands in the message as it was hashed; the moment is
//! the caller's.

use model::Timestamp;
use openssl::hash::MessageDigest;
use openssl::pkey::Id;
use openssl::sign::Signer;

use super::certificate::{hex, sha256, written};
use super::{Capabilities, Curve, Identity, KeyKind, SmimeError, ber, der, oid};
use crate::entity::{base64_lines, canonical};

/// The entity, signed: a MIME entity with its header fields, lines ending in CRLF. Its transfer encodings are
/// the caller's choice, and what is not 7bit breaks where a relay has to recode it (RFC 8551 §3.1.3).
pub fn sign(entity: &[u8], who: &Identity, at: Timestamp) -> Result<Vec<u8>, SmimeError> {
    if !who.certificate().can_sign() {
        return Err(SmimeError::CannotSign);
    }
    let content = canonical(entity);
    let (signature, mic) = signed_data(&content, who, at)?;
    // It names what it delimits, so it does not stand in it.
    let boundary = format!("signed-{}", &hex(&sha256(&signature))[..40]);
    let head = format!(
        "Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\";\r\n \
         micalg={mic}; boundary=\"{boundary}\"\r\n\r\n\
         This is a signed message.\r\n\r\n--{boundary}\r\n"
    );
    let between = format!(
        "\r\n--{boundary}\r\n\
         Content-Type: application/pkcs7-signature; name=\"smime.p7s\"\r\n\
         Content-Transfer-Encoding: base64\r\n\
         Content-Disposition: attachment; filename=\"smime.p7s\"\r\n\r\n"
    );
    let end = format!("\r\n--{boundary}--\r\n");
    Ok([
        head.as_bytes(),
        &content,
        between.as_bytes(),
        &base64_lines(&signature),
        end.as_bytes(),
    ]
    .concat())
}

/// By which digest a key signs.
struct Suite {
    digest: MessageDigest,
    digest_id: &'static [u8],
    /// The word of RFC 8551 §3.5.3.2.
    mic: &'static str,
    algorithm: Vec<u8>,
}

impl Suite {
    /// As strong as the key's curve: readers refuse a shorter digest than the key (GnuPG does).
    fn of(key: KeyKind) -> Result<Self, SmimeError> {
        let (digest, digest_id, mic) = match key {
            KeyKind::Rsa(_) | KeyKind::Ec(Curve::P256) => {
                (MessageDigest::sha256(), oid::SHA256, "sha-256")
            }
            KeyKind::Ec(Curve::P384) => (MessageDigest::sha384(), oid::SHA384, "sha-384"),
            // RFC 8419 §3.1
            KeyKind::Ec(Curve::P521) | KeyKind::Ed25519 => {
                (MessageDigest::sha512(), oid::SHA512, "sha-512")
            }
            KeyKind::Other => return Err(SmimeError::CannotSign),
        };
        let algorithm = match key {
            KeyKind::Ec(Curve::P256) => der::algorithm(oid::ECDSA_SHA256, None),
            KeyKind::Ec(Curve::P384) => der::algorithm(oid::ECDSA_SHA384, None),
            KeyKind::Ec(Curve::P521) => der::algorithm(oid::ECDSA_SHA512, None),
            KeyKind::Ed25519 => der::algorithm(oid::ED25519, None),
            _ => der::algorithm(oid::RSA, Some(&der::null())),
        };
        Ok(Self {
            digest,
            digest_id,
            mic,
            algorithm,
        })
    }
}

/// SignedData without its content (RFC 5652 §5.2), and the word for its digest.
fn signed_data(
    content: &[u8],
    who: &Identity,
    at: Timestamp,
) -> Result<(Vec<u8>, &'static str), SmimeError> {
    let Suite {
        digest,
        digest_id,
        mic,
        algorithm,
    } = Suite::of(who.certificate().key())?;
    let hash = openssl::hash::hash(digest, content)?;
    let attributes = vec![
        attribute(oid::CONTENT_TYPE, &der::oid(oid::DATA)),
        attribute(oid::MESSAGE_DIGEST, &der::octets(&hash)),
        attribute(oid::SIGNING_TIME, &written(at)),
        attribute(oid::CAPABILITIES, &Capabilities::ours()),
    ];
    let signature = signature(who, digest, &der::set(ber::SET, attributes.clone()))?;
    let own = who.certificate();
    let digest_algorithm = der::algorithm(digest_id, None);
    let signer = der::sequence(&[
        &der::small(1),
        &der::sequence(&[&own.issuer, &own.serial_element]),
        &digest_algorithm,
        &der::set(ber::context(0), attributes),
        &algorithm,
        &der::octets(&signature),
    ]);
    let all = std::iter::once(own).chain(who.chain());
    let certificates = all.map(|certificate| certificate.der().to_vec()).collect();
    let data = der::sequence(&[
        &der::small(1),
        &der::set(ber::SET, vec![digest_algorithm]),
        &der::sequence(&[&der::oid(oid::DATA)]),
        &der::set(ber::context(0), certificates),
        &der::set(ber::SET, vec![signer]),
    ]);
    let whole = der::sequence(&[
        &der::oid(oid::SIGNED),
        &der::element(ber::context(0), &[&data]),
    ]);
    Ok((whole, mic))
}

fn attribute(id: &[u8], value: &[u8]) -> Vec<u8> {
    der::sequence(&[&der::oid(id), &der::element(ber::SET, &[value])])
}

fn signature(who: &Identity, digest: MessageDigest, text: &[u8]) -> Result<Vec<u8>, SmimeError> {
    let mut signer = match who.key().id() {
        Id::ED25519 => Signer::new_without_digest(who.key())?,
        _ => Signer::new(digest, who.key())?,
    };
    Ok(signer.sign_oneshot_to_vec(text)?)
}
