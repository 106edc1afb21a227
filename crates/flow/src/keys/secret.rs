//! The secret half of a key of our own: read from a file, sealed, opened again.
//!
//! Invariant: in the clear it is only in memory, and wiped there once it was used.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use ctx::World;
use memchr::memmem;
use model::{Address, Code, Error, KeyFor, Result, Secret, limits};
use seal::pgp::{PgpError, SecretKey};
use seal::smime::{Certificate, Identity, SmimeError};
use serde::{Deserialize, Serialize};
use store::Tx;
use store::tables::own_keys::OwnKey;
use vault::OpenedKey;
use zeroize::{Zeroize, Zeroizing};

use super::kept::{base64, unbase64};

/// A key of our own ready for use.
pub(crate) enum OwnSecret {
    Smime(Box<Identity>),
    Pgp(Box<SecretKey>),
}

/// What is sealed.
#[derive(Serialize, Deserialize)]
pub(super) struct KeptSecret {
    owner: Option<String>,
    /// PKCS#8, or OpenPGP packets, in base64.
    secret: String,
    /// A certificate and its issuers, DER in base64.
    certificates: Vec<String>,
}

impl Drop for KeptSecret {
    fn drop(&mut self) {
        self.secret.zeroize();
    }
}

impl OwnSecret {
    /// Of PKCS#12, PEM, or OpenPGP.
    pub(super) fn read(file: &[u8], password: &Secret<String>) -> Result<Self> {
        let wrong = || Error::new(Code::KeyFileInvalid).at("/file");
        if file.len() > limits::KEY_FILE_OCTETS_MAX {
            return Err(wrong());
        }
        let is_there = |word: &[u8]| memmem::find(file, word).is_some();
        let is_binary_pgp = file.first().is_some_and(|first| first & 0x80 != 0);
        if is_binary_pgp || is_there(b"-----BEGIN PGP ") {
            let word = Some(password).filter(|word| !word.expose().is_empty());
            let read = SecretKey::parse(file, word);
            return read.map(Box::new).map(Self::Pgp).map_err(|e| match e {
                PgpError::Locked => Error::new(Code::FieldInvalid).at("/password"),
                other => wrong().because(other),
            });
        }
        let read = match is_there(b"-----BEGIN ") {
            true => Identity::from_pem(file, Some(password)),
            false => Identity::from_pkcs12(file, password),
        };
        read.map(Box::new).map(Self::Smime).map_err(|e| match e {
            SmimeError::WrongPassword => Error::new(Code::FieldInvalid).at("/password"),
            other => wrong().because(other),
        })
    }

    /// The public half as text.
    pub(super) fn public_file(&self) -> Vec<u8> {
        match self {
            Self::Pgp(key) => key.public().armored(),
            Self::Smime(identity) => {
                let all = std::iter::once(identity.certificate()).chain(identity.chain());
                all.flat_map(|one| pem(one.der())).collect()
            }
        }
    }
}

impl KeptSecret {
    pub fn of(secret: &OwnSecret, owner: Option<&Address>) -> Result<Self> {
        let (bytes, certificates) = match secret {
            OwnSecret::Pgp(key) => (key.binary(), Vec::new()),
            OwnSecret::Smime(identity) => {
                let key = identity.private_key();
                let key = key.map_err(|e| Error::new(Code::Internal).because(e))?;
                let all = std::iter::once(identity.certificate()).chain(identity.chain());
                (key, all.map(|one| base64(one.der())).collect())
            }
        };
        Ok(Self {
            owner: owner.map(|address| address.as_str().to_owned()),
            secret: BASE64.encode(bytes.expose()),
            certificates,
        })
    }

    pub fn open(world: &World, tx: &mut Tx<'_>, row: &OwnKey) -> Result<Self> {
        let key = world.item_key(tx, row.organisation, row.id.as_bytes())?;
        let plain = Zeroizing::new(key.open(&aad(row.id.as_bytes()), &row.sealed_key)?);
        // The cause is dropped on purpose: serde's message can quote what it failed on.
        serde_json::from_slice(&plain).map_err(|_| wrong())
    }

    pub fn sealed(
        &self,
        id: &[u8; 16],
        key: &OpenedKey,
        rng: &dyn model::seams::Rng,
    ) -> Result<Vec<u8>> {
        let plain = serde_json::to_vec(self).map_err(|_| Error::new(Code::Internal))?;
        key.seal(&aad(id), &Zeroizing::new(plain), rng)
    }

    pub fn owner(&self) -> Result<Option<Address>> {
        let owner = self.owner.as_deref().map(Address::parse).transpose();
        owner.map_err(|_| wrong())
    }

    pub fn secret(&self, kind: KeyFor) -> Result<OwnSecret> {
        let secret = Secret::new(unbase64(&self.secret)?);
        match kind {
            KeyFor::Pgp => {
                let key = SecretKey::parse(secret.expose(), None).map_err(|_| wrong())?;
                Ok(OwnSecret::Pgp(Box::new(key)))
            }
            KeyFor::Smime => {
                let read = self
                    .certificates
                    .iter()
                    .map(|text| Certificate::from_der(&unbase64(text)?).map_err(|_| wrong()));
                let all = read.collect::<Result<Vec<_>>>()?;
                let identity = Identity::from_parts(&secret, all).map_err(|_| wrong())?;
                Ok(OwnSecret::Smime(Box::new(identity)))
            }
        }
    }
}

fn aad(id: &[u8; 16]) -> Vec<u8> {
    vault::aad("own_keys", "sealed_key", id)
}

fn wrong() -> Error {
    Error::new(Code::StoredDataInvalid)
}

/// RFC 7468.
fn pem(der: &[u8]) -> Vec<u8> {
    let text = base64(der);
    let mut out = b"-----BEGIN CERTIFICATE-----\r\n".to_vec();
    for line in text.as_bytes().chunks(64) {
        out.extend_from_slice(line);
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(b"-----END CERTIFICATE-----\r\n");
    out
}
