//! Python peers: one virtual environment with every package pinned by version and hash.
//!
//! Invariant: `target/peers/venv` holds exactly what `peers/requirements*.txt` name; a changed pin
//! makes it anew.

use std::path::Path;

use anyhow::{Context, Result};

use super::{folder, is_current};
use crate::step::{program, say};

pub(super) fn install(root: &Path) -> Result<()> {
    let pins = pins(root)?;
    let venv = folder(root).join("venv");
    let stamp = venv.join("caduceus-pins");
    if is_current(&stamp, &pins) {
        return Ok(());
    }
    say("   python packages");
    if venv.exists() {
        std::fs::remove_dir_all(&venv)?;
    }
    std::fs::create_dir_all(folder(root))?;
    program(root, "python3", &["-m", "venv", "target/peers/venv"])?;
    let pip = venv.join("bin/pip").to_string_lossy().into_owned();
    let common = [
        "install",
        "-q",
        "--require-hashes",
        "--no-deps",
        "--disable-pip-version-check",
    ];
    let builders = [
        "--only-binary",
        ":all:",
        "-r",
        "peers/requirements-build.txt",
    ];
    program(root, &pip, &[&common[..], &builders].concat())?;
    let packages = ["--no-build-isolation", "-r", "peers/requirements.txt"];
    program(root, &pip, &[&common[..], &packages].concat())?;
    std::fs::write(&stamp, pins)?;
    Ok(())
}

fn pins(root: &Path) -> Result<String> {
    let read = |name: &str| {
        let path = root.join("peers").join(name);
        std::fs::read_to_string(&path).with_context(|| path.display().to_string())
    };
    Ok(format!(
        "{}{}",
        read("requirements-build.txt")?,
        read("requirements.txt")?
    ))
}
