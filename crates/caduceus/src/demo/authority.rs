//! The demo's own certificate authority, made anew at each start.

use std::path::{Path, PathBuf};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

pub struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    certificate: PathBuf,
    key: PathBuf,
}

/// A server's certificate with its key.
pub struct Issued {
    pub chain: Vec<CertificateDer<'static>>,
    pub key: PrivateKeyDer<'static>,
}

impl Authority {
    pub fn make(folder: &Path) -> anyhow::Result<Self> {
        let mut params = CertificateParams::new(Vec::<String>::new())?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params
            .distinguished_name
            .push(DnType::CommonName, "Demo authority");
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate()?)?;
        let (certificate, key) = (folder.join("service.pem"), folder.join("service.key"));
        let own = KeyPair::generate()?;
        let leaf = CertificateParams::new(vec![
            "mail.riverside.example".to_owned(),
            "localhost".to_owned(),
        ])?
        .signed_by(&own, &issuer)?;
        std::fs::write(&certificate, leaf.pem())?;
        std::fs::write(&key, own.serialize_pem())?;
        Ok(Self {
            issuer,
            certificate,
            key,
        })
    }
    pub fn service_certificate(&self) -> &Path {
        &self.certificate
    }
    pub fn service_key(&self) -> &Path {
        &self.key
    }
    pub fn root(&self) -> CertificateDer<'static> {
        self.issuer.der().clone()
    }
    pub fn issue(&self, host: &str) -> anyhow::Result<Issued> {
        let key = KeyPair::generate()?;
        let leaf = CertificateParams::new(vec![host.to_owned()])?.signed_by(&key, &self.issuer)?;
        Ok(Issued {
            chain: vec![leaf.der().clone()],
            key: der(&key),
        })
    }
    /// A certificate that only its owner vouches for.
    pub fn self_signed(host: &str) -> anyhow::Result<Issued> {
        let key = KeyPair::generate()?;
        let leaf = CertificateParams::new(vec![host.to_owned()])?.self_signed(&key)?;
        Ok(Issued {
            chain: vec![leaf.der().clone()],
            key: der(&key),
        })
    }
}

fn der(key: &KeyPair) -> PrivateKeyDer<'static> {
    PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()))
}
