//! DKIM signatures (RFC 6376; Ed25519 by RFC 8463), relaxed/relaxed.
//!
//! `verify` checks those of others, in both forms. Keys are parsed once and kept. The body is read once however
//! many signers there are. Invariant: the same message, key and time give the same bytes, and the
//! result is whole header fields to be put before the message, which itself is not touched.

mod canonical;
mod fields;
mod folded;
mod verify;

use aws_lc_rs::digest::Context;
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use model::{Code, Domain, Error, Result, Secret, Timestamp};

use canonical::BodyHash;
use fields::Fields;
use folded::Folded;

pub(crate) use canonical::relax_field;
pub(crate) use fields::{cut, split};
pub use verify::{Dkim, DkimResult, check};

/// A parsed private key and the name its public half is published under.
pub struct Signer {
    domain: Domain,
    selector: String,
    key: Key,
}

enum Key {
    Rsa(RsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

impl Signer {
    /// RSA of 2048 bits or more (RFC 8301 §3.2). `StoredDataInvalid` when it is no such key.
    pub fn rsa(domain: &Domain, selector: &str, pkcs8_der: &Secret<Vec<u8>>) -> Result<Self> {
        let key = RsaKeyPair::from_pkcs8(pkcs8_der.expose()).map_err(rejected)?;
        Self::new(domain, selector, Key::Rsa(key))
    }
    /// Ed25519. `StoredDataInvalid` when it is no such key.
    pub fn ed25519(domain: &Domain, selector: &str, pkcs8_der: &Secret<Vec<u8>>) -> Result<Self> {
        let key = Ed25519KeyPair::from_pkcs8(pkcs8_der.expose()).map_err(rejected)?;
        Self::new(domain, selector, Key::Ed25519(key))
    }
    /// A selector is one or more labels (RFC 6376 §3.1): it becomes part of a DNS name.
    fn new(domain: &Domain, selector: &str, key: Key) -> Result<Self> {
        let selector = Domain::parse(selector)?.as_str().to_owned();
        Ok(Self {
            domain: domain.clone(),
            selector,
            key,
        })
    }

    /// A new private key, PKCS#8 DER. Its chance comes from inside `aws-lc`, which offers no other way.
    pub fn generate_rsa2048() -> Result<Secret<Vec<u8>>> {
        let key = RsaKeyPair::generate(KeySize::Rsa2048).map_err(failed)?;
        let der: Pkcs8V1Der = key.as_der().map_err(failed)?;
        Ok(Secret::new(der.as_ref().to_vec()))
    }
    /// A new private key, PKCS#8 DER. Its chance comes from inside `aws-lc`, which offers no other way.
    pub fn generate_ed25519() -> Result<Secret<Vec<u8>>> {
        let key = Ed25519KeyPair::generate().map_err(failed)?;
        Ok(Secret::new(
            key.to_pkcs8v1().map_err(failed)?.as_ref().to_vec(),
        ))
    }

    pub fn domain(&self) -> &Domain {
        &self.domain
    }
    pub fn selector(&self) -> &str {
        &self.selector
    }
    /// Where the record is published.
    pub fn dns_name(&self) -> String {
        format!("{}._domainkey.{}", self.selector, self.domain.as_str())
    }
    /// The TXT record (RFC 6376 §3.6.1). Above 255 octets a zone file splits it into several strings.
    pub fn dns_record(&self) -> String {
        let (kind, public) = match &self.key {
            // the key of RFC 8463 §4.2 is bare, that of RSA wrapped as in X.509
            Key::Ed25519(key) => ("ed25519", key.public_key().as_ref().to_vec()),
            Key::Rsa(key) => {
                let der: PublicKeyX509Der = key
                    .public_key()
                    .as_der()
                    .expect("a parsed key has its public half");
                ("rsa", der.as_ref().to_vec())
            }
        };
        format!("v=DKIM1; k={kind}; p={}", BASE64.encode(public))
    }

    /// Whether it signs with RSA, as every ARC verifier can check.
    pub fn is_rsa(&self) -> bool {
        matches!(self.key, Key::Rsa(_))
    }
    /// A signature over a text, for ARC.
    pub(crate) fn sign_text(&self, text: &[u8]) -> Result<Vec<u8>> {
        let mut context = Context::new(&aws_lc_rs::digest::SHA256);
        context.update(text);
        self.sign(context)
    }

    fn algorithm(&self) -> &'static str {
        match self.key {
            Key::Rsa(_) => "rsa-sha256",
            Key::Ed25519(_) => "ed25519-sha256",
        }
    }

    /// One whole DKIM-Signature field. `signed` has taken in the fields that `names` lists.
    fn field(
        &self,
        names: &[&str],
        body_hash: &str,
        at: Timestamp,
        mut signed: Context,
    ) -> Result<String> {
        let mut field = Folded::start("DKIM-Signature:");
        field.word("v=1;");
        field.word(&format!("a={};", self.algorithm()));
        field.word("c=relaxed/relaxed;");
        field.word(&format!("d={};", self.domain.as_str()));
        field.word(&format!("s={};", self.selector));
        field.word(&format!("t={};", at.secs().max(0)));
        field.list("h=", names);
        field.word(&format!("bh={body_hash};"));
        field.word("b=");
        // RFC 6376 §3.7: this field comes last, its b= empty, without its line end
        let mut own = Vec::new();
        canonical::relax_field(field.text().as_bytes(), &mut own);
        signed.update(own.strip_suffix(b"\r\n").unwrap_or(&own));
        field.text_anywhere(&BASE64.encode(self.sign(signed)?));
        Ok(field.finish())
    }

    fn sign(&self, signed: Context) -> Result<Vec<u8>> {
        let digest = signed.finish();
        match &self.key {
            Key::Rsa(key) => {
                let mut signature = vec![0; key.public_modulus_len()];
                key.sign_digest(&RSA_PKCS1_SHA256, &digest, &mut signature)
                    .map_err(failed)?;
                Ok(signature)
            }
            // RFC 8463 §3: PureEdDSA over the SHA-256 of the input
            Key::Ed25519(key) => Ok(key
                .try_sign(digest.as_ref())
                .map_err(failed)?
                .as_ref()
                .to_vec()),
        }
    }
}

/// The fields to put before the message `head` + `body`, wherever it was cut in two: one
/// DKIM-Signature per signer, in order. `MimeInvalid` when it has no From field.
pub fn sign(signers: &[&Signer], head: &[u8], body: &[u8], at: Timestamp) -> Result<Vec<u8>> {
    let message = fields::separate(head, body);
    let fields = Fields::choose(&message.header);
    if !fields.has_author() {
        return Err(Error::new(Code::MimeInvalid));
    }
    let mut body_hash = BodyHash::new();
    for part in message.body {
        body_hash.update(part);
    }
    let body_hash = BASE64.encode(body_hash.finish());
    let signed = canonical::hash_fields(fields.chosen());
    let mut out = Vec::new();
    for signer in signers {
        out.extend_from_slice(
            signer
                .field(fields.names(), &body_hash, at, signed.clone())?
                .as_bytes(),
        );
    }
    Ok(out)
}

/// SHA-256 of a body in relaxed form.
pub(crate) fn relaxed_body_hash(body: &[u8]) -> Vec<u8> {
    let mut hash = BodyHash::new();
    hash.update(body);
    hash.finish().as_ref().to_vec()
}

fn rejected(cause: aws_lc_rs::error::KeyRejected) -> Error {
    Error::new(Code::StoredDataInvalid).because(cause)
}
fn failed(cause: aws_lc_rs::error::Unspecified) -> Error {
    Error::new(Code::Internal).because(cause)
}

#[cfg(test)]
mod tests;
