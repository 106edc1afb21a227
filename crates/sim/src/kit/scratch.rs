//! A directory of a test's own, gone when the test ends.

use std::fs;
use std::path::{Path, PathBuf};

use model::seams::Rng;
use vault::SystemRng;

/// A fresh directory under /tmp (mode 0700), removed with all it holds on drop.
#[derive(Debug)]
pub struct Scratch(PathBuf);

impl Scratch {
    pub fn new(purpose: &str) -> Self {
        use std::os::unix::fs::DirBuilderExt;
        let path = PathBuf::from(format!("/tmp/caduceus-{purpose}-{}", unique()));
        fs::DirBuilder::new()
            .mode(0o700)
            .create(&path)
            .expect("/tmp takes a directory");
        Self(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _gone = fs::remove_dir_all(&self.0);
    }
}

/// A name that no other test process of the machine has.
pub(super) fn unique() -> String {
    let mut bytes = [0u8; 8];
    SystemRng.fill(&mut bytes);
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
