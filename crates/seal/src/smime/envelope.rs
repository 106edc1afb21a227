//! Encrypting: EnvelopedData (RFC 5652 §6) or AuthEnvelopedData (RFC 5083, 5084) for all recipients at once.
//!
//! Invariant: the content's key is drawn for this content alone and leaves only wrapped; GCM is used only
//! where every recipient announced it.

use model::Secret;
use model::limits::MESSAGE_OCTETS_MAX;
use model::seams::Rng;
use openssl::symm;

use super::recipient::{ContentKey, recipient_info};
use super::{Certificate, SmimeError, ber, der, oid};
use crate::entity::{base64_lines, canonical};

/// Recipients of one encrypted message.
const RECIPIENTS_MAX: usize = 1_000;
/// EncryptedContent: `[0]` IMPLICIT OCTET STRING.
const CONTENT: u8 = 0x80;
const GCM_TAG_OCTETS: u8 = 16;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cipher {
    Aes256Cbc,
    Aes256Gcm,
}

impl Cipher {
    /// GCM when all announce it, since one who cannot would read nothing.
    pub fn for_all(to: &[&Certificate]) -> Self {
        match to.iter().all(|one| one.capabilities().aes256_gcm) {
            true => Self::Aes256Gcm,
            false => Self::Aes256Cbc,
        }
    }
}

/// The entity, encrypted: an `application/pkcs7-mime` entity, lines ending in CRLF. Each recipient can see which
/// certificates the others have, so a blind copy is an envelope of its own. The content's key and
/// nonce are drawn from `rng`; keys of agreements and paddings are OpenSSL's.
pub fn encrypt(
    entity: &[u8],
    to: &[&Certificate],
    cipher: Cipher,
    rng: &dyn Rng,
) -> Result<Vec<u8>, SmimeError> {
    if to.is_empty() {
        return Err(SmimeError::CannotEncrypt);
    }
    if to.len() > RECIPIENTS_MAX {
        return Err(SmimeError::TooMany);
    }
    if entity.len() > MESSAGE_OCTETS_MAX {
        return Err(SmimeError::TooLarge);
    }
    let mut key = [0; 32];
    rng.fill(&mut key);
    let key = Secret::new(key);
    let content = canonical(entity);
    let (cms, kind) = match cipher {
        Cipher::Aes256Cbc => (enveloped(&content, to, &key, rng)?, "enveloped-data"),
        Cipher::Aes256Gcm => (
            authenticated(&content, to, &key, rng)?,
            "authEnveloped-data",
        ),
    };
    let head = format!(
        "Content-Type: application/pkcs7-mime; smime-type={kind};\r\n name=\"smime.p7m\"\r\n\
         Content-Transfer-Encoding: base64\r\n\
         Content-Disposition: attachment; filename=\"smime.p7m\"\r\n\r\n"
    );
    Ok([head.as_bytes(), &base64_lines(&cms)].concat())
}

fn enveloped(
    content: &[u8],
    to: &[&Certificate],
    key: &ContentKey,
    rng: &dyn Rng,
) -> Result<Vec<u8>, SmimeError> {
    let mut iv = [0; 16];
    rng.fill(&mut iv);
    let encrypted = symm::encrypt(
        symm::Cipher::aes_256_cbc(),
        key.expose(),
        Some(&iv),
        content,
    )?;
    let (recipients, version) = recipients(to, key)?;
    let data = der::sequence(&[
        &der::small(if version == 0 { 0 } else { 2 }),
        &recipients,
        &encrypted_content(oid::AES256_CBC, &der::octets(&iv), &encrypted),
    ]);
    Ok(content_info(oid::ENVELOPED, &data))
}

fn authenticated(
    content: &[u8],
    to: &[&Certificate],
    key: &ContentKey,
    rng: &dyn Rng,
) -> Result<Vec<u8>, SmimeError> {
    let mut nonce = [0; 12];
    rng.fill(&mut nonce);
    let mut tag = [0; GCM_TAG_OCTETS as usize];
    let encrypted = symm::encrypt_aead(
        symm::Cipher::aes_256_gcm(),
        key.expose(),
        Some(&nonce),
        &[],
        content,
        &mut tag,
    )?;
    let parameters = der::sequence(&[&der::octets(&nonce), &der::small(GCM_TAG_OCTETS)]);
    let data = der::sequence(&[
        &der::small(0),
        &recipients(to, key)?.0,
        &encrypted_content(oid::AES256_GCM, &parameters, &encrypted),
        &der::octets(&tag),
    ]);
    Ok(content_info(oid::AUTH_ENVELOPED, &data))
}

/// RecipientInfos, and the highest version among them.
fn recipients(to: &[&Certificate], key: &ContentKey) -> Result<(Vec<u8>, u8), SmimeError> {
    let mut version = 0;
    let mut infos = Vec::with_capacity(to.len());
    for one in to {
        let (info, own) = recipient_info(one, key)?;
        version = version.max(own);
        infos.push(info);
    }
    Ok((der::set(ber::SET, infos), version))
}

fn encrypted_content(cipher: &[u8], parameters: &[u8], encrypted: &[u8]) -> Vec<u8> {
    der::sequence(&[
        &der::oid(oid::DATA),
        &der::algorithm(cipher, Some(parameters)),
        &der::element(CONTENT, &[encrypted]),
    ])
}

fn content_info(kind: &[u8], data: &[u8]) -> Vec<u8> {
    der::sequence(&[&der::oid(kind), &der::element(ber::context(0), &[data])])
}
