//! What the parts of a key may do at a moment: bindings, expiry, revocation (RFC 9580 §5.2.3, §10.1).
//!
//! Works on keys whose own signatures were checked when they were read (`public`): what stands in
//! them is by the key's holder, and only its meaning and its time are judged here. Invariant: what
//! is in doubt is refused; a revocation counts in whatever algorithm it was made.

use model::{Timestamp, limits};
use pgp::composed::{SignedPublicKey, SignedPublicSubKey};
use pgp::crypto::public_key::PublicKeyAlgorithm;
use pgp::packet::{
    self, KeyFlags, RevocationCode, Signature, SignatureType, SignatureVersion, SubpacketData,
};
use pgp::types::{Duration, KeyDetails, KeyVersion};

use super::KeyFault;
use super::strength;

/// One key of those under a primary key, the primary key among them.
#[derive(Clone, Copy)]
pub(super) enum Part<'k> {
    Primary(&'k packet::PublicKey),
    Subkey(&'k packet::PublicSubkey),
}

/// What is known now, and when the key acts or acted.
#[derive(Clone, Copy)]
pub(super) struct Moment {
    pub now: Timestamp,
    pub acts: Timestamp,
}

impl Moment {
    pub fn now(now: Timestamp) -> Self {
        Self { now, acts: now }
    }
}

/// What the primary key says of itself, newest first.
pub(super) struct Primary<'k> {
    says: Vec<&'k Signature>,
}

/// Whether the key as a whole stands.
pub(super) fn primary(key: &SignedPublicKey, moment: Moment) -> Result<Primary<'_>, KeyFault> {
    let is_revoked = |revocation: &Signature| {
        is_hard(revocation) || made(revocation).is_none_or(|made| made <= moment.acts)
    };
    if key.details.revocation_signatures.iter().any(is_revoked) {
        return Err(KeyFault::Revoked);
    }
    check_key(&key.primary_key, moment)?;
    let mut says = Vec::new();
    let direct = newest(&key.details.direct_signatures, is_direct, moment.now);
    let user = primary_user(key, moment);
    match (key.version(), direct, user) {
        // RFC 9580 §10.1.1: a version 6 key speaks of itself in a direct key signature alone
        (KeyVersion::V6, direct, _) => says.push(direct?),
        (_, Err(_), Err(fault)) => return Err(fault),
        (_, direct, user) => says.extend(direct.into_iter().chain(user)),
    }
    says.sort_by_key(|signature| std::cmp::Reverse(signature.created()));
    let primary = Primary { says };
    let life = primary.first(Signature::key_expiration_time);
    check_life(&key.primary_key, life, moment)?;
    Ok(primary)
}

impl<'k> Primary<'k> {
    pub fn flags(&self) -> Option<&'k KeyFlags> {
        self.first(flags)
    }
    pub fn takes_aead(&self) -> bool {
        self.first(Signature::features)
            .is_some_and(|features| features.seipd_v2())
    }
    /// Ciphers in the order its holder likes them; none when it does not say.
    pub fn ciphers(&self) -> &'k [pgp::crypto::sym::SymmetricKeyAlgorithm] {
        let stated = |signature: &'k Signature| {
            Some(signature.preferred_symmetric_algs()).filter(|ciphers| !ciphers.is_empty())
        };
        self.first(stated).unwrap_or_default()
    }
    /// The newest signature that says something of it.
    fn first<T>(&self, read: impl FnMut(&'k Signature) -> Option<T>) -> Option<T> {
        self.says.iter().copied().find_map(read)
    }
}

/// When the primary key ends, if it says so.
pub(super) fn expires(key: &SignedPublicKey, now: Timestamp) -> Option<Timestamp> {
    let mut moment = Moment::now(now);
    // that it has ended is no reason not to say when
    moment.acts = time(key.primary_key.created_at());
    let life = primary(key, moment)
        .ok()?
        .first(Signature::key_expiration_time)?;
    end(time(key.primary_key.created_at()), life)
}

/// The key to encrypt to: of those that may the newest, as other programs choose.
pub(super) fn for_encryption(key: &SignedPublicKey, at: Timestamp) -> Result<Part<'_>, KeyFault> {
    let moment = Moment::now(at);
    let primary = primary(key, moment)?;
    let encrypts = |flags: &KeyFlags| flags.encrypt_comms() || flags.encrypt_storage();
    let mut fault = None;
    let mut newest_first: Vec<_> = key.public_subkeys.iter().collect();
    newest_first.sort_by_key(|subkey| std::cmp::Reverse(subkey.key.created_at()));
    for subkey in newest_first {
        if !can_encrypt(subkey.key.algorithm()) {
            continue;
        }
        match check_subkey(key, subkey, moment) {
            Ok(binding) if flags(binding).is_some_and(encrypts) => {
                return Ok(Part::Subkey(&subkey.key));
            }
            Ok(_) => {}
            Err(found) => fault = fault.or(Some(found)),
        }
    }
    if primary.flags().is_some_and(encrypts) && can_encrypt(key.primary_key.algorithm()) {
        return Ok(Part::Primary(&key.primary_key));
    }
    Err(fault.unwrap_or(KeyFault::NoEncryptionKey))
}

/// Until when messages may be encrypted to it, as it stands at that moment; `None`: it does not say.
pub(super) fn encrypts_until(
    key: &SignedPublicKey,
    at: Timestamp,
) -> Result<Option<Timestamp>, KeyFault> {
    let part = match for_encryption(key, at)? {
        Part::Primary(_) => None,
        Part::Subkey(part) => {
            let subkey = key.public_subkeys.iter().find(|s| s.key == *part);
            let binding = check_subkey(key, subkey.ok_or(KeyFault::Unbound)?, Moment::now(at))?;
            let life = binding.key_expiration_time();
            life.and_then(|life| end(time(part.created_at()), life))
        }
    };
    Ok([part, expires(key, at)].into_iter().flatten().min())
}

/// Keys that may sign at the moment, the newest subkey first, the primary key last.
pub(super) fn for_signing(key: &SignedPublicKey, at: Timestamp) -> Result<Vec<Part<'_>>, KeyFault> {
    let moment = Moment::now(at);
    primary(key, moment)?;
    let mut parts: Vec<_> = key.public_subkeys.iter().collect();
    parts.sort_by_key(|subkey| std::cmp::Reverse(subkey.key.created_at()));
    let subkeys = parts.into_iter().map(|subkey| Part::Subkey(&subkey.key));
    let all = subkeys.chain([Part::Primary(&key.primary_key)]);
    Ok(all
        .filter(|part| may_sign(key, *part, moment).is_ok())
        .collect())
}

/// Whether that part of the key could sign at that moment.
pub(super) fn may_sign(
    key: &SignedPublicKey,
    part: Part<'_>,
    moment: Moment,
) -> Result<(), KeyFault> {
    let primary = primary(key, moment)?;
    let subkey = match part {
        Part::Primary(_) => {
            let signs = primary.flags().is_some_and(KeyFlags::sign);
            return if signs {
                Ok(())
            } else {
                Err(KeyFault::NoSigningKey)
            };
        }
        Part::Subkey(asked) => key.public_subkeys.iter().find(|s| s.key == *asked),
    };
    let subkey = subkey.ok_or(KeyFault::Unbound)?;
    let binding = check_subkey(key, subkey, moment)?;
    if !flags(binding).is_some_and(KeyFlags::sign) {
        return Err(KeyFault::NoSigningKey);
    }
    // RFC 9580 §5.2.1.8: else anybody could adopt a stranger's signing key as theirs
    let back = binding.embedded_signature().ok_or(KeyFault::Unbound)?;
    acceptable(back, moment.now)?;
    back.verify_primary_key_binding(&subkey.key, &key.primary_key)
        .map_err(|_| KeyFault::Unbound)
}

fn check_subkey<'k>(
    key: &SignedPublicKey,
    subkey: &'k SignedPublicSubKey,
    moment: Moment,
) -> Result<&'k Signature, KeyFault> {
    let binding = newest(&subkey.signatures, is_binding, moment.now);
    let bound = binding.ok().and_then(made);
    let is_revoked = |revocation: &Signature| {
        let since = made(revocation);
        let holds = bound.is_none() || since.is_none() || since >= bound;
        is_hard(revocation) || (holds && since.is_none_or(|since| since <= moment.acts))
    };
    let mut revocations = subkey.signatures.iter().filter(|s| is_revocation(s));
    if revocations.any(is_revoked) {
        return Err(KeyFault::Revoked);
    }
    check_key(&subkey.key, moment)?;
    let binding = binding?;
    check_life(&subkey.key, binding.key_expiration_time(), moment)?;
    if subkey.key.version() != key.version() {
        return Err(KeyFault::Unbound);
    }
    Ok(binding)
}

/// The signature by which the key's holder speaks of the key together with a name.
fn primary_user(key: &SignedPublicKey, moment: Moment) -> Result<&Signature, KeyFault> {
    let mut best: Option<&Signature> = None;
    let mut fault = KeyFault::Unbound;
    for user in &key.details.users {
        match newest(&user.signatures, is_certification, moment.now) {
            Ok(signature) if is_dropped(&user.signatures, signature, moment.acts) => {}
            Ok(signature) => {
                let rank = |s: &Signature| (s.is_primary(), s.created());
                best = match best {
                    Some(best) if rank(best) >= rank(signature) => Some(best),
                    _ => Some(signature),
                };
            }
            Err(found) => fault = found,
        }
    }
    best.ok_or(fault)
}

/// Whether a name was taken back after it was last bound.
pub(super) fn is_dropped(all: &[Signature], bound: &Signature, acts: Timestamp) -> bool {
    all.iter()
        .filter(|s| s.typ() == Some(SignatureType::CertRevocation))
        .any(|s| s.created() >= bound.created() && made(s).is_none_or(|made| made <= acts))
}

/// The newest of a kind that can be accepted; else why the last of them cannot.
pub(super) fn newest(
    signatures: &[Signature],
    kind: impl Fn(&Signature) -> bool,
    now: Timestamp,
) -> Result<&Signature, KeyFault> {
    let mut fault = KeyFault::Unbound;
    let mut best: Option<&Signature> = None;
    for signature in signatures.iter().filter(|s| kind(s)) {
        match acceptable(signature, now) {
            Ok(()) if best.is_none_or(|best| best.created() < signature.created()) => {
                best = Some(signature);
            }
            Ok(()) => {}
            Err(found) => fault = found,
        }
    }
    best.ok_or(fault)
}

/// Version, time, hash and critical subpackets of a key's signature over its own parts.
fn acceptable(signature: &Signature, now: Timestamp) -> Result<(), KeyFault> {
    if !matches!(
        signature.version(),
        SignatureVersion::V4 | SignatureVersion::V6
    ) || asks_the_unknown(signature)
    {
        return Err(KeyFault::Unbound);
    }
    let made = made(signature).ok_or(KeyFault::Unbound)?;
    if made > now.plus(limits::PGP_CLOCK_SKEW) {
        return Err(KeyFault::NotYetValid);
    }
    if is_over(signature, made, now) {
        return Err(KeyFault::Expired);
    }
    match signature.hash_alg() {
        Some(hash) if strength::binds(hash, made) => Ok(()),
        _ => Err(KeyFault::WeakAlgorithm),
    }
}

/// Whether a signature has ended by its own word.
pub(super) fn is_over(signature: &Signature, made: Timestamp, now: Timestamp) -> bool {
    let life = signature.signature_expiration_time();
    life.and_then(|life| end(made, life))
        .is_some_and(|end| end <= now)
}

/// RFC 9580 §5.2.3.7 and §5.2.3.24: who does not know what is marked critical must not go on.
pub(super) fn asks_the_unknown(signature: &Signature) -> bool {
    let hashed = signature.config().map(|config| &config.hashed_subpackets);
    hashed.into_iter().flatten().any(|subpacket| {
        subpacket.is_critical
            && matches!(
                subpacket.data,
                SubpacketData::Other(..)
                    | SubpacketData::Experimental(..)
                    | SubpacketData::Notation(_)
            )
    })
}

fn check_key(key: &impl KeyDetails, moment: Moment) -> Result<(), KeyFault> {
    if !strength::is_strong_key(key.public_params()) {
        return Err(KeyFault::WeakAlgorithm);
    }
    if time(key.created_at()) > moment.acts.plus(limits::PGP_CLOCK_SKEW) {
        return Err(KeyFault::NotYetValid);
    }
    Ok(())
}

fn check_life(
    key: &impl KeyDetails,
    life: Option<Duration>,
    moment: Moment,
) -> Result<(), KeyFault> {
    let ends = life.and_then(|life| end(time(key.created_at()), life));
    match ends {
        Some(end) if end <= moment.acts => Err(KeyFault::Expired),
        _ => Ok(()),
    }
}

/// RFC 9580 §5.2.3.13: zero means never.
fn end(from: Timestamp, life: Duration) -> Option<Timestamp> {
    let life = std::time::Duration::from_secs(u64::from(life.as_secs()));
    (!life.is_zero()).then(|| from.plus(life))
}

/// §5.2.3.31: a key only replaced or retired was good before; in all other cases it never was.
fn is_hard(revocation: &Signature) -> bool {
    !matches!(
        revocation.revocation_reason_code(),
        Some(RevocationCode::KeySuperseded | RevocationCode::KeyRetired)
    )
}

fn flags(signature: &Signature) -> Option<&KeyFlags> {
    let hashed = &signature.config()?.hashed_subpackets;
    hashed.iter().find_map(|subpacket| match &subpacket.data {
        SubpacketData::KeyFlags(flags) => Some(flags),
        _ => None,
    })
}

fn can_encrypt(algorithm: PublicKeyAlgorithm) -> bool {
    matches!(
        algorithm,
        PublicKeyAlgorithm::RSA
            | PublicKeyAlgorithm::RSAEncrypt
            | PublicKeyAlgorithm::ECDH
            | PublicKeyAlgorithm::X25519
            | PublicKeyAlgorithm::X448
    )
}

fn is_direct(signature: &Signature) -> bool {
    signature.typ() == Some(SignatureType::Key)
}
fn is_binding(signature: &Signature) -> bool {
    signature.typ() == Some(SignatureType::SubkeyBinding)
}
fn is_revocation(signature: &Signature) -> bool {
    signature.typ() == Some(SignatureType::SubkeyRevocation)
}
pub(super) fn is_certification(signature: &Signature) -> bool {
    signature.is_certification() && signature.typ() != Some(SignatureType::CertRevocation)
}

pub(super) fn made(signature: &Signature) -> Option<Timestamp> {
    signature.created().map(time)
}
pub(super) fn time(seconds: pgp::types::Timestamp) -> Timestamp {
    Timestamp::from_secs(i64::from(seconds.as_secs()))
}
