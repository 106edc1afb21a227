//! A token (RFC 3161 §2.4.2): SignedData over a TSTInfo, and what has to hold of it.
//!
//! Invariant: one signer; its certificate is named inside what it signed, is for time stamps alone,
//! was valid at the stated time, and leads to an authority that was given.

use std::time::Duration;

use model::Timestamp;
use openssl::hash::{MessageDigest, hash};

use super::{Authorities, StampError};
use crate::smime::ber::{self, Element, Reader};
use crate::smime::certificate::{extension_time, sha256};
use crate::smime::signed::data::{Attributes, SignedData};
use crate::smime::signed::signature::{self, Signature};
use crate::smime::{Certificate, SmimeError, oid};

const TOKEN_OCTETS_MAX: usize = 128 * 1024;
/// How far an authority's clock may be before ours.
const SKEW: Duration = Duration::from_secs(300);
/// `[0]` and `[1]` of Accuracy, as INTEGER.
const MILLIS: u8 = 0x80;
const MICROS: u8 = 0x81;
const GENERAL_NAME: u8 = ber::context(0);

/// A token that was read, and not believed yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    der: Vec<u8>,
    info: Info,
}

/// TSTInfo, as far as it is looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Info {
    /// None: by another digest than SHA-256.
    imprint: Option<[u8; 32]>,
    serial: Vec<u8>,
    at: Timestamp,
    accuracy: Duration,
    nonce: Option<Vec<u8>>,
}

/// What a token shows that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// The octets existed before this: the stated time and the accuracy that the authority owns to.
    pub before: Timestamp,
    /// Subject of the certificate that signed, for people: `CN=…, O=…`.
    pub authority: String,
    /// Of the token at that authority, in hexadecimal.
    pub serial: String,
}

impl Token {
    /// Octets behind the token are refused: a token kept has one form.
    pub fn read(der: &[u8]) -> Result<Self, StampError> {
        if der.len() > TOKEN_OCTETS_MAX {
            return Err(StampError::TooLarge);
        }
        let whole = Reader::new(der).any()?;
        let definite = ber::definite(der)?;
        if whole.whole != der || definite != der {
            return Err(StampError::Unreadable);
        }
        let data = SignedData::read(der)?;
        if data.content_type != oid::STAMP_CONTENT || data.signers.len() != 1 {
            return Err(StampError::Unreadable);
        }
        let info = Info::read(&data.content_or(None)?)?;
        Ok(Self {
            der: der.to_vec(),
            info,
        })
    }

    pub fn der(&self) -> &[u8] {
        &self.der
    }
    /// As the authority states it: a claim until [`Self::verify`].
    pub fn stated_at(&self) -> Timestamp {
        self.info.at
    }
    pub(super) fn imprint(&self) -> Option<[u8; 32]> {
        self.info.imprint
    }
    pub(super) fn nonce(&self) -> Option<&[u8]> {
        self.info.nonce.as_deref()
    }

    /// That `octets` existed before a moment, by one of `authorities`. `now` only refuses what is
    /// still to come.
    pub fn verify(
        &self,
        octets: &[u8],
        authorities: &Authorities,
        now: Timestamp,
    ) -> Result<Stamp, StampError> {
        if self.info.imprint != Some(sha256(octets)) {
            return Err(StampError::OtherImprint);
        }
        let data = SignedData::read(&self.der)?;
        let content = data.content_or(None)?;
        let signer = data.signers.first().ok_or(StampError::Unreadable)?;
        let own = signer
            .find_certificate(&data.certificates)
            .ok_or(StampError::NoCertificate)?;
        match signature::check(signer, own, data.content_type, &content) {
            Signature::Good => {}
            Signature::Tampered => return Err(StampError::Tampered),
            Signature::WeakDigest => return Err(StampError::WeakDigest),
            Signature::Unsupported => return Err(StampError::Unsupported),
            Signature::NoCertificate => return Err(StampError::NoCertificate),
        }
        if !names(&signer.attributes, own)? {
            return Err(StampError::OtherCertificate);
        }
        self.judge(own, now)?;
        match authorities.vouch(own, &data.certificates, self.info.at) {
            true => Ok(self.stamp(own)),
            false => Err(StampError::UnknownAuthority),
        }
    }

    fn judge(&self, own: &Certificate, now: Timestamp) -> Result<(), StampError> {
        let at = self.info.at;
        if !own.extensions.is_for_stamps_alone() {
            Err(StampError::WrongUsage)
        } else if !own.key().is_strong() {
            Err(StampError::WeakKey)
        } else if at < own.not_before() || at > own.not_after() {
            Err(StampError::OutsideValidity)
        } else if at > now.plus(SKEW) {
            Err(StampError::Future)
        } else {
            Ok(())
        }
    }

    fn stamp(&self, own: &Certificate) -> Stamp {
        Stamp {
            before: self.info.at.plus(self.info.accuracy),
            authority: own.subject_name(),
            serial: crate::smime::certificate::hex(&self.info.serial),
        }
    }
}

impl Info {
    fn read(content: &[u8]) -> Result<Self, SmimeError> {
        let mut inside = Reader::new(content).load(ber::SEQUENCE)?.inside();
        if inside.load(ber::INTEGER)?.number()? != 1 {
            return Err(SmimeError::Unsupported);
        }
        inside.load(ber::OID)?;
        let mut imprint = inside.load(ber::SEQUENCE)?.inside();
        let digest = imprint.load(ber::SEQUENCE)?.inside().load(ber::OID)?.body;
        let value = imprint.load(ber::OCTETS)?.body;
        let serial = inside.load(ber::INTEGER)?.body.to_vec();
        let at = generalized(inside.load(ber::GENERALIZED_TIME)?)?;
        let accuracy = match inside.find(ber::SEQUENCE)? {
            Some(accuracy) => read_accuracy(accuracy)?,
            None => Duration::ZERO,
        };
        inside.find(ber::BOOLEAN)?;
        let nonce = inside.find(ber::INTEGER)?.map(|nonce| nonce.body.to_vec());
        inside.find(GENERAL_NAME)?;
        Ok(Self {
            imprint: match digest == oid::SHA256 {
                true => value.try_into().ok(),
                false => None,
            },
            serial,
            at,
            accuracy,
            nonce,
        })
    }
}

/// With fractions of a second, which certificates may not have (RFC 3161 §2.4.2).
fn generalized(element: Element<'_>) -> Result<Timestamp, SmimeError> {
    let text = element
        .body
        .strip_suffix(b"Z")
        .ok_or(SmimeError::Unreadable)?;
    let (whole, fraction) = match text.iter().position(|octet| *octet == b'.') {
        Some(at) => (&text[..at], &text[at + 1..]),
        None => return extension_time(element),
    };
    let is_fraction = (1..=9).contains(&fraction.len()) && fraction.iter().all(u8::is_ascii_digit);
    if !is_fraction {
        return Err(SmimeError::Unreadable);
    }
    let seconds = [whole, b"Z"].concat();
    let at = extension_time(Element {
        tag: element.tag,
        body: &seconds,
        whole: &seconds,
    })?;
    let digits = fraction
        .iter()
        .chain(std::iter::repeat(&b'0'))
        .take(6)
        .fold(0_u64, |sum, digit| sum * 10 + u64::from(digit - b'0'));
    Ok(at.plus(Duration::from_micros(digits)))
}

fn read_accuracy(element: Element<'_>) -> Result<Duration, SmimeError> {
    let mut inside = element.inside();
    let number = |found: Option<Element<'_>>| found.map_or(Ok(0), |found| found.number());
    let seconds = number(inside.find(ber::INTEGER)?)?;
    let millis = number(inside.find(MILLIS)?)?;
    let micros = number(inside.find(MICROS)?)?;
    let parts = [
        Duration::from_secs(seconds),
        Duration::from_millis(millis),
        Duration::from_micros(micros),
    ];
    let sum = parts
        .into_iter()
        .try_fold(Duration::ZERO, Duration::checked_add);
    sum.ok_or(SmimeError::Unreadable)
}

/// The first certificate that the signature names is the signer's (RFC 5035 §5.4); RFC 3161 wants it named.
fn names(attributes: &Attributes<'_>, own: &Certificate) -> Result<bool, StampError> {
    if let Some(named) = attributes.named {
        let (digest, value) = first_id(named)?;
        let digest = match digest {
            oid::SHA256 => MessageDigest::sha256(),
            oid::SHA384 => MessageDigest::sha384(),
            oid::SHA512 => MessageDigest::sha512(),
            _ => return Err(StampError::Unsupported),
        };
        return is_hash(digest, own, value);
    }
    match attributes.named_by_sha1 {
        Some(named) => is_hash(MessageDigest::sha1(), own, first_id(named)?.1),
        None => Ok(false),
    }
}

/// Digest and hash of the first ESSCertID or ESSCertIDv2; SHA-256 where none is named.
fn first_id(named: Element<'_>) -> Result<(&[u8], &[u8]), SmimeError> {
    let mut ids = named.inside().load(ber::SEQUENCE)?.inside();
    let mut first = ids.load(ber::SEQUENCE)?.inside();
    let digest = match first.find(ber::SEQUENCE)? {
        Some(algorithm) => algorithm.inside().load(ber::OID)?.body,
        None => oid::SHA256,
    };
    Ok((digest, first.load(ber::OCTETS)?.body))
}

fn is_hash(digest: MessageDigest, own: &Certificate, value: &[u8]) -> Result<bool, StampError> {
    let made = hash(digest, own.der()).map_err(SmimeError::from)?;
    Ok(*made == *value)
}
