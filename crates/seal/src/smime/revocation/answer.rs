//! Questions to a responder and its answers (RFC 6960, as RFC 5019 narrows them): one certificate, named by SHA-1, and no
//! nonce, so that an answer may be one that was made before.
//!
//! OpenSSL says who signed; what was said is read here, from the same octets: an answer that is not DER is not read.

use std::time::Duration;

use model::{RevocationDoubt, Timestamp, limits};
use openssl::hash::MessageDigest;
use openssl::ocsp::{OcspCertId, OcspFlag, OcspRequest, OcspResponse, OcspResponseStatus};
use openssl::stack::Stack;
use openssl::x509::store::X509StoreBuilder;
use openssl::x509::verify::{X509VerifyFlags, X509VerifyParam};

use super::{SKEW, Status, reason};
use crate::smime::ber::{self, Element, Reader};
use crate::smime::certificate::extension_time;
use crate::smime::{Certificate, SmimeError, oid};

/// For how long an answer counts that does not say until when.
const OPEN_FOR: Duration = Duration::from_secs(86_400);
/// OpenSSL's level of 112 bits.
const LEVEL: i32 = 2;

/// What a responder is sent; it learns which certificate is meant.
pub fn ask_responder(
    certificate: &Certificate,
    issuer: &Certificate,
) -> Result<Vec<u8>, SmimeError> {
    let mut request = OcspRequest::new()?;
    let (one, its) = (certificate.x509(), issuer.x509());
    request.add_id(OcspCertId::from_cert(MessageDigest::sha1(), one, its)?)?;
    Ok(request.to_der()?)
}

/// What a responder's answer says of a certificate that `issuer` issued.
pub fn judge_answer(
    answer: &[u8],
    certificate: &Certificate,
    issuer: &Certificate,
    at: Timestamp,
) -> Status {
    judged(answer, certificate, issuer, at).unwrap_or_else(Status::Unknown)
}

fn judged(
    answer: &[u8],
    certificate: &Certificate,
    issuer: &Certificate,
    at: Timestamp,
) -> Result<Status, RevocationDoubt> {
    if answer.len() > limits::REVOCATION_ANSWER_OCTETS_MAX {
        return Err(RevocationDoubt::Unreadable);
    }
    let read = OcspResponse::from_der(answer).map_err(|_| RevocationDoubt::Unreadable)?;
    if read.status() != OcspResponseStatus::SUCCESSFUL {
        return Err(RevocationDoubt::NotKnown);
    }
    if read.to_der().ok().as_deref() != Some(answer) {
        return Err(RevocationDoubt::Unreadable);
    }
    if !is_signed(&read, issuer, at).unwrap_or(false) {
        return Err(RevocationDoubt::WrongSigner);
    }
    let asked = ask_responder(certificate, issuer).and_then(|request| named(&request));
    let asked = asked.map_err(|_| RevocationDoubt::Unreadable)?;
    let said = said(answer, &asked).map_err(|_| RevocationDoubt::Unreadable)?;
    said.ok_or(RevocationDoubt::NotKnown)?.at(at)
}

/// By the issuer, or by whom the issuer gave a certificate for that alone (RFC 6960 §4.2.2.2).
fn is_signed(read: &OcspResponse, issuer: &Certificate, at: Timestamp) -> Result<bool, SmimeError> {
    let mut store = X509StoreBuilder::new()?;
    store.add_cert(issuer.x509().clone())?;
    let mut parameters = X509VerifyParam::new()?;
    parameters.set_time(at.secs());
    parameters.set_auth_level(LEVEL);
    parameters.set_flags(X509VerifyFlags::PARTIAL_CHAIN)?;
    store.set_param(&parameters)?;
    let mut known = Stack::new()?;
    known.push(issuer.x509().clone())?;
    let basic = read.basic()?;
    Ok(basic
        .verify(&known, &store.build(), OcspFlag::empty())
        .is_ok())
}

/// Which certificate is meant: its issuer's name and key by SHA-1, its number.
#[derive(PartialEq, Eq)]
struct Named {
    name: Vec<u8>,
    key: Vec<u8>,
    serial: Vec<u8>,
}

impl Named {
    /// None when it is said by another digest.
    fn read(id: Element<'_>) -> Result<Option<Self>, SmimeError> {
        let mut inside = id.inside();
        let digest = inside.load(ber::SEQUENCE)?.inside().load(ber::OID)?.body;
        let read = Self {
            name: inside.load(ber::OCTETS)?.body.to_vec(),
            key: inside.load(ber::OCTETS)?.body.to_vec(),
            serial: inside.load(ber::INTEGER)?.body.to_vec(),
        };
        Ok((digest == oid::SHA1).then_some(read))
    }
}

fn named(request: &[u8]) -> Result<Named, SmimeError> {
    let whole = Reader::new(request).load(ber::SEQUENCE)?;
    let mut tbs = whole.inside().load(ber::SEQUENCE)?.inside();
    let one = tbs.load(ber::SEQUENCE)?.inside().load(ber::SEQUENCE)?;
    let id = Named::read(one.inside().load(ber::SEQUENCE)?)?;
    id.ok_or(SmimeError::Unreadable)
}

/// What was said of one certificate.
struct Said {
    made_at: Timestamp,
    until: Option<Timestamp>,
    word: Word,
}

enum Word {
    Good,
    Revoked { at: Timestamp, number: i64 },
    NotKnown,
}

impl Said {
    fn at(self, now: Timestamp) -> Result<Status, RevocationDoubt> {
        let until = self.until.unwrap_or_else(|| self.made_at.plus(OPEN_FOR));
        match self.word {
            _ if self.made_at > now.plus(SKEW) => Err(RevocationDoubt::Early),
            Word::Revoked { at, number } => Ok(Status::Revoked {
                made_at: self.made_at,
                at,
                reason: reason(number),
            }),
            _ if until.plus(SKEW) < now => Err(RevocationDoubt::Stale),
            Word::Good => Ok(Status::Good {
                made_at: self.made_at,
                until,
            }),
            Word::NotKnown => Err(RevocationDoubt::NotKnown),
        }
    }
}

/// RFC 6960 §4.2.1.
fn said(answer: &[u8], asked: &Named) -> Result<Option<Said>, SmimeError> {
    let mut whole = Reader::new(answer).load(ber::SEQUENCE)?.inside();
    whole.load(ber::ENUMERATED)?;
    let bytes = whole.load(ber::context(0))?.inside().load(ber::SEQUENCE)?;
    let mut bytes = bytes.inside();
    if bytes.load(ber::OID)?.body != oid::BASIC_ANSWER {
        return Err(SmimeError::Unsupported);
    }
    let basic = Reader::new(bytes.load(ber::OCTETS)?.body).load(ber::SEQUENCE)?;
    let mut data = basic.inside().load(ber::SEQUENCE)?.inside();
    data.find(ber::context(0))?;
    data.any()?;
    data.load(ber::GENERALIZED_TIME)?;
    let mut all = data.load(ber::SEQUENCE)?.inside();
    while let Some(one) = all.find_next()? {
        let mut inside = one.inside();
        if Named::read(inside.load(ber::SEQUENCE)?)?.as_ref() == Some(asked) {
            return word_and_time(inside).map(Some);
        }
    }
    Ok(None)
}

fn word_and_time(mut inside: Reader<'_>) -> Result<Said, SmimeError> {
    let status = inside.any()?;
    let word = match status.tag {
        0x80 => Word::Good,
        0xa1 => {
            let mut revoked = status.inside();
            let at = extension_time(revoked.load(ber::GENERALIZED_TIME)?)?;
            let number = match revoked.find(ber::context(0))? {
                Some(reason) => reason.inside().load(ber::ENUMERATED)?.number()?,
                None => 0,
            };
            Word::Revoked {
                at,
                number: i64::try_from(number).unwrap_or(0),
            }
        }
        0x82 => Word::NotKnown,
        _ => return Err(SmimeError::Unreadable),
    };
    let made_at = extension_time(inside.load(ber::GENERALIZED_TIME)?)?;
    let until = match inside.find(ber::context(0))? {
        Some(until) => Some(extension_time(until.inside().load(ber::GENERALIZED_TIME)?)?),
        None => None,
    };
    Ok(Said {
        made_at,
        until,
        word,
    })
}
