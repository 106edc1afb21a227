//! What is sealed of a recipient's key, and how it is opened again.
//!
//! Invariant: only the row's own key opens it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use ctx::World;
use model::{Code, Error, KeyFor, Result};
use seal::pgp::PublicKey;
use seal::smime::{Capabilities, Certificate};
use serde::{Deserialize, Serialize};
use store::Tx;
use store::tables::recipient_keys::RecipientKey;
use vault::OpenedKey;

use crate::envelope::{open_json, seal_json};

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Kept {
    pub address: String,
    pub fingerprint: String,
    pub subject: String,
    pub issuer: String,
    /// DER of a certificate, packets of an OpenPGP key, in base64.
    key: String,
    /// What a certificate's owner announced since it was issued.
    aes256_gcm: bool,
    oaep: bool,
}

/// A key ready for use.
#[derive(Clone, Debug)]
pub(crate) enum Key {
    Smime(Certificate),
    Pgp(PublicKey),
}

impl Key {
    pub(super) fn kind(&self) -> KeyFor {
        match self {
            Self::Smime(_) => KeyFor::Smime,
            Self::Pgp(_) => KeyFor::Pgp,
        }
    }
    pub(super) fn fingerprint(&self) -> String {
        match self {
            Self::Smime(certificate) => hex::encode(certificate.fingerprint()),
            Self::Pgp(key) => key.fingerprint(),
        }
    }
}

impl Kept {
    pub fn of(key: &Key, address: &str) -> Self {
        let (subject, issuer, bytes, announced) = match key {
            Key::Smime(certificate) => (
                certificate.subject_name(),
                certificate.issuer_name(),
                certificate.der().to_vec(),
                certificate.capabilities(),
            ),
            Key::Pgp(key) => (
                String::new(),
                String::new(),
                key.binary(),
                Capabilities::default(),
            ),
        };
        Self {
            address: address.to_owned(),
            fingerprint: key.fingerprint(),
            subject,
            issuer,
            key: base64(&bytes),
            aes256_gcm: announced.aes256_gcm,
            oaep: announced.oaep,
        }
    }

    pub fn open(world: &World, tx: &mut Tx<'_>, row: &RecipientKey) -> Result<Self> {
        let key = world.item_key(tx, row.organisation, row.id.as_bytes())?;
        open_json(&row.sealed_key, &key, place(row.id.as_bytes()))
    }

    pub fn sealed(
        &self,
        id: &[u8; 16],
        key: &OpenedKey,
        rng: &dyn model::seams::Rng,
    ) -> Result<Vec<u8>> {
        seal_json(self, key, place(id), rng)
    }

    pub fn key(&self, kind: KeyFor) -> Result<Key> {
        let wrong = || Error::new(Code::StoredDataInvalid);
        let bytes = unbase64(&self.key)?;
        match kind {
            KeyFor::Smime => {
                let certificate = Certificate::from_der(&bytes).map_err(|_| wrong())?;
                let announced = Capabilities {
                    aes256_gcm: self.aes256_gcm,
                    oaep: self.oaep,
                };
                Ok(Key::Smime(certificate.with_capabilities(announced)))
            }
            KeyFor::Pgp => {
                let keys = PublicKey::parse_all(&bytes).map_err(|_| wrong())?;
                keys.into_iter().next().map(Key::Pgp).ok_or_else(wrong)
            }
        }
    }
}

pub(super) fn base64(bytes: &[u8]) -> String {
    BASE64.encode(bytes)
}

pub(super) fn unbase64(text: &str) -> Result<Vec<u8>> {
    let bytes = BASE64.decode(text);
    bytes.map_err(|_| Error::new(Code::StoredDataInvalid))
}

fn place(id: &[u8; 16]) -> (&'static str, &'static str, &[u8; 16]) {
    ("recipient_keys", "sealed_key", id)
}
