//! The work around the code: what `cargo ci` and `cargo bench-all` run, and the checks of the house.
//!
//! Not part of the product and never shipped. Invariant: a check is a plain function from a tree to
//! findings, so that a test can hand it a bad tree and see it fail.

pub mod bench;
pub mod ci;
pub mod house;
pub mod peers;
pub mod reference;
pub mod step;

use std::path::PathBuf;

/// The root of the repository: the folder above this package.
pub fn root() -> PathBuf {
    let package = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    package.parent().map_or(package.clone(), PathBuf::from)
}
