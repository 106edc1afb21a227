//! The audit log: a Merkle tree of entries that its own operator cannot rewrite unseen.
//!
//! Entries are canonical JSON without PHI ([`entry`]). They become the leaves of an RFC 6962 tree
//! ([`tree`]), stored as C2SP tiles ([`tile`]). Size and root are signed as a checkpoint
//! ([`checkpoint`], a [`note`]). From that come proofs anyone can check with files alone: one entry
//! ([`proof`], a `.tlog-proof` text), records that were destroyed ([`certificate`], a JSON file), everything known about one recipient of one message
//! ([`bundle`], a JSON file), or the whole log ([`audit`]). [`offline`] is what `caduceus verify`
//! runs.
//!
//! ```text
//! Entry ──encode──▶ leaf bytes ──leaf_hash──▶ tree ──tiles──▶ store
//!                                              │ root
//!                     Signer ──▶ checkpoint ◀──┘
//!        leaf + inclusion hashes + checkpoint = tlog-proof;  several of them + opened payloads = bundle
//! ```
//!
//! What it proves: that an entry was in the log when a checkpoint was signed, that a later
//! checkpoint extends an earlier one, and that a payload is the one committed to. What it does not
//! prove: that the entry is true, that nothing else happened, or, without a checkpoint kept by
//! somebody else, that no second history was shown to others (a split view).
//!
//! ```
//! # use std::cell::RefCell;
//! # use caduceus_ledger as ledger;
//! # use ledger::{checkpoint::Checkpoint, entry::Entry, note::Signer, proof::Proof, tile, tree};
//! # struct Memory(RefCell<std::collections::BTreeMap<(u8, u64), Vec<u8>>>);
//! # impl tree::TileSource for Memory {
//! #     fn tile(&self, level: u8, index: u64, width: u16) -> model::Result<Vec<u8>> {
//! #         Ok(self.0.borrow()[&(level, index)][..usize::from(width) * 32].to_vec())
//! #     }
//! # }
//! # let tiles = Memory(RefCell::default());
//! # let entry = Entry {
//! #     id: model::EventId::from_bytes([1; 16]), at: model::Timestamp::from_secs(0),
//! #     organisation: model::OrganisationId::from_bytes([2; 16]), actor: "system".into(),
//! #     kind: "message.accepted".into(), subject: vec![], facts: Default::default(), commitment: None,
//! # };
//! // The sequencer: append, store the tiles, remember size and root, and only then sign.
//! let leaf = entry.encode()?;
//! let hash = tree::leaf_hash(&leaf);
//! let mut edge = tree::Frontier::from_tiles(0, &tiles)?;
//! for write in tile::append_to_tiles(edge.size(), &[hash], &tiles)? {
//!     tiles.0.borrow_mut().insert((write.level, write.index), write.bytes);
//! }
//! edge.append(hash);
//! let signer = Signer::from_seed("mail.clinic.example/log", &[7; 32])?;
//! let tree = Checkpoint { origin: "mail.clinic.example/log".into(), size: edge.size(), root: edge.root() };
//! let checkpoint = tree.sign(&signer)?;
//!
//! // Anyone, later, with the public key and two files.
//! let proof = Proof { index: 0, hashes: tree::inclusion(0, edge.size(), &tiles)?, checkpoint, extra: None };
//! assert_eq!(proof.verify(&leaf, signer.verifier())?, tree);
//! # Ok::<(), model::Error>(())
//! ```
//!
//! The crate is synchronous and total: bytes in, bytes out; no file, clock, chance or network. The
//! log itself is the store's; the rule that a log never signs a checkpoint inconsistent with one it
//! signed before is kept by whoever calls [`checkpoint::Checkpoint::sign`]: persist first, then sign.
//!
//! Invariant: nothing here accepts a form it would not itself write. Every decoder refuses input
//! that does not encode back to the same bytes, so two different files never mean the same.

pub mod audit;
mod broken;
pub mod bundle;
pub mod certificate;
pub mod checkpoint;
mod digest;
pub mod entry;
pub mod note;
pub mod offline;
pub mod proof;
pub mod tile;
pub mod tree;

pub use broken::Broken;

/// SHA-256 of something.
pub type Hash = [u8; 32];
