//! The Merkle tree of RFC 6962 §2.1: hashing, appending, proving, checking.
//!
//! A tree is known by its size and root. Growing one needs only its right edge ([`Frontier`]);
//! proving needs its tiles. Checking needs neither: it works on what is given and nothing else.

mod check;
mod frontier;
mod prove;

pub use check::{verify_consistency, verify_inclusion};
pub use frontier::Frontier;
pub use prove::{TileSource, consistency, inclusion, root};

use crate::Hash;
use crate::digest::sha256;

/// RFC 6962 §2.1: the prefix keeps a leaf from passing for a node.
pub fn leaf_hash(entry: &[u8]) -> Hash {
    sha256(&[&[0], entry])
}

pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    sha256(&[&[1], left, right])
}

/// The root of the tree without leaves: the hash of nothing.
pub fn empty_root() -> Hash {
    sha256(&[])
}

/// The root over complete subtrees given left to right, largest first.
pub(crate) fn fold(subtrees: &[Hash]) -> Hash {
    let mut from_right = subtrees.iter().rev();
    match from_right.next() {
        Some(last) => from_right.fold(*last, |right, left| node_hash(left, &right)),
        None => empty_root(),
    }
}
