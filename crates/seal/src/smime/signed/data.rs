//! SignedData (RFC 5652 §5.1) as it stands on the wire.
//!
//! Invariant: numbers of certificates and signers are bounded; signed attributes are kept as the octets that
//! were signed, and each stands once.

use std::borrow::Cow;

use model::Timestamp;

use crate::smime::ber::{self, Element, Reader};
use crate::smime::certificate::{CERTIFICATES_MAX, extension_time};
use crate::smime::{Capabilities, Certificate, SmimeError, oid};

/// Signatures over one content that are looked at.
const SIGNERS_MAX: usize = 10;
/// `[0]` as subject key identifier.
const KEY_ID: u8 = 0x80;

pub(crate) struct SignedData<'a> {
    pub content_type: &'a [u8],
    content: Option<Cow<'a, [u8]>>,
    pub certificates: Vec<Certificate>,
    pub signers: Vec<Signer<'a>>,
}

pub(crate) enum SignerId<'a> {
    Issuer { name: &'a [u8], serial: &'a [u8] },
    Key(&'a [u8]),
}

/// An algorithm: its id, and its parameters with tag and length.
#[derive(Clone, Copy)]
pub(crate) struct Algorithm<'a> {
    pub id: &'a [u8],
    pub parameters: Option<Element<'a>>,
}

impl<'a> Algorithm<'a> {
    pub(crate) fn read(element: Element<'a>) -> Result<Self, SmimeError> {
        let mut inside = element.inside();
        Ok(Self {
            id: inside.load(ber::OID)?.body,
            parameters: inside.find_next()?,
        })
    }
}

#[derive(Default)]
pub(crate) struct Attributes<'a> {
    /// As they were signed; `None` where the content itself was.
    pub signed: Option<Vec<u8>>,
    pub content_type: Option<&'a [u8]>,
    pub digest: Option<&'a [u8]>,
    pub signed_at: Option<Timestamp>,
    pub capabilities: Capabilities,
    /// SigningCertificate and SigningCertificateV2 (RFC 5035).
    pub named_by_sha1: Option<Element<'a>>,
    pub named: Option<Element<'a>>,
}

pub(crate) struct Signer<'a> {
    id: SignerId<'a>,
    pub digest: Algorithm<'a>,
    pub algorithm: Algorithm<'a>,
    pub attributes: Attributes<'a>,
    pub signature: &'a [u8],
}

impl<'a> SignedData<'a> {
    pub(crate) fn read(definite: &'a [u8]) -> Result<Self, SmimeError> {
        let mut info = Reader::new(definite).load(ber::SEQUENCE)?.inside();
        if info.load(ber::OID)?.body != oid::SIGNED {
            return Err(SmimeError::NotProtected);
        }
        let data = info.load(ber::context(0))?.inside().load(ber::SEQUENCE)?;
        let mut data = data.inside();
        data.load(ber::INTEGER)?;
        data.load(ber::SET)?;
        let mut content = data.load(ber::SEQUENCE)?.inside();
        let content_type = content.load(ber::OID)?.body;
        let content = match content.find(ber::context(0))? {
            Some(explicit) => Some(explicit.inside().any()?.octets()?),
            None => None,
        };
        let certificates = data.find(ber::context(0))?;
        data.find(ber::context(1))?;
        Ok(Self {
            content_type,
            content,
            certificates: certificates.map_or(Ok(Vec::new()), read_certificates)?,
            signers: read_signers(data.load(ber::SET)?)?,
        })
    }

    /// The content inside, or the one beside it; both would be two messages.
    pub(crate) fn content_or(
        &self,
        detached: Option<Cow<'a, [u8]>>,
    ) -> Result<Cow<'a, [u8]>, SmimeError> {
        match (&self.content, detached) {
            (Some(inside), None) => Ok(inside.clone()),
            (None, Some(beside)) => Ok(beside),
            (None, None) => Err(SmimeError::NotProtected),
            (Some(_), Some(_)) => Err(SmimeError::Unreadable),
        }
    }
}

fn read_certificates(set: Element<'_>) -> Result<Vec<Certificate>, SmimeError> {
    let mut found = Vec::new();
    let mut members = set.inside();
    let mut count = 0;
    while let Some(member) = members.find_next()? {
        count += 1;
        if count > CERTIFICATES_MAX {
            return Err(SmimeError::TooMany);
        }
        // Attribute certificates and what we cannot read are nobody's signature's reason.
        if member.tag == ber::SEQUENCE {
            found.extend(Certificate::from_der(member.whole).ok());
        }
    }
    Ok(found)
}

fn read_signers(set: Element<'_>) -> Result<Vec<Signer<'_>>, SmimeError> {
    let mut found = Vec::new();
    let mut members = set.inside();
    while let Some(member) = members.find_next()? {
        if found.len() == SIGNERS_MAX {
            return Err(SmimeError::TooMany);
        }
        found.push(Signer::read(member)?);
    }
    Ok(found)
}

impl<'a> Signer<'a> {
    fn read(element: Element<'a>) -> Result<Self, SmimeError> {
        let mut inside = element.inside();
        inside.load(ber::INTEGER)?;
        let id = match inside.any()? {
            named if named.tag == ber::SEQUENCE => {
                let mut named = named.inside();
                SignerId::Issuer {
                    name: named.load(ber::SEQUENCE)?.whole,
                    serial: named.load(ber::INTEGER)?.whole,
                }
            }
            key if key.tag == KEY_ID => SignerId::Key(key.body),
            _ => return Err(SmimeError::Unreadable),
        };
        let digest = Algorithm::read(inside.load(ber::SEQUENCE)?)?;
        let attributes = inside.find(ber::context(0))?;
        Ok(Self {
            id,
            digest,
            attributes: attributes.map_or(Ok(Attributes::default()), Attributes::read)?,
            algorithm: Algorithm::read(inside.load(ber::SEQUENCE)?)?,
            signature: inside.load(ber::OCTETS)?.body,
        })
    }

    pub(crate) fn find_certificate<'c>(&self, all: &'c [Certificate]) -> Option<&'c Certificate> {
        all.iter().find(|certificate| match self.id {
            SignerId::Issuer { name, serial } => {
                certificate.issuer == name && certificate.serial_element == serial
            }
            SignerId::Key(id) => certificate.extensions.key_id.as_deref() == Some(id),
        })
    }
}

impl<'a> Attributes<'a> {
    fn read(element: Element<'a>) -> Result<Self, SmimeError> {
        let mut found = Self {
            // RFC 5652 §5.4: hashed as the set that they are, not as [0]
            signed: Some(crate::smime::der::element(ber::SET, &[element.body])),
            ..Self::default()
        };
        let mut seen: Vec<&[u8]> = Vec::new();
        let mut list = element.inside();
        while let Some(attribute) = list.find_next()? {
            let mut inside = attribute.inside();
            let id = inside.load(ber::OID)?.body;
            if seen.contains(&id) {
                return Err(SmimeError::Unreadable);
            }
            seen.push(id);
            let value = inside.load(ber::SET)?.inside().find_next()?;
            if let Some(value) = value {
                found.take(id, value)?;
            }
        }
        Ok(found)
    }

    fn take(&mut self, id: &[u8], value: Element<'a>) -> Result<(), SmimeError> {
        match id {
            oid::CONTENT_TYPE => self.content_type = Some(value.body),
            oid::MESSAGE_DIGEST => self.digest = Some(value.body),
            oid::SIGNING_TIME => self.signed_at = Some(extension_time(value)?),
            oid::CAPABILITIES => self.capabilities = Capabilities::read(value.whole)?,
            oid::SIGNING_CERTIFICATE => self.named_by_sha1 = Some(value),
            oid::SIGNING_CERTIFICATE_V2 => self.named = Some(value),
            _ => {}
        }
        Ok(())
    }
}
