//! A directory of a test's own, gone when the test ends.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Once;

use model::seams::Rng;
use vault::SystemRng;

const ROOT: &str = "/tmp";
/// Before the pid, so that what a killed test left is known to be nobody's.
const PREFIX: &str = "caduceus-scratch-";

/// A fresh directory under /tmp (mode 0700), removed with all it holds on drop.
#[derive(Debug)]
pub struct Scratch(PathBuf);

impl Scratch {
    pub fn new(purpose: &str) -> Self {
        use std::os::unix::fs::DirBuilderExt;
        static SWEPT: Once = Once::new();
        SWEPT.call_once(sweep);
        let name = format!("{PREFIX}{}-{purpose}-{}", std::process::id(), unique());
        let path = Path::new(ROOT).join(name);
        let made = fs::DirBuilder::new().mode(0o700).create(&path);
        made.expect("/tmp takes a directory");
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

/// Removes what tests left that were killed, or that ended while a thread still held their world.
fn sweep() {
    for entry in fs::read_dir(ROOT).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let pid = name
            .to_str()
            .and_then(|name| name.strip_prefix(PREFIX)?.split('-').next());
        if pid.is_some_and(|pid| !Path::new("/proc").join(pid).exists()) {
            let _gone = fs::remove_dir_all(entry.path());
        }
    }
}

/// A name that no other test process of the machine has.
pub(super) fn unique() -> String {
    let mut bytes = [0u8; 8];
    SystemRng.fill(&mut bytes);
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
