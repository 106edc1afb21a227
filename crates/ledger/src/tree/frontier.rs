//! The right edge of a tree: enough to append and to know the root.

use model::Result;

use super::prove::Reader;
use super::{TileSource, fold, node_hash};
use crate::{Broken, Hash};

/// The roots of the complete subtrees that a tree falls into, largest (leftmost) first: one for each
/// bit set in its size. At most 64 hashes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    subtrees: Vec<Hash>,
}

impl Frontier {
    pub fn empty() -> Self {
        Self {
            size: 0,
            subtrees: Vec::new(),
        }
    }

    pub fn size(&self) -> u64 {
        self.size
    }

    pub fn root(&self) -> Hash {
        fold(&self.subtrees)
    }

    /// Adds a leaf. Gives the nodes that became complete as (level, index in the level, hash), the
    /// leaf itself first.
    pub fn append(&mut self, leaf: Hash) -> Vec<(u8, u64, Hash)> {
        let mut index = self.size;
        let mut hash = leaf;
        let mut level = 0u8;
        let mut complete = vec![(level, index, hash)];
        // Each trailing one of the size is a subtree as large as ours, waiting to be joined.
        while index & 1 == 1 {
            let Some(left) = self.subtrees.pop() else {
                break;
            };
            hash = node_hash(&left, &hash);
            index >>= 1;
            level += 1;
            complete.push((level, index, hash));
        }
        self.subtrees.push(hash);
        self.size += 1;
        complete
    }

    /// Reads the edge of a tree of this size out of its tiles.
    pub fn from_tiles(size: u64, tiles: &dyn TileSource) -> Result<Self> {
        let mut reader = Reader::new(size, tiles);
        Ok(Self {
            size,
            subtrees: reader.subtrees(0, size)?,
        })
    }

    /// The hashes, to be kept beside the size.
    pub fn hashes(&self) -> &[Hash] {
        &self.subtrees
    }

    /// The reverse of [`Self::hashes`]; fails when their number does not fit the size.
    pub fn from_hashes(size: u64, subtrees: Vec<Hash>) -> Result<Self> {
        if subtrees.len() != size.count_ones() as usize {
            return Err(Broken::Stored.here());
        }
        Ok(Self { size, subtrees })
    }
}
