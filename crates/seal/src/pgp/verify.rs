//! What a signature over a message is worth: who made it, with which right, when.
//!
//! Invariant: `Valid` means that a key given by the caller made it over exactly these octets, could
//! sign at the time the signature names, and was not found out since.

use model::{Timestamp, limits};
use pgp::packet::{Packet, Signature, SignatureType, SignatureVersion, SubpacketData};
use pgp::types::{Fingerprint, KeyDetails};

use super::content::{self, Content};
use super::public::hex;
use super::standing::{self, Moment, Part};
use super::strength;
use super::{KeyFault, PgpError, PublicKey, SignAs, dearmor};

/// One signature, judged.
#[derive(Clone, PartialEq, Eq)]
pub struct Verdict {
    pub outcome: Outcome,
    /// The signer's key as a whole, by fingerprint; unknown when we have none that fits.
    pub signer: Option<String>,
    /// The part of it that signed.
    pub key: Option<String>,
    /// When, by the signer's word.
    pub made: Option<Timestamp>,
    /// Whether line ends were part of what was signed.
    pub signed_as: SignAs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Valid,
    /// None of the keys given made it.
    UnknownSigner,
    /// It is by a key that was given, and does not fit this text.
    Bad,
    /// Its hash is one that collisions are made for.
    WeakHash,
    /// It said itself how long it holds.
    Expired,
    /// Made later than now.
    NotYet,
    /// It marks as critical what we do not know, or is of no known version or kind.
    Unsupported,
    /// Encrypted to others first and sent on to us.
    ForOthers,
    /// The key could not sign then.
    Key(KeyFault),
}

impl Verdict {
    pub fn is_valid(&self) -> bool {
        self.outcome == Outcome::Valid
    }
}

impl std::fmt::Debug for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Verdict({:?})", self.outcome)
    }
}

/// Judges signatures apart from what they sign, armored or binary.
pub fn verify_detached(
    content: &[u8],
    signature: &[u8],
    signers: &[PublicKey],
    at: Timestamp,
) -> Result<Vec<Verdict>, PgpError> {
    if signature.len() > limits::PGP_KEYS_OCTETS_MAX
        || content.len() > limits::PGP_MESSAGE_OCTETS_MAX
    {
        return Err(PgpError::TooLarge);
    }
    let mut signatures = Vec::new();
    for packet in content::packets(&dearmor(signature)?)? {
        match packet {
            Packet::Signature(signature) => signatures.push(signature),
            _ => return Err(PgpError::Malformed),
        }
    }
    match signatures.len() {
        0 => return Err(PgpError::Malformed),
        1..=limits::PGP_SIGNATURES_MAX => {}
        _ => return Err(PgpError::TooLarge),
    }
    let judge = |signature| judge(signature, content, signers, at, Audience::Anyone);
    Ok(signatures.iter().map(judge).collect())
}

/// Whom a signed message reached.
#[derive(Clone, Copy)]
pub(super) enum Audience<'a> {
    Anyone,
    /// Us, by this key.
    Encrypted(&'a Fingerprint),
}

pub(super) fn judge_all(
    content: &Content,
    signers: &[PublicKey],
    at: Timestamp,
    audience: Audience<'_>,
) -> Vec<Verdict> {
    let judge = |signature| judge(signature, &content.bytes, signers, at, audience);
    content.signatures.iter().map(judge).collect()
}

fn judge(
    signature: &Signature,
    content: &[u8],
    signers: &[PublicKey],
    at: Timestamp,
    audience: Audience<'_>,
) -> Verdict {
    let mut verdict = Verdict {
        outcome: Outcome::UnknownSigner,
        signer: None,
        key: None,
        made: standing::made(signature),
        signed_as: match signature.typ() {
            Some(SignatureType::Text) => SignAs::Text,
            _ => SignAs::Binary,
        },
    };
    if let Err(outcome) = check_form(signature, at) {
        verdict.outcome = outcome;
        return verdict;
    }
    for signer in signers {
        for part in parts(signer) {
            if !is_by(signature, part) {
                continue;
            }
            verdict.signer = Some(signer.fingerprint());
            verdict.key = Some(hex(part.fingerprint().as_bytes()));
            verdict.outcome = check(signature, content, signer, part, at, audience);
            if verdict.outcome != Outcome::Bad {
                return verdict;
            }
        }
    }
    verdict
}

/// What can be said without a key.
fn check_form(signature: &Signature, at: Timestamp) -> Result<(), Outcome> {
    let is_known = matches!(
        signature.version(),
        SignatureVersion::V4 | SignatureVersion::V6
    ) && matches!(
        signature.typ(),
        Some(SignatureType::Binary | SignatureType::Text)
    );
    if !is_known || standing::asks_the_unknown(signature) {
        return Err(Outcome::Unsupported);
    }
    if !signature.hash_alg().is_some_and(strength::is_strong) {
        return Err(Outcome::WeakHash);
    }
    let made = standing::made(signature).ok_or(Outcome::Unsupported)?;
    if made > at.plus(limits::PGP_CLOCK_SKEW) {
        return Err(Outcome::NotYet);
    }
    if standing::is_over(signature, made, at) {
        return Err(Outcome::Expired);
    }
    Ok(())
}

fn check(
    signature: &Signature,
    content: &[u8],
    signer: &PublicKey,
    part: Part<'_>,
    at: Timestamp,
    audience: Audience<'_>,
) -> Outcome {
    let fits = match part {
        Part::Primary(key) => signature.verify(key, content),
        Part::Subkey(key) => signature.verify(key, content),
    };
    if fits.is_err() {
        return Outcome::Bad;
    }
    if !is_for(signature, audience) {
        return Outcome::ForOthers;
    }
    let acts = standing::made(signature).unwrap_or(at);
    let moment = Moment { now: at, acts };
    match standing::may_sign(signer.inner(), part, moment) {
        Ok(()) => Outcome::Valid,
        Err(fault) => Outcome::Key(fault),
    }
}

fn parts(signer: &PublicKey) -> impl Iterator<Item = Part<'_>> {
    let key = signer.inner();
    let subkeys = key.public_subkeys.iter().map(|sub| Part::Subkey(&sub.key));
    [Part::Primary(&key.primary_key)].into_iter().chain(subkeys)
}

/// Whether the signature names that key; one that names none may be anybody's.
fn is_by(signature: &Signature, part: Part<'_>) -> bool {
    let prints = signature.issuer_fingerprint();
    if !prints.is_empty() {
        return prints.iter().any(|print| **print == part.fingerprint());
    }
    let id = match part {
        Part::Primary(key) => key.legacy_key_id(),
        Part::Subkey(key) => key.legacy_key_id(),
    };
    let ids = signature.issuer_key_id();
    ids.is_empty() || ids.iter().any(|named| **named == id)
}

/// RFC 9580 §5.2.3.36: who encrypts says to whom; the same text under another envelope is not theirs.
fn is_for(signature: &Signature, audience: Audience<'_>) -> bool {
    let Audience::Encrypted(us) = audience else {
        return true;
    };
    let hashed = signature.config().map(|config| &config.hashed_subpackets);
    let mut named = hashed.into_iter().flatten().filter_map(|s| match &s.data {
        SubpacketData::IntendedRecipientFingerprint(print) => Some(print),
        _ => None,
    });
    match named.next() {
        None => true,
        Some(first) => first == us || named.any(|print| print == us),
    }
}
