//! The canonical leaf: what happened, to which things, by whom, without a word of PHI.
//!
//! One JSON object, keys sorted, no spaces, times in microseconds UTC. An entry names things by id
//! and says facts in codes, counts and neutral words. What may identify a person is not here: only
//! a commitment to it, SHA-256 over a salt of 32 random bytes and the payload. Payload and salt are
//! kept sealed apart and can be destroyed without touching the tree; without the salt the hash
//! cannot be guessed backwards.
//!
//! Invariant: `decode(encode(e)) == e`, and any bytes `decode` takes are those `encode` writes. The
//! shapes that [`Entry::encode`] enforces leave no room for an address or free text.

use std::borrow::Cow;
use std::collections::BTreeMap;

use model::{Code, Error, EventId, OrganisationId, Result, Timestamp, limits};
use serde::{Deserialize, Serialize};

use crate::digest::sha256;
use crate::{Broken, Hash};

const VERSION: u8 = 1;
const COMMITMENT_DOMAIN: &[u8] = b"caduceus/commitment/v1\n";

/// Limits of the parts of an entry, in octets.
const NAME_OCTETS_MAX: usize = 64;
const FACT_OCTETS_MAX: usize = 512;

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub id: EventId,
    pub at: Timestamp,
    pub organisation: OrganisationId,
    /// Who did it: `usr_…`, `app_…`, `rcp_…`, `system`.
    pub actor: String,
    /// A dotted word: `message.accepted`, `delivery.transmitted`, `portal.read`.
    pub kind: String,
    /// The ids of what it happened to.
    pub subject: Vec<String>,
    /// Codes, counts, neutral words. Printable ASCII without `@`.
    pub facts: BTreeMap<String, String>,
    /// See [`commit`].
    pub commitment: Option<Hash>,
}

/// SHA-256 over domain, salt and payload. The salt must be 32 fresh random bytes: hashes of names
/// and addresses without one can be guessed.
pub fn commit(salt: &[u8; 32], payload: &[u8]) -> Hash {
    sha256(&[COMMITMENT_DOMAIN, salt, payload])
}

impl Entry {
    /// The leaf's bytes. `field_invalid` with a pointer when a part has not its shape.
    pub fn encode(&self) -> Result<Vec<u8>> {
        self.check_shapes()?;
        // All six digits, so that no moment is written two ways or rounded.
        let at = self.at.rfc3339_micros();
        let line = Line {
            actor: Cow::Borrowed(&self.actor),
            at: at.ok_or(Error::new(Code::FieldInvalid).at("/at"))?,
            commitment: self.commitment.map(hex::encode),
            facts: Cow::Borrowed(&self.facts),
            id: self.id,
            kind: Cow::Borrowed(&self.kind),
            organisation: self.organisation,
            subject: Cow::Borrowed(&self.subject),
            v: VERSION,
        };
        let bytes = serde_json::to_vec(&line).map_err(|e| Error::new(Code::Internal).because(e))?;
        if bytes.len() > limits::LEDGER_ENTRY_OCTETS_MAX {
            return Err(Error::new(Code::FieldInvalid));
        }
        Ok(bytes)
    }

    /// Reads a leaf; anything that is not exactly what [`Self::encode`] writes is refused.
    pub fn decode(bytes: &[u8]) -> Result<Self> {
        let line: Line = serde_json::from_slice(bytes).map_err(|_| Broken::Format.here())?;
        let entry = line.into_entry().ok_or(Broken::Format.here())?;
        match entry.encode() {
            Ok(again) if again == bytes => Ok(entry),
            _ => Err(Broken::Format.here()),
        }
    }

    /// Whether this payload and salt are what the entry committed to.
    pub fn opens(&self, salt: &[u8; 32], payload: &[u8]) -> bool {
        self.commitment
            .is_some_and(|commitment| commitment == commit(salt, payload))
    }

    fn check_shapes(&self) -> Result<()> {
        let invalid = |pointer: &str| Err(Error::new(Code::FieldInvalid).at(pointer));
        if !is_name(&self.actor) {
            return invalid("/actor");
        }
        if !is_kind(&self.kind) {
            return invalid("/kind");
        }
        if let Some(at) = self.subject.iter().position(|id| !is_name(id)) {
            return invalid(&format!("/subject/{at}"));
        }
        if !self.facts.keys().all(|key| is_key(key)) {
            return invalid("/facts");
        }
        // The key is one of our own words by now; the value stays unsaid.
        match self.facts.iter().find(|(_, value)| !is_fact(value)) {
            Some((key, _)) => invalid(&format!("/facts/{key}")),
            None => Ok(()),
        }
    }
}

/// The JSON form. The order of the fields is the order of the keys: sorted.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line<'a> {
    actor: Cow<'a, str>,
    at: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    commitment: Option<String>,
    facts: Cow<'a, BTreeMap<String, String>>,
    id: EventId,
    kind: Cow<'a, str>,
    organisation: OrganisationId,
    subject: Cow<'a, [String]>,
    v: u8,
}

impl Line<'_> {
    fn into_entry(self) -> Option<Entry> {
        let commitment = match self.commitment {
            Some(text) => Some(hex::decode(text).ok()?.try_into().ok()?),
            None => None,
        };
        (self.v == VERSION).then_some(())?;
        Some(Entry {
            id: self.id,
            at: Timestamp::parse_rfc3339(&self.at)?,
            organisation: self.organisation,
            actor: self.actor.into_owned(),
            kind: self.kind.into_owned(),
            subject: self.subject.into_owned(),
            facts: self.facts.into_owned(),
            commitment,
        })
    }
}

fn is_name(text: &str) -> bool {
    (1..=NAME_OCTETS_MAX).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"_.:-".contains(&b))
}

fn is_kind(text: &str) -> bool {
    (1..=NAME_OCTETS_MAX).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_.-".contains(&b))
}

fn is_key(text: &str) -> bool {
    (1..=NAME_OCTETS_MAX).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

fn is_fact(text: &str) -> bool {
    text.len() <= FACT_OCTETS_MAX
        && text
            .bytes()
            .all(|b| (b' '..=b'~').contains(&b) && b != b'@')
}
