//! Exim, beside Postfix: Debian lets one mail server be installed at a time, so this one is unpacked.
//!
//! Its libraries are ordinary packages, its user is made as the package would. Invariant: nothing of
//! it is installed or started, and the program in `target/peers/debian` runs.

use std::path::Path;

use anyhow::{Context, Result, bail, ensure};

use super::{debian, folder, is_current};
use crate::step::{has_program, output, program, say};

const PACKAGE: &str = "exim4-daemon-light";
/// The name is compiled into the program.
const USER: &str = "Debian-exim";

pub(super) fn install(root: &Path) -> Result<()> {
    let home = folder(root).join("debian");
    let stamp = home.join("caduceus-pins");
    let user = output(root, "id", &["-u", USER]).is_ok();
    if user && is_current(&stamp, PACKAGE) {
        return Ok(());
    }
    say("   Exim, unpacked");
    if !has_program("apt-get") || !has_program("dpkg") || !debian::is_root(root)? {
        bail!(
            "as root on Debian: useradd --system {USER}; apt-get download {PACKAGE}; \
             dpkg -x {PACKAGE}_*.deb target/peers/debian; printf {PACKAGE} > {}",
            stamp.display()
        );
    }
    if !user {
        let words = [
            "--system",
            "--no-create-home",
            "--shell",
            "/usr/sbin/nologin",
            USER,
        ];
        program(root, "useradd", &words)?;
    }
    unpack(&home)?;
    let version = output(
        root,
        &home.join("usr/sbin/exim4").to_string_lossy(),
        &["-C", "/dev/null", "-bV"],
    )?;
    ensure!(
        version.contains("Support for:"),
        "Exim does not run: {version}"
    );
    std::fs::write(&stamp, PACKAGE)?;
    Ok(())
}

fn unpack(home: &Path) -> Result<()> {
    if home.exists() {
        std::fs::remove_dir_all(home)?;
    }
    std::fs::create_dir_all(home)?;
    program(home, "apt-get", &["update", "-q"])?;
    program(home, "apt-get", &["download", "-q", PACKAGE])?;
    let mut files = std::fs::read_dir(home)?.flatten().map(|entry| entry.path());
    let archive = files
        .find(|path| path.extension().is_some_and(|end| end == "deb"))
        .context("apt-get downloaded nothing")?;
    program(home, "dpkg", &["-x", &archive.to_string_lossy(), "."])?;
    std::fs::remove_file(archive)?;
    Ok(())
}
