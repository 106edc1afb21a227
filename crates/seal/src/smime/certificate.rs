//! A correspondent's certificate (RFC 5280, 8550): whose it is, how long, and what it is good for.
//!
//! Not whether to believe it: that is [`super::Trust`]'s. Invariant: addresses are folded, so that two
//! spellings of one mailbox are one; `Debug` shows the fingerprint and nobody's name.

use aws_lc_rs::digest::{SHA256, digest};
use model::{Address, Timestamp};
use openssl::nid::Nid;
use openssl::pkey::Id;
use openssl::x509::{X509, X509NameRef, X509VerifyResult};

use super::ber::{self, Reader};
use super::{Capabilities, Places, SmimeError, oid};
use crate::entity::unbase64;
use extensions::Extensions;

mod extensions;

pub(crate) use extensions::{time as extension_time, written};

/// Certificates read from one file or message.
pub(crate) const CERTIFICATES_MAX: usize = 100;
/// Octets of one certificate; the largest seen have some kilobytes.
const CERTIFICATE_OCTETS_MAX: usize = 64 * 1024;
/// RSA keys below this are not used (NIST SP 800-131A), above the other nobody has patience.
pub(crate) const RSA_BITS_MIN: u32 = 2_048;
const RSA_BITS_MAX: u32 = 16_384;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Curve {
    P256,
    P384,
    P521,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    Rsa(u32),
    Ec(Curve),
    Ed25519,
    Other,
}

impl KeyKind {
    pub(crate) fn is_strong(self) -> bool {
        match self {
            Self::Rsa(bits) => (RSA_BITS_MIN..=RSA_BITS_MAX).contains(&bits),
            Self::Ec(_) | Self::Ed25519 => true,
            Self::Other => false,
        }
    }
}

#[derive(Clone)]
pub struct Certificate {
    x509: X509,
    der: Vec<u8>,
    fingerprint: [u8; 32],
    emails: Vec<String>,
    /// As encoded, for what names the certificate.
    pub(crate) issuer: Vec<u8>,
    pub(crate) serial_element: Vec<u8>,
    pub(crate) extensions: Extensions,
    not_before: Timestamp,
    not_after: Timestamp,
    key: KeyKind,
    capabilities: Capabilities,
}

impl std::fmt::Debug for Certificate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Certificate({})", hex(&self.fingerprint))
    }
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.fingerprint == other.fingerprint
    }
}
impl Eq for Certificate {}

impl Certificate {
    /// All certificates of a file: PEM, DER, or PKCS#7 (`.p7b`, `.p7c`) in either form.
    pub fn parse_all(bytes: &[u8]) -> Result<Vec<Self>, SmimeError> {
        let certificates = match memchr::memmem::find(bytes, b"-----BEGIN ") {
            Some(_) => from_pem(bytes)?,
            None => from_der(bytes)?,
        };
        match certificates.is_empty() {
            true => Err(SmimeError::Unreadable),
            false => Ok(certificates),
        }
    }

    pub fn from_der(der: &[u8]) -> Result<Self, SmimeError> {
        if der.len() > CERTIFICATE_OCTETS_MAX {
            return Err(SmimeError::TooLarge);
        }
        let whole = Reader::new(der).load(ber::SEQUENCE)?;
        let mut tbs = whole.inside().load(ber::SEQUENCE)?.inside();
        tbs.find(ber::context(0))?;
        let serial = tbs.load(ber::INTEGER)?;
        tbs.load(ber::SEQUENCE)?;
        let issuer = tbs.load(ber::SEQUENCE)?;
        let mut validity = tbs.load(ber::SEQUENCE)?.inside();
        let (not_before, not_after) = (
            extensions::time(validity.any()?)?,
            extensions::time(validity.any()?)?,
        );
        let extensions = Extensions::read(tbs)?;
        let x509 = X509::from_der(whole.whole).map_err(|_| SmimeError::Unreadable)?;
        Ok(Self {
            emails: emails(&extensions, &x509),
            fingerprint: sha256(whole.whole),
            der: whole.whole.to_vec(),
            issuer: issuer.whole.to_vec(),
            serial_element: serial.whole.to_vec(),
            key: key_kind(&x509),
            capabilities: extensions.capabilities,
            x509,
            extensions,
            not_before,
            not_after,
        })
    }

    pub fn der(&self) -> &[u8] {
        &self.der
    }
    /// SHA-256 of the DER.
    pub fn fingerprint(&self) -> [u8; 32] {
        self.fingerprint
    }
    /// Folded; of the subject alternative name, and of the subject as older certificates have it.
    pub fn emails(&self) -> &[String] {
        &self.emails
    }
    pub fn is_of(&self, address: &Address) -> bool {
        self.emails.contains(&address.fold())
    }
    /// For people: `CN=…, O=…`.
    pub fn subject_name(&self) -> String {
        name(self.x509.subject_name())
    }
    pub fn issuer_name(&self) -> String {
        name(self.x509.issuer_name())
    }
    /// In hexadecimal.
    pub fn serial(&self) -> String {
        let body = Reader::new(&self.serial_element).any();
        body.map(|element| hex(element.body)).unwrap_or_default()
    }
    pub fn not_before(&self) -> Timestamp {
        self.not_before
    }
    pub fn not_after(&self) -> Timestamp {
        self.not_after
    }
    pub fn key(&self) -> KeyKind {
        self.key
    }
    /// Usage and key fit, whatever its time and trust (RFC 8550 §4.4).
    pub fn can_encrypt(&self) -> bool {
        let usage = &self.extensions;
        usage.is_for_mail()
            && self.key.is_strong()
            && match self.key {
                KeyKind::Rsa(_) => usage.may_encipher_keys(),
                KeyKind::Ec(_) => usage.may_agree_on_keys(),
                KeyKind::Ed25519 | KeyKind::Other => false,
            }
    }
    pub fn can_sign(&self) -> bool {
        self.extensions.is_for_mail()
            && self.extensions.may_sign()
            && self.key != KeyKind::Other
            && self.key.is_strong()
    }
    /// What its extension announces (RFC 4262), or what was learnt from signed mail since.
    pub fn capabilities(&self) -> Capabilities {
        self.capabilities
    }
    pub fn with_capabilities(mut self, capabilities: Capabilities) -> Self {
        self.capabilities = capabilities;
        self
    }
    /// Where to ask whether it was revoked, and for its issuer.
    pub fn places(&self) -> &Places {
        &self.extensions.places
    }
    /// Whether `issuer` signed it and may.
    pub fn is_issued_by(&self, issuer: &Self) -> bool {
        issuer.x509.issued(&self.x509) == X509VerifyResult::OK
            && issuer
                .x509
                .public_key()
                .is_ok_and(|key| self.x509.verify(&key).unwrap_or(false))
    }
    pub(crate) fn x509(&self) -> &X509 {
        &self.x509
    }
}

fn from_pem(bytes: &[u8]) -> Result<Vec<Certificate>, SmimeError> {
    let mut all = Vec::new();
    for (label, der) in pem_blocks(bytes) {
        match label {
            b"CERTIFICATE" | b"X509 CERTIFICATE" | b"TRUSTED CERTIFICATE" => {
                all.push(Certificate::from_der(&der)?);
            }
            b"PKCS7" | b"CMS" => all.extend(from_der(&der)?),
            _ => {}
        }
        if all.len() > CERTIFICATES_MAX {
            return Err(SmimeError::TooMany);
        }
    }
    Ok(all)
}

/// Label and octets of each block (RFC 7468).
pub(crate) fn pem_blocks(bytes: &[u8]) -> Vec<(&[u8], Vec<u8>)> {
    let mut found = Vec::new();
    let mut rest = bytes;
    while let Some(begin) = memchr::memmem::find(rest, b"-----BEGIN ") {
        rest = &rest[begin + 11..];
        let Some(label_end) = memchr::memmem::find(rest, b"-----") else {
            break;
        };
        let (label, body) = (&rest[..label_end], &rest[label_end + 5..]);
        let Some(end) = memchr::memmem::find(body, b"-----END ") else {
            break;
        };
        if let Some(der) = unbase64(&body[..end]) {
            found.push((label, der));
        }
        rest = &body[end..];
    }
    found
}

fn from_der(bytes: &[u8]) -> Result<Vec<Certificate>, SmimeError> {
    let definite = ber::definite(bytes)?;
    let mut inside = Reader::new(&definite).load(ber::SEQUENCE)?.inside();
    match inside.find(ber::OID)? {
        Some(id) if id.body == oid::SIGNED => super::signed::certificates_of(&definite),
        Some(_) => Err(SmimeError::Unsupported),
        None => Ok(vec![Certificate::from_der(bytes)?]),
    }
}

fn emails(extensions: &Extensions, x509: &X509) -> Vec<String> {
    let subject = x509.subject_name();
    let older = subject
        .entries_by_nid(Nid::PKCS9_EMAILADDRESS)
        .filter_map(|entry| entry.data().to_string().ok());
    let mut all: Vec<String> = Vec::new();
    for text in extensions.emails.iter().cloned().chain(older) {
        if let Ok(address) = Address::parse(&text) {
            let folded = address.fold();
            if !all.contains(&folded) {
                all.push(folded);
            }
        }
    }
    all
}

fn key_kind(x509: &X509) -> KeyKind {
    let Ok(key) = x509.public_key() else {
        return KeyKind::Other;
    };
    match key.id() {
        Id::RSA => KeyKind::Rsa(key.bits()),
        Id::ED25519 => KeyKind::Ed25519,
        Id::EC => {
            let curve = key.ec_key().ok().and_then(|ec| ec.group().curve_name());
            match curve {
                Some(Nid::X9_62_PRIME256V1) => KeyKind::Ec(Curve::P256),
                Some(Nid::SECP384R1) => KeyKind::Ec(Curve::P384),
                Some(Nid::SECP521R1) => KeyKind::Ec(Curve::P521),
                _ => KeyKind::Other,
            }
        }
        _ => KeyKind::Other,
    }
}

/// `CN=Lee, O=Clinic`, without what could forge a line.
fn name(name: &X509NameRef) -> String {
    let entries = name.entries().filter_map(|entry| {
        let key = entry.object().nid().short_name().ok()?;
        let text = entry.data().to_string().ok()?;
        let shown: String = text.chars().filter(|c| !model::is_hidden(*c)).collect();
        Some(format!("{key}={shown}"))
    });
    entries.collect::<Vec<_>>().join(", ")
}

pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    out.copy_from_slice(digest(&SHA256, bytes).as_ref());
    out
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|octet| format!("{octet:02x}")).collect()
}
