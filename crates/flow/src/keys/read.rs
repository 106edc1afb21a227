//! Reading a file of keys: certificates and OpenPGP keys, as text or binary, each for the addresses it names.
//!
//! Pure. Invariant: what comes out may be encrypted to at this moment, or will be; a file with a secret key in it
//! is not taken, since that is nobody's to bring.

use memchr::memmem;
use model::{Address, Code, Error, Result, Timestamp, limits};
use seal::pgp::{KeyFault, PublicKey};
use seal::smime::Certificate;

use super::kept::Key;
use super::take::TakenAs;

/// One key of a file, for one address.
pub(super) struct Found {
    pub key: Key,
    pub address: Address,
    pub starts_at: Timestamp,
    pub expires_at: Option<Timestamp>,
}

/// What a file holds, in its order.
pub(super) enum Line {
    Found(Found),
    /// It is not taken.
    Refused {
        key: Key,
        why: TakenAs,
    },
}

/// `address`: whose keys they must be; else they are of all whom they name.
///
/// # Errors
/// `key_file_invalid` when nothing in it is a key, or it holds a secret one.
pub(super) fn lines(file: &[u8], address: Option<&Address>, now: Timestamp) -> Result<Vec<Line>> {
    let mut lines = Vec::new();
    for key in keys(file)? {
        match judged(&key, now).and_then(|span| Ok((span, addresses(&key, address)?))) {
            Err(why) => lines.push(Line::Refused { key, why }),
            Ok(((starts_at, expires_at), addresses)) => {
                let found = addresses.into_iter().map(|address| {
                    Line::Found(Found {
                        key: narrowed(&key, &address),
                        address,
                        starts_at,
                        expires_at,
                    })
                });
                lines.extend(found);
            }
        }
    }
    Ok(lines)
}

fn keys(file: &[u8]) -> Result<Vec<Key>> {
    if file.len() > limits::KEY_FILE_OCTETS_MAX {
        return Err(Error::new(Code::KeyFileInvalid).at("/file"));
    }
    let is_there = |word: &[u8]| memmem::find(file, word).is_some();
    if is_there(b"PRIVATE KEY") {
        let advice = "This file holds a secret key. Ask its owner for the public half alone.";
        return Err(Error::new(Code::KeyFileInvalid)
            .at("/file")
            .advising(advice));
    }
    let is_text = is_there(b"-----BEGIN ");
    let is_pgp = match is_text {
        true => is_there(b"-----BEGIN PGP "),
        // RFC 9580 §4.2: the first bit of every packet; DER begins with 0x30.
        false => file.first().is_some_and(|first| first & 0x80 != 0),
    };
    let is_smime = !is_pgp || is_there(b"-----BEGIN CERTIFICATE") || is_there(b"-----BEGIN PKCS7");
    let wrong = |word: &'static str| Error::new(Code::KeyFileInvalid).at("/file").because(word);
    let mut found = Vec::new();
    if is_pgp {
        let keys = PublicKey::parse_all(file).map_err(|e| wrong(e.word()))?;
        found.extend(keys.into_iter().map(Key::Pgp));
    }
    if is_smime {
        let certificates = Certificate::parse_all(file).map_err(|e| wrong(e.word()))?;
        // Who exports a certificate sends its issuers along: they are nobody's to write to.
        let all = certificates.len();
        let own = certificates
            .into_iter()
            .filter(|one| all == 1 || !one.emails().is_empty() || one.can_encrypt());
        found.extend(own.map(Key::Smime));
    }
    match found.len() {
        0 => Err(wrong("no key")),
        count if count > limits::PGP_KEYS_MAX => Err(wrong("too many keys")),
        _ => Ok(found),
    }
}

type Span = (Timestamp, Option<Timestamp>);

/// From when until when mail may be encrypted to it.
pub(super) fn judged(key: &Key, now: Timestamp) -> Result<Span, TakenAs> {
    match key {
        Key::Smime(certificate) if certificate.not_after() <= now => Err(TakenAs::Expired),
        Key::Smime(certificate) if !certificate.can_encrypt() => Err(TakenAs::CannotEncrypt),
        Key::Smime(certificate) => Ok((certificate.not_before(), Some(certificate.not_after()))),
        Key::Pgp(key) => match key.encrypts_until(now) {
            Ok(until) => Ok((key.created(), until)),
            Err(fault) => Err(refusal(fault)),
        },
    }
}

fn refusal(fault: KeyFault) -> TakenAs {
    match fault {
        KeyFault::Expired => TakenAs::Expired,
        KeyFault::Revoked => TakenAs::Revoked,
        KeyFault::NotYetValid => TakenAs::NotYetValid,
        KeyFault::WeakAlgorithm => TakenAs::Weak,
        KeyFault::Unbound | KeyFault::NoEncryptionKey | KeyFault::NoSigningKey => {
            TakenAs::CannotEncrypt
        }
    }
}

/// Whose it is: the address that was named, where the key does not say otherwise; else all that it names.
fn addresses(key: &Key, wanted: Option<&Address>) -> Result<Vec<Address>, TakenAs> {
    let named = match key {
        Key::Smime(certificate) => certificate.emails().to_vec(),
        Key::Pgp(key) => key.emails(),
    };
    match wanted {
        Some(address) if named.is_empty() || named.contains(&address.fold()) => {
            Ok(vec![address.clone()])
        }
        Some(_) => Err(TakenAs::OtherAddress),
        None if named.is_empty() => Err(TakenAs::Nameless),
        None => {
            let named = named.iter().take(limits::KEY_ADDRESSES_MAX);
            Ok(named.filter_map(|text| Address::parse(text).ok()).collect())
        }
    }
}

/// Without the names that are not this address's.
pub(super) fn narrowed(key: &Key, address: &Address) -> Key {
    match key {
        Key::Pgp(whole) => Key::Pgp(whole.only(address).unwrap_or_else(|| whole.clone())),
        Key::Smime(_) => key.clone(),
    }
}
