//! A package as a folder: files in the clear, readable by their owner alone.
//!
//! Invariant: nothing that exists is written over, and no path leads out of the folder.

use std::fs::{DirBuilder, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Component, Path, PathBuf};

use super::Target;

pub struct Folder(PathBuf);

impl Folder {
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self(root.into())
    }
}

impl Target for Folder {
    fn file(
        &mut self,
        path: &str,
        fill: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<()> {
        let plain = |part| matches!(part, Component::Normal(_));
        if path.is_empty() || !Path::new(path).components().all(plain) {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        let full = self.0.join(path);
        if let Some(parent) = full.parent() {
            let mut folder = DirBuilder::new();
            folder.recursive(true).mode(0o700).create(parent)?;
        }
        let mut options = OpenOptions::new();
        let file = options
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(full)?;
        let mut out = BufWriter::new(file);
        fill(&mut out)?;
        out.into_inner()?.sync_all()
    }
}
