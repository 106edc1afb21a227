//! DKIM signatures (RFC 6376, RFC 8463).

use model::{Code, Domain, Error, Result, Secret, Timestamp};

/// A parsed key and the name it is published under.
pub struct Signer {
    domain: Domain,
    selector: String,
}

impl Signer {
    /// RSA, 2048 bits or more.
    pub fn rsa(domain: &Domain, selector: &str, pkcs8_der: &Secret<Vec<u8>>) -> Result<Self> {
        let _ = pkcs8_der.expose();
        Ok(Self { domain: domain.clone(), selector: selector.into() })
    }
    pub fn ed25519(domain: &Domain, selector: &str, pkcs8_der: &Secret<Vec<u8>>) -> Result<Self> {
        Self::rsa(domain, selector, pkcs8_der)
    }
    /// A new private key, PKCS#8 DER.
    pub fn generate_rsa2048() -> Result<Secret<Vec<u8>>> {
        Err(Error::new(Code::Internal))
    }
    /// A new private key, PKCS#8 DER.
    pub fn generate_ed25519() -> Result<Secret<Vec<u8>>> {
        Err(Error::new(Code::Internal))
    }
    /// The TXT record to publish at `selector._domainkey.domain`.
    pub fn dns_record(&self) -> String {
        String::new()
    }
    pub fn selector(&self) -> &str {
        &self.selector
    }
    pub fn domain(&self) -> &Domain {
        &self.domain
    }
}

/// The fields to put before `head`: one DKIM-Signature per signer.
pub fn sign(signers: &[&Signer], head: &[u8], body: &[u8], at: Timestamp) -> Result<Vec<u8>> {
    let _ = (signers, head, body, at);
    Err(Error::new(Code::Internal))
}
