//! The Merkle tree over the records of one certificate, hashed as the log is (RFC 6962 §2.1).

use std::collections::BTreeMap;

use model::Result;

use super::Item;
use crate::tree::{Frontier, TileSource, inclusion, leaf_hash};
use crate::{Broken, Hash, tile};

#[derive(Default)]
struct Tiles(BTreeMap<(u8, u64), Vec<u8>>);

impl TileSource for Tiles {
    fn tile(&self, level: u8, index: u64, width: u16) -> Result<Vec<u8>> {
        let found = self.0.get(&(level, index));
        let cut = found.and_then(|bytes| bytes.get(..usize::from(width) * 32));
        cut.map(<[u8]>::to_vec).ok_or(Broken::Tile.here())
    }
}

fn leaves(items: &[Item]) -> Result<Vec<Hash>> {
    let leaf = |item: &Item| Ok(leaf_hash(item.line()?.as_bytes()));
    items.iter().map(leaf).collect()
}

/// # Errors
/// None that items could have.
pub fn root(items: &[Item]) -> Result<Hash> {
    let mut edge = Frontier::empty();
    for leaf in leaves(items)? {
        edge.append(leaf);
    }
    Ok(edge.root())
}

/// The hashes that lead from one item to the root.
///
/// # Errors
/// `ledger_broken` beyond the last one.
pub fn path(items: &[Item], index: u64) -> Result<Vec<Hash>> {
    let mut tiles = Tiles::default();
    for write in tile::append_to_tiles(0, &leaves(items)?, &tiles)? {
        tiles.0.insert((write.level, write.index), write.bytes);
    }
    inclusion(index, items.len() as u64, &tiles)
}
