//! Checking proofs, as RFC 9162 §2.1.3.2 and §2.1.4.2 spell it out for RFC 6962's tree.

use model::Result;

use super::{empty_root, node_hash};
use crate::{Broken, Hash};

/// Whether `leaf` is at `index` in the tree of `size` leaves with this root.
pub fn verify_inclusion(
    index: u64,
    size: u64,
    leaf: &Hash,
    root: &Hash,
    proof: &[Hash],
) -> Result<()> {
    match root_of_inclusion(index, size, leaf, proof) {
        Some(found) if found == *root => Ok(()),
        _ => Err(Broken::Inclusion.here()),
    }
}

fn root_of_inclusion(index: u64, size: u64, leaf: &Hash, proof: &[Hash]) -> Option<Hash> {
    if index >= size {
        return None;
    }
    // Our place in the level, and that of the last node in it.
    let (mut place, mut last) = (index, size - 1);
    let mut hash = *leaf;
    for sibling in proof {
        if last == 0 {
            return None;
        }
        if place & 1 == 1 || place == last {
            hash = node_hash(sibling, &hash);
            // A last node without a sibling rises unchanged to where it has one.
            while place & 1 == 0 && place != 0 {
                place >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, sibling);
        }
        place >>= 1;
        last >>= 1;
    }
    (last == 0).then_some(hash)
}

/// Whether the tree (`new`, `new_root`) begins with the tree (`old`, `old_root`).
pub fn verify_consistency(
    old: u64,
    new: u64,
    old_root: &Hash,
    new_root: &Hash,
    proof: &[Hash],
) -> Result<()> {
    let holds = match old {
        _ if old > new => false,
        _ if old == new => proof.is_empty() && old_root == new_root,
        0 => proof.is_empty() && *old_root == empty_root(),
        _ => roots_of_consistency(old, new, old_root, proof) == Some((*old_root, *new_root)),
    };
    if holds {
        Ok(())
    } else {
        Err(Broken::Consistency.here())
    }
}

/// The old and the new root that the proof leads to; 0 < old < new.
fn roots_of_consistency(
    old: u64,
    new: u64,
    old_root: &Hash,
    proof: &[Hash],
) -> Option<(Hash, Hash)> {
    // A complete old tree is a node of the new one and stands for itself.
    let (first, rest) = if old.is_power_of_two() {
        (old_root, proof)
    } else {
        proof.split_first()?
    };
    let rises = (old - 1).trailing_ones();
    let (mut place, mut last) = ((old - 1) >> rises, (new - 1) >> rises);
    let (mut older, mut newer) = (*first, *first);
    for hash in rest {
        if last == 0 {
            return None;
        }
        if place & 1 == 1 || place == last {
            older = node_hash(hash, &older);
            newer = node_hash(hash, &newer);
            while place & 1 == 0 && place != 0 {
                place >>= 1;
                last >>= 1;
            }
        } else {
            newer = node_hash(&newer, hash);
        }
        place >>= 1;
        last >>= 1;
    }
    (last == 0).then_some((older, newer))
}
