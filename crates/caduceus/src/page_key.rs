//! The key of SQLite's encrypted pages: random, wrapped by the root key, in the data folder.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::Context;
use model::Secret;
use model::seams::{Rng, Vault};

const FILE: &str = "pages.key";
const CONTEXT: &[u8] = b"sqlite-pages";

/// Made at the first start; afterwards only the right root key opens it (`key_wrong`).
pub fn load_or_create(
    dir: &Path,
    vault: &dyn Vault,
    rng: &dyn Rng,
) -> anyhow::Result<Secret<[u8; 32]>> {
    let path = dir.join(FILE);
    match std::fs::read_to_string(&path) {
        Ok(text) => {
            let wrapped = hex::decode(text.trim())
                .with_context(|| format!("{} is damaged", path.display()))?;
            Ok(vault.unwrap(CONTEXT, &wrapped)?)
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            anyhow::ensure!(
                !dir.join("caduceus.db").exists(),
                "{} is missing but the database is there: restore it from your backup",
                path.display()
            );
            let key = vault::random_key(rng);
            write(&path, &hex::encode(vault.wrap(CONTEXT, &key, rng)?))?;
            Ok(key)
        }
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

/// After a root rotation.
pub fn rewrap(dir: &Path, vault: &dyn Vault, rng: &dyn Rng) -> anyhow::Result<()> {
    let key = load_or_create(dir, vault, rng)?;
    write(
        &dir.join(FILE),
        &hex::encode(vault.wrap(CONTEXT, &key, rng)?),
    )
}

/// Whole or not at all, and durable.
fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    let passing = path.with_extension("key.new");
    // What a crash left may have another mode; a new file has ours from its first byte.
    let _ = std::fs::remove_file(&passing);
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&passing)
        .with_context(|| format!("cannot write {}", passing.display()))?;
    writeln!(file, "{text}")?;
    file.sync_all()?;
    std::fs::rename(&passing, path)?;
    if let Some(dir) = path.parent() {
        std::fs::File::open(dir)?.sync_all()?;
    }
    Ok(())
}
