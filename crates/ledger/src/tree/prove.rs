//! Proofs out of tiles: inclusion (RFC 6962 §2.1.1) and consistency (§2.1.2).

use std::collections::BTreeMap;

use model::Result;

use super::{fold, node_hash};
use crate::{Broken, Hash};

/// Where tiles come from: a table, a folder, memory.
pub trait TileSource {
    /// The first `width` (1..=256) hashes of a tile, 32 bytes each. A source that holds a wider
    /// state of the same tile cuts it; one that does not hold it fails.
    fn tile(&self, level: u8, index: u64, width: u16) -> Result<Vec<u8>>;
}

/// The hashes that lead from leaf `index` to the root of the tree of `size` leaves.
pub fn inclusion(index: u64, size: u64, tiles: &dyn TileSource) -> Result<Vec<Hash>> {
    if index >= size {
        return Err(Broken::Inclusion.here());
    }
    let mut reader = Reader::new(size, tiles);
    let (mut low, mut high) = (0, size);
    let mut proof = Vec::new();
    while high - low > 1 {
        let middle = low + split(high - low);
        if index < middle {
            proof.push(reader.range(middle, high)?);
            high = middle;
        } else {
            proof.push(reader.range(low, middle)?);
            low = middle;
        }
    }
    proof.reverse(); // collected from the root down, written from the leaf up
    Ok(proof)
}

/// The hashes that show the tree of `new` leaves to begin with the tree of `old` leaves. Empty when
/// the sizes are equal or the old tree is empty.
pub fn consistency(old: u64, new: u64, tiles: &dyn TileSource) -> Result<Vec<Hash>> {
    if old > new {
        return Err(Broken::Consistency.here());
    }
    if old == 0 || old == new {
        return Ok(Vec::new());
    }
    let mut reader = Reader::new(new, tiles);
    let (mut low, mut high) = (0, new);
    let mut proof = Vec::new();
    while high > old {
        let middle = low + split(high - low);
        if old <= middle {
            proof.push(reader.range(middle, high)?);
            high = middle;
        } else {
            proof.push(reader.range(low, middle)?);
            low = middle;
        }
    }
    // A whole left subtree is the old root itself, which the checker has.
    if low > 0 {
        proof.push(reader.range(low, high)?);
    }
    proof.reverse();
    Ok(proof)
}

/// The root of the tree of `size` leaves, computed from its tiles.
pub fn root(size: u64, tiles: &dyn TileSource) -> Result<Hash> {
    Reader::new(size, tiles).range(0, size)
}

/// The largest power of two below `n` (n > 1): where RFC 6962 splits a tree of n leaves.
fn split(n: u64) -> u64 {
    1 << (n - 1).ilog2()
}

/// Hashes of a tree of one size, each tile fetched once.
pub(crate) struct Reader<'a> {
    size: u64,
    tiles: &'a dyn TileSource,
    fetched: BTreeMap<(u8, u64), Vec<Hash>>,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(size: u64, tiles: &'a dyn TileSource) -> Self {
        Self {
            size,
            tiles,
            fetched: BTreeMap::new(),
        }
    }

    /// The roots of the complete subtrees of leaves `low..high`, left to right. `low` must be a
    /// multiple of the largest of them, as it is wherever RFC 6962 splits.
    pub(crate) fn subtrees(&mut self, mut low: u64, high: u64) -> Result<Vec<Hash>> {
        let mut out = Vec::new();
        while low < high {
            let level = (high - low).ilog2();
            out.push(self.node(level as u8, low >> level)?);
            low += 1 << level;
        }
        Ok(out)
    }

    fn range(&mut self, low: u64, high: u64) -> Result<Hash> {
        Ok(fold(&self.subtrees(low, high)?))
    }

    /// The root of the complete subtree `index` of 2^level leaves. Tiles keep every eighth level;
    /// those between are hashed from the level below them.
    fn node(&mut self, level: u8, index: u64) -> Result<Hash> {
        let (stored, above) = (level / 8, level % 8);
        let first = index << above;
        let tile = self.tile(stored, first / 256)?;
        let start = (first % 256) as usize;
        let mut row = tile[start..start + (1 << above)].to_vec();
        while row.len() > 1 {
            row = row
                .chunks_exact(2)
                .map(|pair| node_hash(&pair[0], &pair[1]))
                .collect();
        }
        Ok(row[0])
    }

    fn tile(&mut self, level: u8, index: u64) -> Result<&[Hash]> {
        if !self.fetched.contains_key(&(level, index)) {
            let hashes_in_level = self.size >> (8 * u32::from(level));
            let width = (hashes_in_level - index * 256).min(256) as u16;
            let bytes = self.tiles.tile(level, index, width)?;
            if bytes.len() != usize::from(width) * 32 {
                return Err(Broken::Tile.at(format!("/{}", crate::tile::path(level, index, width))));
            }
            let (hashes, _) = bytes.as_chunks::<32>();
            self.fetched.insert((level, index), hashes.to_vec());
        }
        Ok(&self.fetched[&(level, index)])
    }
}
