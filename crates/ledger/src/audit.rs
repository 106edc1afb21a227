//! Checking a whole log: every entry, every stored hash, every checkpoint ever signed.
//!
//! The tree is built again from the entries alone and compared with what is stored, so the first
//! thing that differs is named. This is what `doctor` and the console's verification state run.

use std::collections::BTreeMap;

use model::Result;

use crate::checkpoint::Checkpoint;
use crate::entry::Entry;
use crate::tile;
use crate::tree::{Frontier, TileSource, leaf_hash};
use crate::{Broken, Hash};

/// Reads all entries in order and compares with the tiles and with every checkpoint kept. Gives the
/// number of entries. `signed` must hold the newest checkpoint: its size is the log's.
///
/// Errors are `ledger_broken` at `/entries/N` (the entry or its stored hash was changed, or it is
/// missing), at `/tile/…` (a stored hash above), or at `/checkpoints/SIZE` (history was rewritten
/// after that checkpoint was signed).
pub fn check(
    signed: &[Checkpoint],
    tiles: &dyn TileSource,
    entries: &mut dyn Iterator<Item = Result<Vec<u8>>>,
) -> Result<u64> {
    let roots = roots_by_size(signed)?;
    let size = roots.keys().next_back().copied().unwrap_or(0);
    let mut stored = Stored {
        size,
        tiles,
        held: BTreeMap::new(),
    };
    let mut frontier = Frontier::empty();
    check_root(&roots, &frontier)?;
    for index in 0..size {
        let broken = |what: Broken| what.at(format!("/entries/{index}"));
        let bytes = entries.next().ok_or_else(|| broken(Broken::Stored))??;
        Entry::decode(&bytes).map_err(|_| broken(Broken::Format))?;
        for (level, place, hash) in frontier.append(leaf_hash(&bytes)) {
            if level % 8 == 0 && stored.hash(level / 8, place)? != hash {
                return Err(match level {
                    0 => broken(Broken::Stored),
                    _ => Broken::Stored.at(format!(
                        "/{}",
                        tile::path(level / 8, place / 256, tile::WIDTH)
                    )),
                });
            }
        }
        check_root(&roots, &frontier)?;
    }
    Ok(size)
}

/// One root for each size that was ever signed; two are a history shown in two versions.
fn roots_by_size(signed: &[Checkpoint]) -> Result<BTreeMap<u64, Hash>> {
    let mut roots = BTreeMap::new();
    for checkpoint in signed {
        if *roots.entry(checkpoint.size).or_insert(checkpoint.root) != checkpoint.root {
            return Err(Broken::SplitView.at(format!("/checkpoints/{}", checkpoint.size)));
        }
    }
    Ok(roots)
}

fn check_root(roots: &BTreeMap<u64, Hash>, tree: &Frontier) -> Result<()> {
    match roots.get(&tree.size()) {
        Some(root) if *root != tree.root() => {
            Err(Broken::Root.at(format!("/checkpoints/{}", tree.size())))
        }
        _ => Ok(()),
    }
}

/// The stored hashes, one tile a level at hand: they are asked for in order.
struct Stored<'a> {
    size: u64,
    tiles: &'a dyn TileSource,
    held: BTreeMap<u8, (u64, Vec<u8>)>,
}

impl Stored<'_> {
    fn hash(&mut self, level: u8, place: u64) -> Result<Hash> {
        let index = place / 256;
        let start = (place % 256) as usize * 32;
        if self.held.get(&level).is_none_or(|(held, _)| *held != index) {
            let in_level = self.size >> (8 * u32::from(level));
            let width = (in_level - index * 256).min(256) as u16;
            self.held
                .insert(level, (index, self.tiles.tile(level, index, width)?));
        }
        let bytes = &self.held[&level].1;
        let hash = bytes
            .get(start..start + 32)
            .and_then(|part| part.try_into().ok());
        hash.ok_or_else(|| Broken::Tile.at(format!("/{}", tile::path(level, index, tile::WIDTH))))
    }
}
