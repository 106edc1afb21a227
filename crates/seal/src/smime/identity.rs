//! Whom we sign and decrypt as: a certificate with its private key, and the issuers sent along.
//!
//! Not where it is kept: its PKCS#8 leaves as a [`Secret`] to be sealed at rest. Invariant: key and
//! certificate are of each other.

use std::time::Duration;

use model::seams::Rng;
use model::{Address, Secret, Timestamp};
use openssl::asn1::Asn1Time;
use openssl::bn::BigNum;
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkcs12::Pkcs12;
use openssl::pkey::{PKey, Private};
use openssl::rsa::Rsa;
use openssl::x509::extension::{
    BasicConstraints, ExtendedKeyUsage, KeyUsage, SubjectAlternativeName,
};
use openssl::x509::{X509, X509NameBuilder};

use super::certificate::CERTIFICATES_MAX;
use super::{Certificate, Curve, SmimeError};

/// Octets of a file with a key and its chain.
const FILE_OCTETS_MAX: usize = 1024 * 1024;

/// A key to make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NewKey {
    Rsa(u32),
    Ec(Curve),
}

pub struct Identity {
    certificate: Certificate,
    chain: Vec<Certificate>,
    key: PKey<Private>,
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Identity({:?})", self.certificate)
    }
}

impl Identity {
    /// A private key (PKCS#8, or the older forms) and certificates, in any order, as one text. The certificate
    /// of the key is found among them; the others are its chain. An encrypted key needs its password.
    pub fn from_pem(pem: &[u8], password: Option<&Secret<String>>) -> Result<Self, SmimeError> {
        if pem.len() > FILE_OCTETS_MAX {
            return Err(SmimeError::TooLarge);
        }
        let word = password.map(|word| word.expose().as_bytes());
        // Without a password OpenSSL would ask at a terminal.
        let key = PKey::private_key_from_pem_passphrase(pem, word.unwrap_or_default());
        let key = key.map_err(|_| match memchr::memmem::find(pem, b"ENCRYPTED") {
            Some(_) => SmimeError::WrongPassword,
            None => SmimeError::NoKey,
        })?;
        Self::of(key, Certificate::parse_all(pem)?)
    }

    /// PKCS#12 (RFC 7292) as browsers and authorities give it.
    pub fn from_pkcs12(bytes: &[u8], password: &Secret<String>) -> Result<Self, SmimeError> {
        if bytes.len() > FILE_OCTETS_MAX {
            return Err(SmimeError::TooLarge);
        }
        let file = Pkcs12::from_der(bytes).map_err(|_| SmimeError::Unreadable)?;
        let parsed = file.parse2(password.expose());
        let parsed = parsed.map_err(|_| SmimeError::WrongPassword)?;
        let key = parsed.pkey.ok_or(SmimeError::NoKey)?;
        let chain = parsed.ca.iter().flatten().map(|x509| x509.to_owned());
        let mut certificates = Vec::new();
        for x509 in parsed.cert.into_iter().chain(chain) {
            certificates.push(Certificate::from_der(&x509.to_der()?)?);
        }
        Self::of(key, certificates)
    }

    /// From what [`Identity::private_key`] and [`Certificate::der`] gave.
    pub fn from_parts(
        private_key: &Secret<Vec<u8>>,
        certificates: Vec<Certificate>,
    ) -> Result<Self, SmimeError> {
        let key = PKey::private_key_from_pkcs8(private_key.expose());
        Self::of(key.map_err(|_| SmimeError::NoKey)?, certificates)
    }

    /// A new key with a certificate that it signs itself: for demonstrations and tests, and for who pins it.
    pub fn generate(
        address: &Address,
        key: NewKey,
        from: Timestamp,
        lifetime: Duration,
        rng: &dyn Rng,
    ) -> Result<Self, SmimeError> {
        let key = new_key(key)?;
        let mut name = X509NameBuilder::new()?;
        name.append_entry_by_nid(
            Nid::COMMONNAME,
            &address.as_str().chars().take(64).collect::<String>(),
        )?;
        let name = name.build();
        let mut serial = [0; 16];
        rng.fill(&mut serial);
        serial[0] = serial[0] & 0x7f | 0x40;
        let mut x509 = X509::builder()?;
        x509.set_version(2)?;
        x509.set_serial_number(BigNum::from_slice(&serial)?.to_asn1_integer()?.as_ref())?;
        x509.set_subject_name(&name)?;
        x509.set_issuer_name(&name)?;
        x509.set_not_before(Asn1Time::from_unix(from.secs())?.as_ref())?;
        x509.set_not_after(Asn1Time::from_unix(from.plus(lifetime).secs())?.as_ref())?;
        x509.set_pubkey(&key)?;
        x509.append_extension(BasicConstraints::new().critical().build()?)?;
        let usage = KeyUsage::new()
            .critical()
            .digital_signature()
            .key_encipherment()
            .key_agreement()
            .build()?;
        x509.append_extension(usage)?;
        x509.append_extension(ExtendedKeyUsage::new().email_protection().build()?)?;
        let names = SubjectAlternativeName::new()
            .email(address.as_str())
            .build(&x509.x509v3_context(None, None))?;
        x509.append_extension(names)?;
        x509.sign(&key, MessageDigest::sha256())?;
        let certificate = Certificate::from_der(&x509.build().to_der()?)?;
        Self::of(key, vec![certificate])
    }

    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }
    /// Issuers, sent along with signatures.
    pub fn chain(&self) -> &[Certificate] {
        &self.chain
    }
    /// PKCS#8, to be sealed at rest.
    pub fn private_key(&self) -> Result<Secret<Vec<u8>>, SmimeError> {
        Ok(Secret::new(self.key.private_key_to_pkcs8()?))
    }
    pub(crate) fn key(&self) -> &PKey<Private> {
        &self.key
    }

    fn of(key: PKey<Private>, mut certificates: Vec<Certificate>) -> Result<Self, SmimeError> {
        if certificates.len() > CERTIFICATES_MAX {
            return Err(SmimeError::TooMany);
        }
        let own = certificates.iter().position(|certificate| {
            let public = certificate.x509().public_key();
            public.is_ok_and(|public| key.public_eq(&public))
        });
        let certificate = certificates.remove(own.ok_or(SmimeError::NoKey)?);
        Ok(Self {
            certificate,
            chain: certificates,
            key,
        })
    }
}

fn new_key(key: NewKey) -> Result<PKey<Private>, SmimeError> {
    Ok(match key {
        NewKey::Rsa(bits) => PKey::from_rsa(Rsa::generate(bits)?)?,
        NewKey::Ec(curve) => {
            let group = EcGroup::from_curve_name(match curve {
                Curve::P256 => Nid::X9_62_PRIME256V1,
                Curve::P384 => Nid::SECP384R1,
                Curve::P521 => Nid::SECP521R1,
            })?;
            PKey::from_ec_key(EcKey::generate(&group)?)?
        }
    })
}
