//! Authorities whose time stamps are believed: certificates in a file of the operator.
//!
//! OpenSSL builds the chain (RFC 5280 §6), at the moment that the stamp states: a token holds on when
//! the certificate behind it has ended. Revocation is not asked: who believes a stamp after a
//! compromise of its authority takes that authority out of the file.

use model::Timestamp;
use openssl::stack::Stack;
use openssl::x509::store::{X509Store, X509StoreBuilder};
use openssl::x509::verify::{X509VerifyFlags, X509VerifyParam};
use openssl::x509::{X509PurposeId, X509StoreContext};

use super::StampError;
use crate::smime::{Certificate, SmimeError};

/// Certificates of one file.
const AUTHORITIES_MAX: usize = 100;
/// Issuers between a signer and its authority.
const CHAIN_MAX: i32 = 6;
/// OpenSSL's level of 112 bits.
const LEVEL: i32 = 2;

#[derive(Clone, Debug)]
pub struct Authorities(Vec<Certificate>);

impl Authorities {
    /// PEM or DER. A root, an authority below one, or the certificate that stamps itself.
    pub fn parse(file: &[u8]) -> Result<Self, StampError> {
        let found = Certificate::parse_all(file)?;
        match found.len() > AUTHORITIES_MAX {
            true => Err(StampError::TooLarge),
            false => Ok(Self(found)),
        }
    }

    /// Whether a chain leads from `signer` to one of these, at a moment.
    pub(super) fn vouch(&self, signer: &Certificate, along: &[Certificate], at: Timestamp) -> bool {
        self.find_chain(signer, along, at).unwrap_or(false)
    }

    fn find_chain(
        &self,
        signer: &Certificate,
        along: &[Certificate],
        at: Timestamp,
    ) -> Result<bool, SmimeError> {
        let store = self.store(at)?;
        let mut more = Stack::new()?;
        for certificate in along {
            more.push(certificate.x509().clone())?;
        }
        let mut context = X509StoreContext::new()?;
        Ok(context.init(&store, signer.x509(), &more, |context| {
            context.verify_cert()
        })?)
    }

    fn store(&self, at: Timestamp) -> Result<X509Store, SmimeError> {
        let mut store = X509StoreBuilder::new()?;
        for one in &self.0 {
            store.add_cert(one.x509().clone())?;
        }
        let mut parameters = X509VerifyParam::new()?;
        parameters.set_time(at.secs());
        parameters.set_depth(CHAIN_MAX);
        parameters.set_auth_level(LEVEL);
        parameters.set_purpose(X509PurposeId::TIMESTAMP_SIGN)?;
        parameters.set_flags(X509VerifyFlags::PARTIAL_CHAIN)?;
        store.set_param(&parameters)?;
        Ok(store.build())
    }
}
