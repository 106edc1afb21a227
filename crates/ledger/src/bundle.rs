//! Evidence of one recipient of one message: a JSON file that verifies with nothing but itself.
//!
//! ```json
//! {
//!   "format": "caduceus-proof/v1",
//!   "claim": "S2",
//!   "summary": ["…", "…"],
//!   "organisation": "org_…", "message": "msg_…", "recipient": "rcp_…",
//!   "log": "mail.clinic.example/org_…+0f3a1c22+AQ…",
//!   "checkpoint": "mail.clinic.example/org_…\n1027\n…\n\n— … \n",
//!   "entries": [
//!     { "index": 17, "leaf": "{\"actor\":…}", "proof": ["…"], "opened": { "salt": "…", "payload": "…" } }
//!   ]
//! }
//! ```
//!
//! `stamp`, where it is there, is an authority's token (RFC 3161) over the octets of `checkpoint`; whether to believe it
//! is asked elsewhere, since it takes certificates.
//!
//! `log` is the public key, as Go's `note` package writes it. Each leaf is the exact text that was
//! hashed into the tree, `proof` its inclusion hashes in the tree of the one checkpoint. `opened`
//! shows what an entry committed to; without it the entry still proves when something happened,
//! not what it was. Of a delivery it shows what the wire and DNS said ([`Report::dns`]). The file names no other recipient, so it can be handed to this one.
//!
//! Nothing in the file is believed: the claim and the summary are derived again from the entries
//! and compared. Invariant: a bundle that verifies is byte for byte the one that was made; any
//! change is refused and its place named. Who holds the signing key can make another bundle, which
//! is why a report without a trusted key says so.

mod claim;
mod dns;
mod form;
mod standing;
mod statements;
mod verify;

pub use claim::{Claim, LIMITS, LIMITS_SPANISH};
pub use standing::{End, Standing, Step, Tongue};
pub use verify::{Report, Shown, Trust};

use model::{MessageId, OrganisationId, RecipientId, Result};

use crate::Hash;
use crate::note::Verifier;
use crate::proof::Proof;

/// What may be written into the file; see the module.
#[derive(Clone, Debug)]
pub struct Bundle {
    organisation: OrganisationId,
    message: MessageId,
    recipient: RecipientId,
    log: Verifier,
    checkpoint: String,
    stamp: Option<Vec<u8>>,
    entries: Vec<BundleEntry>,
    claim: Claim,
    summary: Vec<String>,
}

/// One entry with its place in the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BundleEntry {
    pub index: u64,
    /// The exact bytes of the leaf, as [`crate::entry::Entry::encode`] gave them.
    pub leaf: Vec<u8>,
    /// From [`crate::tree::inclusion`] for the size of the bundle's checkpoint.
    pub proof: Vec<Hash>,
    pub opened: Option<Opened>,
}

/// What a commitment was made over. The payload may hold PHI: it goes into the file for whoever may
/// have it, and nowhere else.
#[derive(Clone, PartialEq, Eq)]
pub struct Opened {
    pub salt: [u8; 32],
    pub payload: Vec<u8>,
}

impl std::fmt::Debug for Opened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Opened(..)")
    }
}

impl Bundle {
    /// Puts a bundle together and verifies it: what cannot be verified is never handed out.
    /// `entries` in any order; `checkpoint` is the signed note, with the log's signature alone.
    pub fn new(
        message: MessageId,
        recipient: RecipientId,
        log: Verifier,
        checkpoint: String,
        mut entries: Vec<BundleEntry>,
    ) -> Result<Self> {
        entries.sort_by_key(|entry| entry.index);
        let organisation = verify::organisation_of(&entries)?;
        let (claim, summary) = (Claim::S0, Vec::new());
        let mut bundle = Self {
            organisation,
            message,
            recipient,
            log,
            checkpoint,
            stamp: None,
            entries,
            claim,
            summary,
        };
        let derived = verify::derive(&bundle, &bundle.log)?;
        bundle.claim = derived.level;
        bundle.summary = derived.summary;
        Ok(bundle)
    }

    /// With an authority's token over the checkpoint.
    pub fn stamped(mut self, token: Option<Vec<u8>>) -> Self {
        self.stamp = token;
        self
    }

    /// The signed note, and the token over its octets where an authority stamped it.
    pub fn stamp(&self) -> Option<(&str, &[u8])> {
        let token = self.stamp.as_deref()?;
        Some((&self.checkpoint, token))
    }

    /// The file's bytes: the same for the same evidence, always.
    pub fn encode(&self) -> Vec<u8> {
        form::encode(self)
    }

    /// Reads a file. It must be in the canonical form, to the byte.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        form::parse(bytes)
    }

    /// Checks everything. With `trusted`, the file must be signed by that key; without, by the one
    /// inside it, and the report says what that is worth.
    pub fn verify(&self, trusted: Option<&Verifier>) -> Result<Report> {
        verify::verify(self, trusted)
    }

    pub fn message(&self) -> MessageId {
        self.message
    }
    pub fn recipient(&self) -> RecipientId {
        self.recipient
    }
    pub fn claim(&self) -> Claim {
        self.claim
    }
    /// The log's public key as the file states it.
    pub fn log(&self) -> &Verifier {
        &self.log
    }
    pub fn entries(&self) -> &[BundleEntry] {
        &self.entries
    }

    /// Each entry's own `.tlog-proof`, for tools that know nothing of bundles.
    pub fn proofs(&self) -> Vec<Proof> {
        let proof = |entry: &BundleEntry| Proof {
            index: entry.index,
            hashes: entry.proof.clone(),
            checkpoint: self.checkpoint.clone(),
            extra: None,
        };
        self.entries.iter().map(proof).collect()
    }
}
