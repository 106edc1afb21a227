//! Whether a certificate is to be believed: roots, revocation lists and what was pinned by hand.
//!
//! Everything is given: no list is fetched, no clock read. OpenSSL builds the chain (RFC 5280 §6); usage,
//! addresses and revocation are judged here. Invariant: `Trusted` means a chain to a given root, at the given
//! moment, for mail, with no given list against any of its members.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use model::{Address, Timestamp};
use openssl::asn1::Asn1Time;
use openssl::stack::Stack;
use openssl::x509::store::{X509Store, X509StoreBuilder};
use openssl::x509::verify::{X509VerifyFlags, X509VerifyParam};
use openssl::x509::{CrlStatus, X509, X509Crl, X509Ref, X509StoreContext};

use super::certificate::pem_blocks;
use super::{Certificate, SmimeError};

/// Issuers between a certificate and its root.
const CHAIN_MAX: i32 = 6;
/// OpenSSL's level of 112 bits: RSA from 2048 bits, digests from SHA-224.
const LEVEL: i32 = 2;
/// Roots of one organisation, a system's bundle included.
const ROOTS_MAX: usize = 1_000;
/// Octets of one revocation list; the largest public ones have some megabytes.
const LIST_OCTETS_MAX: usize = 32 * 1024 * 1024;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    Sign,
    Encrypt,
}

/// Why no chain leads to a root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Untrusted {
    UnknownIssuer,
    SelfSigned,
    /// An issuer's signature does not hold.
    BadSignature,
    /// An issuer may not issue this: no authority, not for mail, too deep, or a name outside its own.
    NotItsIssuer,
    Other,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Trusted,
    /// By hand, by the organisation.
    Pinned,
    Untrusted(Untrusted),
    Expired,
    NotYetValid,
    Revoked,
    /// It is somebody else's.
    WrongAddress,
    WeakKey,
    WrongUsage,
}

impl Verdict {
    pub fn is_good(self) -> bool {
        matches!(self, Self::Trusted | Self::Pinned)
    }
}

/// What an organisation believes.
#[derive(Default)]
pub struct Trust {
    roots: Vec<Certificate>,
    lists: Vec<X509Crl>,
    pinned: BTreeSet<[u8; 32]>,
}

impl Trust {
    pub fn new() -> Self {
        Self::default()
    }

    /// Certificates of authorities, PEM or DER: the organisation's own, or a system's bundle.
    pub fn add_roots(&mut self, bytes: &[u8]) -> Result<(), SmimeError> {
        let blocks = pem_blocks(bytes);
        let found = match blocks.is_empty() {
            true => Certificate::parse_all(bytes)?,
            // a bundle may hold one that we cannot read, and the others count all the same
            false => blocks
                .iter()
                .filter_map(|(_, der)| Certificate::from_der(der).ok())
                .collect(),
        };
        match found.len() {
            0 => return Err(SmimeError::Unreadable),
            count if self.roots.len() + count > ROOTS_MAX => return Err(SmimeError::TooMany),
            _ => self.roots.extend(found),
        }
        Ok(())
    }

    /// A revocation list (RFC 5280 §5), PEM or DER. Whether its issuer signed it is asked when it is used.
    pub fn add_revocations(&mut self, bytes: &[u8]) -> Result<(), SmimeError> {
        if bytes.len() > LIST_OCTETS_MAX {
            return Err(SmimeError::TooLarge);
        }
        let blocks = pem_blocks(bytes);
        let lists: Vec<&[u8]> = match blocks.is_empty() {
            true => vec![bytes],
            false => blocks.iter().map(|(_, der)| der.as_slice()).collect(),
        };
        for der in lists {
            let list = X509Crl::from_der(der).map_err(|_| SmimeError::Unreadable)?;
            self.lists.push(list);
        }
        Ok(())
    }

    /// Believes one certificate whoever issued it. Time, usage, key and revocation still count.
    pub fn pin(&mut self, fingerprint: [u8; 32]) {
        self.pinned.insert(fingerprint);
    }

    /// `chain` are certificates that may lead to a root; `of` is whose it must be.
    pub fn check(
        &self,
        certificate: &Certificate,
        chain: &[Certificate],
        at: Timestamp,
        purpose: Purpose,
        of: Option<&Address>,
    ) -> Verdict {
        let is_pinned = self.pinned.contains(&certificate.fingerprint());
        if let Some(verdict) = own_faults(certificate, at, purpose) {
            return verdict;
        }
        // Who pins a certificate that names nobody has said whose it is.
        let is_nameless = is_pinned && certificate.emails().is_empty();
        if of.is_some_and(|address| !is_nameless && !certificate.is_of(address)) {
            return Verdict::WrongAddress;
        }
        match (self.build(certificate, chain, at), is_pinned) {
            (Ok(path), _) if self.is_revoked(&path, at) => Verdict::Revoked,
            (Ok(_), false) => Verdict::Trusted,
            (_, true) => Verdict::Pinned,
            (Err(verdict), false) => verdict,
        }
    }

    /// The chain up to a root, the certificate itself first.
    fn build(
        &self,
        certificate: &Certificate,
        chain: &[Certificate],
        at: Timestamp,
    ) -> Result<Vec<X509>, Verdict> {
        let other = Err(Verdict::Untrusted(Untrusted::Other));
        let (Ok(store), Ok(more)) = (self.store(at), stack(chain)) else {
            return other;
        };
        let Ok(mut context) = X509StoreContext::new() else {
            return other;
        };
        let built = context.init(&store, certificate.x509(), &more, |context| {
            if !context.verify_cert()? {
                return Ok(Err(context.error().as_raw()));
            }
            let path = context.chain().map(|path| {
                let members = path.iter().map(X509Ref::to_owned);
                members.collect::<Vec<X509>>()
            });
            Ok(Ok(path.unwrap_or_default()))
        });
        match built {
            Ok(Ok(path)) if issues_mail(&path) => Ok(path),
            Ok(Ok(_)) => Err(Verdict::Untrusted(Untrusted::NotItsIssuer)),
            Ok(Err(code)) => Err(verdict_of(code)),
            Err(_) => other,
        }
    }

    fn store(&self, at: Timestamp) -> Result<X509Store, SmimeError> {
        let mut store = X509StoreBuilder::new()?;
        for root in &self.roots {
            store.add_cert(root.x509().clone())?;
        }
        let mut parameters = X509VerifyParam::new()?;
        parameters.set_time(at.secs());
        parameters.set_depth(CHAIN_MAX);
        parameters.set_auth_level(LEVEL);
        // an organisation may believe an authority below a root
        parameters.set_flags(X509VerifyFlags::PARTIAL_CHAIN)?;
        store.set_param(&parameters)?;
        Ok(store.build())
    }

    fn is_revoked(&self, path: &[X509], at: Timestamp) -> bool {
        let pairs = path.windows(2);
        pairs.into_iter().any(|pair| {
            let (member, issuer) = (&pair[0], &pair[1]);
            self.lists
                .iter()
                .any(|list| revokes(list, member, issuer, at))
        })
    }
}

/// Faults that no chain can mend.
fn own_faults(certificate: &Certificate, at: Timestamp, purpose: Purpose) -> Option<Verdict> {
    let may = match purpose {
        Purpose::Sign => certificate.can_sign(),
        Purpose::Encrypt => certificate.can_encrypt(),
    };
    if at < certificate.not_before() {
        Some(Verdict::NotYetValid)
    } else if at > certificate.not_after() {
        Some(Verdict::Expired)
    } else if !certificate.key().is_strong() {
        Some(Verdict::WeakKey)
    } else if !may {
        Some(Verdict::WrongUsage)
    } else {
        None
    }
}

fn stack(chain: &[Certificate]) -> Result<Stack<X509>, SmimeError> {
    let mut all = Stack::new()?;
    for certificate in chain {
        all.push(certificate.x509().clone())?;
    }
    Ok(all)
}

/// Whether every issuer of the chain may issue for mail, where it says what it may issue for.
fn issues_mail(path: &[X509]) -> bool {
    path.iter().skip(1).all(|issuer| {
        let read = issuer.to_der().ok().map(|der| Certificate::from_der(&der));
        matches!(read, Some(Ok(read)) if read.extensions.is_for_mail())
    })
}

/// A list counts when the issuer of `member` signed it and it is not of the future. One that is over still
/// revokes: what was withdrawn does not come back by waiting.
fn revokes(list: &X509Crl, member: &X509, issuer: &X509Ref, at: Timestamp) -> bool {
    let same = |a: &openssl::x509::X509NameRef, b: &openssl::x509::X509NameRef| {
        a.try_cmp(b).is_ok_and(|order| order == Ordering::Equal)
    };
    let Ok(now) = Asn1Time::from_unix(at.secs()) else {
        return false;
    };
    if !same(list.issuer_name(), issuer.subject_name()) || list.last_update() > now {
        return false;
    }
    let is_signed = issuer
        .public_key()
        .is_ok_and(|key| list.verify(&key).unwrap_or(false));
    match list.get_by_cert(member) {
        CrlStatus::Revoked(entry) if is_signed => entry.revocation_date() <= now,
        _ => false,
    }
}

/// OpenSSL's X509_V_ERR_*.
fn verdict_of(code: i32) -> Verdict {
    match code {
        9 => Verdict::NotYetValid,
        10 => Verdict::Expired,
        66..=68 => Verdict::WeakKey,
        2 | 20 | 21 | 27 => Verdict::Untrusted(Untrusted::UnknownIssuer),
        18 | 19 => Verdict::Untrusted(Untrusted::SelfSigned),
        7 => Verdict::Untrusted(Untrusted::BadSignature),
        22 | 24..=26 | 32 | 47 | 48 | 79 => Verdict::Untrusted(Untrusted::NotItsIssuer),
        _ => Verdict::Untrusted(Untrusted::Other),
    }
}
