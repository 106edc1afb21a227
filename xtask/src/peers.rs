//! The peers: programs nobody here wrote, which prove our answers. For tests only, never shipped.
//!
//! Installed where this process may (Debian as root; the Python and Node ones into `target/peers`),
//! else named exactly. Invariant: after [`install`] succeeds every peer is there in its pinned
//! version; nothing is skipped in silence.

mod debian;
mod node;
mod unpacked;
mod venv;

use std::path::{Path, PathBuf};

use anyhow::Result;

pub use debian::{TOOLS, Tool, missing};

/// Installs what is missing; what cannot be installed is the error.
pub fn install(root: &Path) -> Result<()> {
    debian::install(root)?;
    unpacked::install(root)?;
    venv::install(root)?;
    node::install(root)
}

/// The Python that has the pinned packages.
pub fn python(root: &Path) -> String {
    folder(root)
        .join("venv/bin/python")
        .to_string_lossy()
        .into_owned()
}

/// The pinned Node, which came with the Python packages.
pub fn node(root: &Path) -> Result<String> {
    node::executable(root)
}

/// Where peers that are not Debian packages live.
pub fn folder(root: &Path) -> PathBuf {
    root.join("target/peers")
}

/// Whether the pins installed last time are the present ones.
fn is_current(stamp: &Path, pins: &str) -> bool {
    std::fs::read_to_string(stamp).is_ok_and(|text| text == pins)
}
