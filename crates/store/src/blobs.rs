//! Bytes outside the database: a folder, or memory for tests. All of them are sealed already.
//!
//! Invariant: a name is given once, and what `put` returned for is on stable storage under its
//! final name, whole.

use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use model::seams::Blobs;
use model::{Code, Error, Result};

use crate::fault;

/// A folder of files, spread over 256 subfolders by the end of the name (ids begin with time).
pub struct FolderBlobs {
    dir: PathBuf,
}

impl FolderBlobs {
    /// A folder that several processes may use. Makes it (mode 0700) when absent.
    pub fn shared(dir: &Path) -> Result<Self> {
        let blobs = Self {
            dir: dir.to_owned(),
        };
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(blobs.unfinished())
            .map_err(fault::io)?;
        Ok(blobs)
    }

    /// A folder of this process alone: removes what a crash left half written.
    pub fn open(dir: &Path) -> Result<Self> {
        let blobs = Self::shared(dir)?;
        for entry in fs::read_dir(blobs.unfinished()).map_err(fault::io)? {
            fs::remove_file(entry.map_err(fault::io)?.path()).map_err(fault::io)?;
        }
        Ok(blobs)
    }

    fn unfinished(&self) -> PathBuf {
        self.dir.join("unfinished")
    }

    fn folder_of(&self, name: &str) -> Result<PathBuf> {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
        if !(2..=100).contains(&name.len()) || !name.bytes().all(plain) {
            return Err(Error::new(Code::Internal).because("a blob's name is not an id"));
        }
        Ok(self.dir.join(name[name.len() - 2..].to_ascii_lowercase()))
    }

    /// Writes and syncs under a passing name, then links it to its own: `link` refuses a name that
    /// is taken, where `rename` would replace it.
    fn write(&self, folder: &Path, name: &str, bytes: &[u8]) -> std::io::Result<()> {
        let passing = self.unfinished().join(name);
        let written = write_synced(&passing, bytes)
            .and_then(|()| fs::hard_link(&passing, folder.join(name)))
            .and_then(|()| sync_folder(folder));
        let removed = fs::remove_file(&passing);
        written.and(removed)
    }
}

impl Blobs for FolderBlobs {
    fn put(&self, name: &str, bytes: &[u8]) -> Result<()> {
        let folder = self.folder_of(name)?;
        if !folder.exists() {
            DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(&folder)
                .map_err(fault::io)?;
            sync_folder(&self.dir).map_err(fault::io)?;
        }
        self.write(&folder, name, bytes)
            .map_err(|error| match error.kind() {
                ErrorKind::AlreadyExists => Error::new(Code::StateConflict).because(error),
                _ => fault::io(error),
            })
    }

    fn load(&self, name: &str) -> Result<Vec<u8>> {
        fs::read(self.folder_of(name)?.join(name)).map_err(|error| match error.kind() {
            ErrorKind::NotFound => Error::new(Code::StoredDataInvalid).because(error),
            _ => fault::io(error),
        })
    }

    fn remove(&self, name: &str) -> Result<()> {
        let folder = self.folder_of(name)?;
        match fs::remove_file(folder.join(name)) {
            Ok(()) => sync_folder(&folder).map_err(fault::io),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            Err(error) => Err(fault::io(error)),
        }
    }

    /// Those of one folder: a turn for each.
    fn some_names(&self, turn: u64) -> Result<Vec<String>> {
        let mut folders = listed(&self.dir)?;
        folders.retain(|name| name.len() == 2);
        folders.sort();
        let at = turn.checked_rem(folders.len() as u64).unwrap_or(0);
        let folder = usize::try_from(at).ok().and_then(|at| folders.get(at));
        folder.map_or(Ok(Vec::new()), |name| listed(&self.dir.join(name)))
    }
}

fn listed(dir: &Path) -> Result<Vec<String>> {
    let entries = fs::read_dir(dir).map_err(fault::io)?;
    entries
        .map(|entry| {
            let name = entry.map_err(fault::io)?.file_name();
            Ok(name.to_string_lossy().into_owned())
        })
        .collect()
}

fn write_synced(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// A new name is durable when its folder is.
fn sync_folder(dir: &Path) -> std::io::Result<()> {
    File::open(dir)?.sync_all()
}

/// Blobs that live as long as the program, for stores in memory.
#[derive(Default)]
pub struct MemoryBlobs(Mutex<BTreeMap<String, Vec<u8>>>);

impl MemoryBlobs {
    fn held(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Vec<u8>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Blobs for MemoryBlobs {
    fn put(&self, name: &str, bytes: &[u8]) -> Result<()> {
        use std::collections::btree_map::Entry;
        match self.held().entry(name.to_owned()) {
            Entry::Occupied(_) => Err(Error::new(Code::StateConflict)),
            Entry::Vacant(free) => {
                free.insert(bytes.to_vec());
                Ok(())
            }
        }
    }
    fn load(&self, name: &str) -> Result<Vec<u8>> {
        self.held()
            .get(name)
            .cloned()
            .ok_or_else(|| Error::new(Code::StoredDataInvalid))
    }
    fn remove(&self, name: &str) -> Result<()> {
        self.held().remove(name);
        Ok(())
    }
    fn some_names(&self, _: u64) -> Result<Vec<String>> {
        Ok(self.held().keys().cloned().collect())
    }
}
