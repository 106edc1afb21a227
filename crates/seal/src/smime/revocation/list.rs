//! Revocation lists (RFC 5280 §5, §6.3): whole ones, by the issuer of what they list.
//!
//! Not here: lists of changes, lists by another than the issuer. They are told apart and say nothing.

use std::cell::Cell;
use std::cmp::Ordering;

use model::{RevocationDoubt, Timestamp, limits};
use openssl::asn1::{Asn1Time, Asn1TimeRef};
use openssl::x509::{CertificateIssuer, CrlStatus, ReasonCode, X509Crl, X509RevokedRef};

use super::places::full_names;
use super::{SKEW, Status, reason};
use crate::smime::ber::{self, Reader};
use crate::smime::certificate::pem_blocks;
use crate::smime::{Certificate, SmimeError, oid};

pub struct RevocationList {
    crl: X509Crl,
    made_at: Timestamp,
    until: Option<Timestamp>,
    scope: Scope,
    /// Whose signature was looked for last, and whether it is there: one list speaks of many.
    signer: Cell<Option<([u8; 32], bool)>>,
}

/// For which certificates a list is whole (RFC 5280 §5.2.5).
#[derive(Default)]
struct Scope {
    doubt: Option<RevocationDoubt>,
    /// It is one of several, and which.
    names: Option<Vec<Vec<u8>>>,
    /// For some reasons alone: it can revoke, and clear nobody.
    is_partial: bool,
}

impl RevocationList {
    /// DER, or PEM as some servers give it.
    pub fn read(bytes: &[u8]) -> Result<Self, SmimeError> {
        if bytes.len() > limits::REVOCATION_LIST_OCTETS_MAX {
            return Err(SmimeError::TooLarge);
        }
        if bytes.starts_with(b"-----BEGIN ") {
            let blocks = pem_blocks(bytes);
            let (_, der) = blocks.first().ok_or(SmimeError::Unreadable)?;
            return Self::from_der(der);
        }
        Self::from_der(bytes)
    }

    fn from_der(der: &[u8]) -> Result<Self, SmimeError> {
        let scope = Scope::read(der)?;
        let crl = X509Crl::from_der(der).map_err(|_| SmimeError::Unreadable)?;
        Ok(Self {
            made_at: moment(crl.last_update())?,
            until: crl.next_update().map(moment).transpose()?,
            signer: Cell::new(None),
            crl,
            scope,
        })
    }

    /// Its issuer has a newer one by now.
    pub fn is_over(&self, at: Timestamp) -> bool {
        self.until.is_none_or(|until| until <= at)
    }

    /// What it says of a certificate that `issuer` issued.
    pub fn judge(&self, certificate: &Certificate, issuer: &Certificate, at: Timestamp) -> Status {
        if !self.is_signed_by(issuer) {
            return Status::Unknown(RevocationDoubt::WrongSigner);
        }
        if self.made_at > at.plus(SKEW) {
            return Status::Unknown(RevocationDoubt::Early);
        }
        if let Some(doubt) = self.scope.doubt_about(certificate) {
            return Status::Unknown(doubt);
        }
        let serial = certificate.x509().serial_number();
        match (self.crl.get_by_serial(serial), self.until) {
            (CrlStatus::Revoked(entry), _) => self.revoked(entry),
            _ if self.scope.is_partial => Status::Unknown(RevocationDoubt::Partial),
            (_, Some(until)) if until.plus(SKEW) >= at => Status::Good {
                made_at: self.made_at,
                until,
            },
            _ => Status::Unknown(RevocationDoubt::Stale),
        }
    }

    fn is_signed_by(&self, issuer: &Certificate) -> bool {
        let fingerprint = issuer.fingerprint();
        if let Some((known, is_signed)) = self.signer.get()
            && known == fingerprint
        {
            return is_signed;
        }
        let (ours, theirs) = (self.crl.issuer_name(), issuer.x509().subject_name());
        let is_signed = ours
            .try_cmp(theirs)
            .is_ok_and(|order| order == Ordering::Equal)
            && issuer.extensions.may_sign_lists()
            && issuer
                .x509()
                .public_key()
                .is_ok_and(|key| self.crl.verify(&key).unwrap_or(false));
        self.signer.set(Some((fingerprint, is_signed)));
        is_signed
    }

    fn revoked(&self, entry: &X509RevokedRef) -> Status {
        let is_anothers = entry.extension::<CertificateIssuer>();
        let number = entry.extension::<ReasonCode>();
        let (Ok(at), Ok(None), Ok(number)) = (moment(entry.revocation_date()), is_anothers, number)
        else {
            return Status::Unknown(RevocationDoubt::Unreadable);
        };
        let number = number.and_then(|(_, number)| number.get_i64().ok());
        Status::Revoked {
            made_at: self.made_at,
            at,
            reason: reason(number.unwrap_or(0)),
        }
    }
}

impl Scope {
    fn read(der: &[u8]) -> Result<Self, SmimeError> {
        let whole = Reader::new(der).load(ber::SEQUENCE)?;
        let mut tbs = whole.inside().load(ber::SEQUENCE)?.inside();
        let mut scope = Self::default();
        while let Some(element) = tbs.find_next()? {
            if element.tag != ber::context(0) {
                continue;
            }
            let mut list = element.inside().load(ber::SEQUENCE)?.inside();
            while let Some(extension) = list.find_next()? {
                let mut inside = extension.inside();
                let id = inside.load(ber::OID)?.body;
                let critical = inside.find(ber::BOOLEAN)?;
                let is_critical = critical.is_some_and(|flag| flag.body != [0]);
                let value = Reader::new(inside.load(ber::OCTETS)?.body);
                match id {
                    oid::LIST_SCOPE => scope.take(value)?,
                    oid::LIST_NUMBER | oid::AUTHORITY_KEY_ID => {}
                    // Changes to another list, or what we do not know.
                    _ if is_critical => scope.doubt = Some(RevocationDoubt::Partial),
                    _ => {}
                }
            }
        }
        Ok(scope)
    }

    fn take(&mut self, mut value: Reader<'_>) -> Result<(), SmimeError> {
        let mut parts = value.load(ber::SEQUENCE)?.inside();
        while let Some(part) = parts.find_next()? {
            let is_set = part.body != [0];
            match part.tag {
                tag if tag == ber::context(0) => {
                    let names = full_names(part)?;
                    self.names = Some(names.into_iter().map(<[u8]>::to_vec).collect());
                }
                // of people's certificates, which are all that is asked about
                0x81 => {}
                0x83 => self.is_partial = true,
                0x84 if is_set => self.doubt = Some(RevocationDoubt::Indirect),
                0x82 | 0x85 if is_set => self.doubt = Some(RevocationDoubt::Partial),
                0x82 | 0x84 | 0x85 => {}
                _ => return Err(SmimeError::Unreadable),
            }
        }
        Ok(())
    }

    fn doubt_about(&self, certificate: &Certificate) -> Option<RevocationDoubt> {
        let names = self.names.as_ref().map(|names| {
            let names: Vec<&[u8]> = names.iter().map(Vec::as_slice).collect();
            certificate.places().names_any(&names)
        });
        match names {
            Some(false) => self.doubt.or(Some(RevocationDoubt::Partial)),
            _ => self.doubt,
        }
    }
}

fn moment(time: &Asn1TimeRef) -> Result<Timestamp, SmimeError> {
    let since = Asn1Time::from_unix(0)?.diff(time)?;
    Ok(Timestamp::from_secs(
        i64::from(since.days) * 86_400 + i64::from(since.secs),
    ))
}
