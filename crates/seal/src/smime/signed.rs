//! Checking signatures: multipart/signed and opaque signed-data (RFC 8551 §3.5, RFC 5652 §5).
//!
//! Whether the signer's address is the author's stays with the caller. Invariant: a signature is good only
//! over the content that is handed out with it, by a digest of SHA-2, with a certificate that the signature
//! itself names.

use std::borrow::Cow;

use model::limits::MESSAGE_OCTETS_MAX;
use model::{Address, Timestamp};

use super::structure::{self, Form};
use super::{Capabilities, Certificate, Purpose, SmimeError, Trust, Verdict};
use crate::entity::{canonical, with_crlf};
use data::{SignedData, Signer};

pub(crate) mod data;
pub(crate) mod signature;

pub use signature::Signature;

/// What a signed entity says, and who says so.
pub struct Verified {
    /// What was signed, whole, with its own header fields.
    pub entity: Vec<u8>,
    pub signature: Signature,
    /// Of the signer, when it was sent along.
    pub certificate: Option<Certificate>,
    /// What else was sent along.
    pub chain: Vec<Certificate>,
    /// About the certificate; `None` without one.
    pub verdict: Option<Verdict>,
    /// As the signer says: a claim, not a proof.
    pub signed_at: Option<Timestamp>,
    pub capabilities: Capabilities,
}

impl Verified {
    /// The content is what somebody signed whom we believe.
    pub fn is_good(&self) -> bool {
        self.signature == Signature::Good && self.verdict.is_some_and(Verdict::is_good)
    }
    /// Whether the certificate is of `author`: of a message, what its From field says.
    pub fn is_by(&self, author: &Address) -> bool {
        self.certificate.as_ref().is_some_and(|c| c.is_of(author))
    }
}

/// From signed mail: how to write to its sender.
#[derive(Clone, Debug)]
pub struct Harvested {
    pub certificate: Certificate,
    pub capabilities: Capabilities,
}

/// Checks a signed entity, or a message that is one. Of several signers the best counts.
pub fn verify(entity: &[u8], trust: &Trust, at: Timestamp) -> Result<Verified, SmimeError> {
    let entity = with_crlf(entity);
    let signed = Signed::read(&entity)?;
    let data = SignedData::read(&signed.cms)?;
    let content = data.content_or(signed.detached)?;
    let mut best: Option<Verified> = None;
    for signer in &data.signers {
        let judged = judge(signer, &data, &content, trust, at);
        let rank = |v: &Verified| (v.is_good(), v.signature == Signature::Good);
        if best.as_ref().is_none_or(|best| rank(best) < rank(&judged)) {
            best = Some(judged);
        }
    }
    let mut best = best.ok_or(SmimeError::NotProtected)?;
    best.entity = content.into_owned();
    Ok(best)
}

/// Certificates for writing to whoever signed this, with what their software can do. Nothing is believed
/// here beyond the signature: [`Trust::check`] comes before use. A signer may have another key for
/// encryption; it is the one sent along that is of the same address.
pub fn harvest(entity: &[u8]) -> Vec<Harvested> {
    find_harvest(entity).unwrap_or_default()
}

fn find_harvest(entity: &[u8]) -> Result<Vec<Harvested>, SmimeError> {
    let entity = with_crlf(entity);
    let signed = Signed::read(&entity)?;
    let data = SignedData::read(&signed.cms)?;
    let content = data.content_or(signed.detached)?;
    let mut found: Vec<Harvested> = Vec::new();
    for signer in &data.signers {
        let Some(own) = signer.find_certificate(&data.certificates) else {
            continue;
        };
        if signature::check(signer, own, data.content_type, &content) != Signature::Good {
            continue;
        }
        let is_theirs = |other: &&Certificate| {
            other.can_encrypt() && other.emails().iter().any(|e| own.emails().contains(e))
        };
        let capabilities = signer.attributes.capabilities;
        for certificate in data.certificates.iter().filter(is_theirs) {
            if found.iter().all(|known| known.certificate != *certificate) {
                found.push(Harvested {
                    certificate: certificate.clone().with_capabilities(capabilities),
                    capabilities,
                });
            }
        }
    }
    Ok(found)
}

pub(super) fn certificates_of(definite: &[u8]) -> Result<Vec<Certificate>, SmimeError> {
    Ok(SignedData::read(definite)?.certificates)
}

fn judge(
    signer: &Signer<'_>,
    data: &SignedData<'_>,
    content: &[u8],
    trust: &Trust,
    at: Timestamp,
) -> Verified {
    let certificate = signer.find_certificate(&data.certificates);
    let signature = match certificate {
        Some(own) => signature::check(signer, own, data.content_type, content),
        None => Signature::NoCertificate,
    };
    let chain: Vec<Certificate> = data
        .certificates
        .iter()
        .filter(|other| Some(*other) != certificate)
        .cloned()
        .collect();
    Verified {
        entity: Vec::new(),
        signature,
        certificate: certificate.cloned(),
        verdict: certificate.map(|own| trust.check(own, &chain, at, Purpose::Sign, None)),
        chain,
        signed_at: signer.attributes.signed_at,
        capabilities: signer.attributes.capabilities,
    }
}

/// A signed entity taken apart.
struct Signed<'a> {
    cms: Vec<u8>,
    detached: Option<Cow<'a, [u8]>>,
}

impl<'a> Signed<'a> {
    fn read(entity: &'a [u8]) -> Result<Self, SmimeError> {
        if entity.len() > MESSAGE_OCTETS_MAX {
            return Err(SmimeError::TooLarge);
        }
        match structure::form(entity) {
            Form::Detached { content, signature } => Ok(Self {
                cms: super::ber::definite(&structure::cms_of(signature)?)?,
                detached: Some(canonical(content)),
            }),
            Form::Cms => Ok(Self {
                cms: super::ber::definite(&structure::cms_of(entity)?)?,
                detached: None,
            }),
            Form::Mixed => Err(SmimeError::Mixed),
            Form::Plain => Err(SmimeError::NotProtected),
        }
    }
}
