//! One process a data directory: an advisory lock that the kernel releases when the process ends.
//!
//! The file `lock` holds the pid of its owner, for the message that the second process gives.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use model::{Code, Error, Result};
use rustix::fs::{FlockOperation, flock};

use crate::fault;

/// Held until released or dropped.
pub(crate) struct DirectoryLock {
    file: Mutex<Option<File>>,
}

impl DirectoryLock {
    /// Makes the directory (mode 0700) when absent, and takes its lock or says who has it.
    pub(crate) fn take(dir: &Path) -> Result<Self> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(dir)
            .map_err(fault::io)?;
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(dir.join("lock"))
            .map_err(fault::io)?;
        if flock(&file, FlockOperation::NonBlockingLockExclusive).is_err() {
            let mut owner = String::new();
            file.read_to_string(&mut owner).map_err(fault::io)?;
            let cause = format!("process {} uses {}", owner.trim(), dir.display());
            return Err(Error::new(Code::StoreLocked).because(cause));
        }
        file.set_len(0).map_err(fault::io)?;
        file.rewind().map_err(fault::io)?;
        writeln!(file, "{}", std::process::id()).map_err(fault::io)?;
        Ok(Self {
            file: Mutex::new(Some(file)),
        })
    }

    /// Lets the next one in, once nothing here touches the directory any more.
    pub(crate) fn release(&self) {
        self.file
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
    }
}
