//! C2SP tlog-proof: one text file that shows one entry to be in a log.
//!
//! ```text
//! c2sp.org/tlog-proof@v1
//! index 73894
//! base64 hash, from the leaf's sibling up
//!
//! the checkpoint, a signed note
//! ```
//!
//! Extra data is carried because the standard has it; nothing authenticates it.

use model::Result;

use crate::checkpoint::{self, Checkpoint};
use crate::digest::{base64, decimal, unbase64, unbase64_hash};
use crate::note::Verifier;
use crate::tree::{leaf_hash, verify_inclusion};
use crate::{Broken, Hash};

pub(crate) const HEADING: &str = "c2sp.org/tlog-proof@v1";
/// The usual name of a proof's file ends in it.
pub const EXTENSION: &str = "tlog-proof";
/// A tree of 2⁶⁴ leaves is 64 levels high.
const HASHES_MAX: usize = 64;

/// An entry's place in a signed tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    pub index: u64,
    pub hashes: Vec<Hash>,
    /// The signed note, as it was published.
    pub checkpoint: String,
    /// Not authenticated.
    pub extra: Option<Vec<u8>>,
}

impl Proof {
    pub fn encode(&self) -> String {
        let mut out = format!("{HEADING}\n");
        if let Some(extra) = &self.extra {
            out.push_str(&format!("extra {}\n", base64(extra)));
        }
        out.push_str(&format!("index {}\n", self.index));
        for hash in &self.hashes {
            out.push_str(&base64(hash));
            out.push('\n');
        }
        out.push('\n');
        out.push_str(&self.checkpoint);
        out
    }

    pub fn parse(text: &str) -> Result<Self> {
        Self::find_in(text).ok_or(Broken::Format.here())
    }

    fn find_in(text: &str) -> Option<Self> {
        let (head, checkpoint) = text.split_once("\n\n")?;
        let mut lines = head.split('\n').peekable();
        if lines.next()? != HEADING {
            return None;
        }
        let extra = match lines.next_if(|line| line.starts_with("extra ")) {
            Some(line) => Some(unbase64(line.strip_prefix("extra ")?)?),
            None => None,
        };
        let index = decimal(lines.next()?.strip_prefix("index ")?)?;
        let hashes = lines.map(unbase64_hash).collect::<Option<Vec<_>>>()?;
        (hashes.len() <= HASHES_MAX).then(|| Self {
            index,
            hashes,
            checkpoint: checkpoint.to_owned(),
            extra,
        })
    }

    /// Whether the hashes lead from this entry to the checkpoint's root. It says nothing about who
    /// signed: [`Self::verify`] does.
    pub(crate) fn leads_from(&self, entry: &[u8]) -> bool {
        let text = self
            .checkpoint
            .split("\n\n")
            .next()
            .map(|text| format!("{text}\n"));
        let checkpoint = text.and_then(|text| Checkpoint::parse(&text).ok());
        checkpoint.is_some_and(|c| {
            verify_inclusion(self.index, c.size, &leaf_hash(entry), &c.root, &self.hashes).is_ok()
        })
    }

    /// Checks the checkpoint's signature and that `entry` is the leaf at our index of its tree.
    pub fn verify(&self, entry: &[u8], log: &Verifier) -> Result<Checkpoint> {
        let checkpoint = checkpoint::open(&self.checkpoint, log)?;
        verify_inclusion(
            self.index,
            checkpoint.size,
            &leaf_hash(entry),
            &checkpoint.root,
            &self.hashes,
        )?;
        Ok(checkpoint)
    }
}
