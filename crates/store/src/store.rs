//! The store: closures in, durable effects and answers out.
//!
//! It owns the threads; callers hold cheap clones. Invariant: an answer of `write` is given after
//! the commit that carries its effects is on stable storage, and never before.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::JoinHandle;

use model::Result;
use model::seams::Blobs;

use crate::jobs::{self, Access, Jobs};
use crate::lock::DirectoryLock;
use crate::pending::Pending;
use crate::seam::{self, Seam};
use crate::tx::Tx;
use crate::{Config, Engine, fault, pg, sqlite};

/// The database and the blobs beside it. Cheap to clone; the last clone to go closes it.
#[derive(Clone)]
pub struct Store(Arc<House>);

/// What an engine builds: where its threads take work from, and what must live as long as they do.
pub(crate) struct House {
    pub(crate) engine: Engine,
    pub(crate) lines: Arc<Lines>,
    pub(crate) blobs: Arc<dyn Blobs>,
    pub(crate) threads: Mutex<Vec<JoinHandle<()>>>,
    /// What lies on a file system of this machine: the whole store, or its blobs.
    pub(crate) dir: Option<PathBuf>,
    /// Where this process must be alone.
    pub(crate) lock: Option<DirectoryLock>,
}

/// The queues between callers and store threads, and the count of commits.
#[derive(Default)]
pub(crate) struct Lines {
    pub(crate) writes: Jobs,
    /// `None` where one line serves both.
    pub(crate) reads: Option<Jobs>,
    pub(crate) commits: AtomicU64,
    pub(crate) statements: AtomicU64,
    /// See [`Store::settings_version`].
    settings: AtomicU64,
    seam: OnceLock<Seam>,
}

/// How full the file system of the data is.
#[derive(Clone, Copy, Debug)]
pub struct Disk {
    pub octets_free: u64,
    pub octets: u64,
    /// 0 of 0 where the file system counts no files.
    pub files_free: u64,
    pub files: u64,
}

impl Store {
    /// Opens or creates the database and brings its schema up to date.
    ///
    /// Fails with `StoreLocked` (the cause names the process), `StoreNewer`, `KeyWrong`,
    /// `StoreFull`, `ConfigInvalid` or `StoreUnavailable`. Blocks: not for an async thread.
    pub fn open(config: Config) -> Result<Self> {
        let house = match config {
            Config::Memory => sqlite::open_memory()?,
            Config::Sqlite { dir, page_key } => sqlite::open_folder(&dir, &page_key)?,
            Config::Postgres {
                url,
                ca_file,
                connections,
                blob_dir,
            } => pg::open(&url, ca_file.as_deref(), connections, &blob_dir)?,
        };
        Ok(Self(Arc::new(house)))
    }

    /// Runs `f` in a transaction and blocks until its effects are durable.
    ///
    /// `f` may run more than once (PostgreSQL: it lost against another transaction; SQLite: a full
    /// disk ended its batch), so it must do nothing but what `Tx` undoes.
    pub fn write<T, F>(&self, f: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T> + Send + 'static,
    {
        self.write_later(f).wait()
    }

    /// The same without blocking.
    pub fn write_later<T, F>(&self, f: F) -> Pending<T>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T> + Send + 'static,
    {
        self.ask(Access::Write, f)
    }

    /// Runs `f` on a snapshot, read only.
    pub fn read<T, F>(&self, f: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T> + Send + 'static,
    {
        self.read_later(f).wait()
    }

    /// The same without blocking.
    pub fn read_later<T, F>(&self, f: F) -> Pending<T>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T> + Send + 'static,
    {
        self.ask(Access::Read, f)
    }

    pub fn engine(&self) -> Engine {
        self.0.engine
    }

    /// Durable commits so far; with group commit fewer than closures.
    pub fn commits(&self) -> u64 {
        self.0.lines.commits.load(Ordering::Relaxed)
    }

    /// Statements that were sent to a server so far; none where there is no server.
    pub fn statements(&self) -> u64 {
        self.0.lines.statements.load(Ordering::Relaxed)
    }

    /// A number that grows with every commit that touches the tables of settings (organisations,
    /// domains, apps and all their keys), before that commit is answered. What was read after
    /// asking for the version is current for as long as it stays the same. `None` where other
    /// processes write too, so that nobody can know without asking: `tables::meta::settings_version`.
    pub fn settings_version(&self) -> Option<u64> {
        match self.0.engine {
            Engine::Memory | Engine::Sqlite => Some(self.0.lines.settings.load(Ordering::Acquire)),
            Engine::Postgres => None,
        }
    }

    pub fn blobs(&self) -> &Arc<dyn Blobs> {
        &self.0.blobs
    }

    /// Free octets on the file system of the data directory (on PostgreSQL: of the blob folder);
    /// `None` for a store in memory.
    pub fn free_octets(&self) -> Result<Option<u64>> {
        Ok(self.disk()?.map(|disk| disk.octets_free))
    }

    /// The file system of [`Self::free_octets`], whole.
    pub fn disk(&self) -> Result<Option<Disk>> {
        let Some(dir) = &self.0.dir else {
            return Ok(None);
        };
        let facts = rustix::fs::statvfs(dir).map_err(|e| fault::io(e.into()))?;
        Ok(Some(Disk {
            octets_free: facts.f_bavail.saturating_mul(facts.f_frsize),
            octets: facts.f_blocks.saturating_mul(facts.f_frsize),
            files_free: facts.f_favail,
            files: facts.f_files,
        }))
    }

    /// Caps the embedded database at so many pages (of 4 KiB), or at its present size when that is
    /// more; `None` lifts the cap. What does not fit fails with `StoreFull` and nothing of it stays.
    pub fn limit_pages(&self, pages: Option<u32>) -> Result<()> {
        self.write(move |tx| tx.limit_pages(pages))
    }

    /// For tests: see [`seam`]. The first seam stays.
    #[doc(hidden)]
    pub fn inject(&self, seam: Seam) {
        drop(self.0.lines.seam.set(seam));
    }

    /// Finishes what waits, then closes. Later calls on clones fail with `StoreUnavailable`.
    pub fn close(self) {
        self.0.shut();
    }

    fn ask<T, F>(&self, access: Access, f: F) -> Pending<T>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T> + Send + 'static,
    {
        let lines = &self.0.lines;
        let send = || {
            let (job, pending) = jobs::job(access, f);
            match (&lines.reads, access) {
                (Some(reads), Access::Read) => reads.push(job),
                _ => lines.writes.push(job),
            }
            pending
        };
        match lines.seam.get() {
            None => send(),
            Some(seam) => seam::around(seam, access, send),
        }
    }
}

impl House {
    fn shut(&self) {
        self.lines.close();
        let threads =
            std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        for thread in threads {
            // A closure may hold the last clone: then a store thread gets here and cannot join itself.
            if thread.thread().id() != std::thread::current().id() {
                let _ended = thread.join();
            }
        }
        if let Some(lock) = &self.lock {
            lock.release();
        }
    }
}

impl Drop for House {
    fn drop(&mut self) {
        self.shut();
    }
}

impl Lines {
    /// A line for writes and one for reads.
    pub(crate) fn two() -> Self {
        Self {
            reads: Some(Jobs::default()),
            ..Self::default()
        }
    }
    fn close(&self) {
        self.writes.close();
        if let Some(reads) = &self.reads {
            reads.close();
        }
    }
    pub(crate) fn settings_changed(&self) {
        self.settings.fetch_add(1, Ordering::Release);
    }
    pub(crate) fn count_statements(&self, count: u64) {
        self.statements.fetch_add(count, Ordering::Relaxed);
    }
    pub(crate) fn count_commit(&self) {
        self.commits.fetch_add(1, Ordering::Relaxed);
        metrics::counter!("caduceus_store_commits_total").increment(1);
    }
}

/// A store thread. If its body ends early, `jobs` is abandoned, so that nobody waits for ever.
pub(crate) fn spawn(
    name: &str,
    lines: &Arc<Lines>,
    jobs: fn(&Lines) -> &Jobs,
    body: impl FnOnce(&Lines) + Send + 'static,
) -> Result<JoinHandle<()>> {
    struct Abandon(Arc<Lines>, fn(&Lines) -> &Jobs);
    impl Drop for Abandon {
        fn drop(&mut self) {
            if std::thread::panicking() {
                tracing::error!("a store thread panicked; the store stops");
                (self.1)(&self.0).abandon();
            }
        }
    }
    let guard = Abandon(Arc::clone(lines), jobs);
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(move || {
            jobs::enter_store_thread();
            body(&guard.0);
        })
        .map_err(fault::io)
}
