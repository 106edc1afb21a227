//! Public keys: read, judged, merged, written.
//!
//! Invariant: a key holds only what its own primary key signed; whatever else a file carried (other
//! people's signatures, pictures, names without a signature) is gone once it is read, so that nobody
//! can make a key large or give it a name by adding to it.

use std::io::BufReader;

use model::{Address, Timestamp, limits};
use pgp::composed::{Deserializable, SignedPublicKey};
use pgp::packet::{self, Signature, SignatureType};
use pgp::ser::Serialize;
use pgp::types::{KeyDetails, KeyVersion, SignedUser, Tag};

use super::standing::{self, Part};
use super::{Block, KeyFault, PgpError, armor, dearmor};

/// A key to encrypt to and to check signatures by (a certificate, RFC 9580 §10.1).
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey {
    key: SignedPublicKey,
}

impl PublicKey {
    /// All keys of a file, armored or binary. What is not readable among them is passed over; when
    /// nothing is left, the error says why: version 3 and other unknown keys are `Unsupported`.
    pub fn parse_all(bytes: &[u8]) -> Result<Vec<Self>, PgpError> {
        if bytes.len() > limits::PGP_KEYS_OCTETS_MAX {
            return Err(PgpError::TooLarge);
        }
        let binary = dearmor(bytes)?;
        let mut keys = Vec::new();
        let mut fault = PgpError::Malformed;
        let parsed = SignedPublicKey::from_bytes_many(BufReader::new(&binary[..]))
            .map_err(|_| PgpError::Malformed)?;
        for (count, key) in parsed.enumerate() {
            if count >= limits::PGP_KEYS_MAX {
                return Err(PgpError::TooLarge);
            }
            match key.map_err(|_| PgpError::Malformed).and_then(Self::admit) {
                Ok(key) => keys.push(key),
                Err(found) => fault = found,
            }
        }
        if keys.is_empty() {
            Err(fault)
        } else {
            Ok(keys)
        }
    }

    /// Lower-case hexadecimal: 40 digits of a version 4 key, 64 of a version 6 key.
    pub fn fingerprint(&self) -> String {
        hex(self.key.fingerprint().as_bytes())
    }
    /// 4 or 6.
    pub fn version(&self) -> u8 {
        u8::from(self.key.version())
    }
    pub fn created(&self) -> Timestamp {
        standing::time(self.key.primary_key.created_at())
    }
    /// When it ends by its own word, past or to come.
    pub fn expires(&self, now: Timestamp) -> Option<Timestamp> {
        standing::expires(&self.key, now)
    }
    /// The addresses in its names, folded as `Address::fold` does; without those taken back.
    pub fn emails(&self) -> Vec<String> {
        let users = self.key.details.users.iter();
        let mut emails: Vec<_> = users.filter_map(email).map(|email| email.fold()).collect();
        emails.sort();
        emails.dedup();
        emails
    }
    /// Whether a message may be encrypted to it at that moment, and else why not.
    pub fn can_encrypt(&self, at: Timestamp) -> Result<(), KeyFault> {
        standing::for_encryption(&self.key, at).map(drop)
    }
    /// Until when that holds, as far as the key itself says: the end of the whole key or of its part that
    /// encrypts, whichever comes first.
    pub fn encrypts_until(&self, at: Timestamp) -> Result<Option<Timestamp>, KeyFault> {
        standing::encrypts_until(&self.key, at)
    }
    /// The fingerprint of the part a message would be encrypted to.
    pub fn encrypts_by(&self, at: Timestamp) -> Result<String, KeyFault> {
        let part = standing::for_encryption(&self.key, at)?;
        Ok(hex(part.fingerprint().as_bytes()))
    }
    /// Whether its signatures made at that moment are good.
    pub fn can_sign(&self, at: Timestamp) -> Result<(), KeyFault> {
        let parts = standing::for_signing(&self.key, at)?;
        parts.first().map(drop).ok_or(KeyFault::NoSigningKey)
    }

    /// Adds what a newer copy of the same key says; a copy of another key changes nothing.
    pub fn merge(&mut self, update: &Self) {
        if update.key.primary_key != self.key.primary_key {
            return;
        }
        let (ours, theirs) = (&mut self.key.details, &update.key.details);
        join(
            &mut ours.revocation_signatures,
            &theirs.revocation_signatures,
        );
        join(&mut ours.direct_signatures, &theirs.direct_signatures);
        for user in &theirs.users {
            match ours.users.iter_mut().find(|known| known.id == user.id) {
                Some(known) => join(&mut known.signatures, &user.signatures),
                None => ours.users.push(user.clone()),
            }
        }
        for subkey in &update.key.public_subkeys {
            let subkeys = &mut self.key.public_subkeys;
            match subkeys.iter_mut().find(|known| known.key == subkey.key) {
                Some(known) => join(&mut known.signatures, &subkey.signatures),
                None => subkeys.push(subkey.clone()),
            }
        }
    }
    /// The key with that address's names alone; `None` when it has none.
    pub fn only(&self, address: &Address) -> Option<Self> {
        let mut key = self.key.clone();
        key.details
            .users
            .retain(|user| email(user).is_some_and(|found| found.fold() == address.fold()));
        (!key.details.users.is_empty()).then_some(Self { key })
    }

    pub fn armored(&self) -> Vec<u8> {
        armor(Block::PublicKey, &self.binary())
    }
    pub fn binary(&self) -> Vec<u8> {
        // writing to memory does not fail
        self.key.to_bytes().unwrap_or_default()
    }

    pub(super) fn inner(&self) -> &SignedPublicKey {
        &self.key
    }
    /// Checks every signature that the key makes over its own parts and keeps nothing else.
    pub(super) fn admit(mut key: SignedPublicKey) -> Result<Self, PgpError> {
        if !matches!(key.version(), KeyVersion::V4 | KeyVersion::V6) {
            return Err(PgpError::Unsupported);
        }
        let primary = key.primary_key.clone();
        let mut check = Check::new(&primary);
        let details = &mut key.details;
        check.keep(&mut details.revocation_signatures, |s| {
            s.typ() == Some(SignatureType::KeyRevocation) && s.verify_key(&primary).is_ok()
        });
        check.keep(&mut details.direct_signatures, |s| {
            s.typ() == Some(SignatureType::Key) && s.verify_key(&primary).is_ok()
        });
        for subkey in &mut key.public_subkeys {
            let sub = &subkey.key;
            check.keep(&mut subkey.signatures, |s| {
                s.verify_subkey_binding(&primary, sub).is_ok()
            });
        }
        key.public_subkeys.retain(|sub| !sub.signatures.is_empty());
        for user in &mut details.users {
            let id = &user.id;
            check.keep(&mut user.signatures, |s| {
                s.verify_certification(&primary, Tag::UserId, id).is_ok()
            });
        }
        details.users.retain(|user| !user.signatures.is_empty());
        details.user_attributes.clear();
        Ok(Self { key })
    }
}

/// Shows which key, not whose.
impl std::fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PublicKey({})", self.fingerprint())
    }
}

impl<'k> Part<'k> {
    pub(super) fn fingerprint(self) -> pgp::types::Fingerprint {
        match self {
            Self::Primary(key) => key.fingerprint(),
            Self::Subkey(key) => key.fingerprint(),
        }
    }
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Counts what was computed: only signatures that claim to be the key's own cost anything.
struct Check<'k> {
    primary: &'k packet::PublicKey,
    left: usize,
}

impl<'k> Check<'k> {
    fn new(primary: &'k packet::PublicKey) -> Self {
        let left = limits::PGP_SELF_SIGNATURES_MAX;
        Self { primary, left }
    }
    fn keep(&mut self, all: &mut Vec<Signature>, is_good: impl Fn(&Signature) -> bool) {
        all.retain(|signature| {
            if self.left == 0 || !self.is_own(signature) {
                return false;
            }
            self.left -= 1;
            is_good(signature)
        });
    }
    fn is_own(&self, signature: &Signature) -> bool {
        let ids = signature.issuer_key_id();
        let prints = signature.issuer_fingerprint();
        (ids.is_empty() && prints.is_empty())
            || ids.iter().any(|id| **id == self.primary.legacy_key_id())
            || prints
                .iter()
                .any(|print| **print == self.primary.fingerprint())
    }
}

fn join(ours: &mut Vec<Signature>, theirs: &[Signature]) {
    for signature in theirs {
        if !ours.contains(signature) {
            ours.push(signature.clone());
        }
    }
}

/// The address of a name that still stands: `Name <address>`, or the address alone.
fn email(user: &SignedUser) -> Option<Address> {
    let bound = standing::newest(&user.signatures, standing::is_certification, Timestamp::MAX);
    if bound.is_ok_and(|bound| standing::is_dropped(&user.signatures, bound, Timestamp::MAX)) {
        return None;
    }
    let text = user.id.as_str()?.trim();
    let address = match text.strip_suffix('>') {
        Some(front) => front.rsplit_once('<')?.1,
        None => text,
    };
    Address::parse(address).ok()
}
