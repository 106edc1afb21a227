//! An authority of our own and the certificates it gives, good and bad.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    der: CertificateDer<'static>,
}

/// What is wrong with a server's certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    None,
    SelfSigned,
    SelfSignedAuthority,
    WrongName,
    Expired,
    NotYetValid,
    StrangeAuthority,
}

impl Authority {
    pub fn new() -> Self {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::new(Vec::new()).expect("no names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = params.self_signed(&key).expect("self-signed");
        Self {
            der: certificate.der().clone(),
            issuer: Issuer::new(params, key),
        }
    }

    pub fn certificate(&self) -> CertificateDer<'static> {
        self.der.clone()
    }

    /// A server's configuration for `host`.
    pub fn server(&self, host: &str, flaw: Flaw) -> Arc<ServerConfig> {
        let (chain, key) = self.issue(host, flaw);
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("TLS 1.2 and 1.3")
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .expect("a pair");
        Arc::new(config)
    }

    /// A good certificate with several names.
    pub fn issue_for(&self, names: &[&str]) -> (Vec<CertificateDer<'static>>, KeyPair) {
        let key = KeyPair::generate().expect("a key");
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        let params = CertificateParams::new(names).expect("DNS names");
        let leaf = params.signed_by(&key, &self.issuer).expect("signed");
        (vec![leaf.der().clone()], key)
    }

    pub fn issue(&self, host: &str, flaw: Flaw) -> (Vec<CertificateDer<'static>>, KeyPair) {
        let key = KeyPair::generate().expect("a key");
        let name = if flaw == Flaw::WrongName {
            "other.example"
        } else {
            host
        };
        let mut params = CertificateParams::new([name.to_owned()]).expect("a DNS name");
        match flaw {
            Flaw::Expired => params.not_after = date_time_ymd(2020, 1, 1),
            Flaw::NotYetValid => params.not_before = date_time_ymd(2100, 1, 1),
            Flaw::SelfSignedAuthority => params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained),
            _ => {}
        }
        let leaf = match flaw {
            Flaw::SelfSigned | Flaw::SelfSignedAuthority => params.self_signed(&key),
            Flaw::StrangeAuthority => params.signed_by(&key, &Self::new().issuer),
            _ => params.signed_by(&key, &self.issuer),
        };
        (vec![leaf.expect("signed").der().clone()], key)
    }
}
