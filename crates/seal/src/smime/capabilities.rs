//! What a correspondent's software says it can do (RFC 8551 §2.5.2), as far as we choose by it.
//!
//! Invariant: what nobody announced is not assumed.

use super::SmimeError;
use super::ber::{OID, Reader, SEQUENCE};
use super::{der, oid};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Capabilities {
    /// AES-256 in GCM (RFC 5084): content that cannot be changed unseen.
    pub aes256_gcm: bool,
    /// RSAES-OAEP with SHA-256 (RFC 3560).
    pub oaep: bool,
}

impl Capabilities {
    /// Both.
    pub const OURS: Self = Self {
        aes256_gcm: true,
        oaep: true,
    };

    /// SMIMECapabilities, a sequence of algorithms.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, SmimeError> {
        let mut found = Self::default();
        let mut list = Reader::new(bytes).load(SEQUENCE)?.inside();
        while let Some(capability) = list.find_next()? {
            let id = capability.inside().load(OID)?;
            found.aes256_gcm |= id.body == oid::AES256_GCM;
            // Without parameters it is announced with SHA-1 (RFC 8017 §A.2.1), which we do not use.
            found.oaep |= id.body == oid::RSA_OAEP
                && memchr::memmem::find(capability.body, oid::SHA256).is_some();
        }
        Ok(found)
    }

    /// Ours, best first: the order says what we would rather have (RFC 8551 §2.5.2).
    pub(crate) fn ours() -> Vec<u8> {
        let oaep = super::recipient::oaep_algorithm();
        der::sequence(&[
            &der::algorithm(oid::AES256_GCM, None),
            &der::algorithm(oid::AES128_GCM, None),
            &der::algorithm(oid::AES256_CBC, None),
            &der::algorithm(oid::AES128_CBC, None),
            &oaep,
        ])
    }
}
