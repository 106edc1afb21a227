//! Connections of SQLite and what each is told when it opens.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

use model::{Result, Secret};
use rusqlite::{Connection, OpenFlags};

use crate::fault::{self, Fault};

/// Statements kept prepared per connection; the product has a few hundred.
const STATEMENTS_KEPT: usize = 1_024;

/// Before the first page is read. A commit enciphers and authenticates each page it touches, most of
/// them for one small row at their end: so pages are small, and their MAC is the one that processors
/// have instructions for. The whole key is given, so nothing is derived from a password; locking every page buffer in memory (`cipher_memory_security`) costs a third of the speed and
/// the pages hold sealed content only.
const CIPHER: &str = "PRAGMA cipher_page_size = 4096; PRAGMA cipher_hmac_algorithm = HMAC_SHA256;
    PRAGMA cipher_memory_security = OFF;";

/// `synchronous = FULL` in WAL mode syncs the log at each commit: an answer is never early.
/// Checkpoints are the writer's own business, after its answers.
const HABITS: &str = "
    PRAGMA synchronous = FULL;
    PRAGMA foreign_keys = ON;
    PRAGMA temp_store = MEMORY;
    PRAGMA secure_delete = ON;
    PRAGMA trusted_schema = OFF;
    PRAGMA wal_autocheckpoint = 0;
    PRAGMA journal_size_limit = 67108864;
    PRAGMA cache_size = -16384;";

pub(super) fn memory() -> rusqlite::Result<Connection> {
    let connection = Connection::open_in_memory()?;
    connection.execute_batch(HABITS)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
    Ok(connection)
}

/// Opens or creates the file; `KeyWrong` when the key does not open it.
pub(super) fn file(path: &Path, page_key: &Secret<[u8; 32]>) -> Result<Connection> {
    // SQLite gives the log and the index of the log the mode of the database.
    OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(path)
        .map_err(fault::io)?;
    let connection = open(path, page_key).map_err(|e| Fault::sqlite(&e, "open"))?;
    Ok(connection)
}

fn open(path: &Path, page_key: &Secret<[u8; 32]>) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    let digits = page_key
        .expose()
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect::<String>();
    let key = Secret::new(format!("PRAGMA key = \"x'{digits}'\";"));
    drop(Secret::new(digits));
    connection.execute_batch(key.expose())?;
    connection.execute_batch(CIPHER)?;
    connection.busy_timeout(Duration::from_secs(10))?;
    // The first read of a page: here a wrong key shows.
    connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
    connection.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
    connection.execute_batch(HABITS)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
    Ok(connection)
}

/// A reader's connection refuses every change.
pub(super) fn only_read(connection: &Connection) -> Result<()> {
    let told = connection.execute_batch("PRAGMA query_only = ON");
    Ok(told.map_err(|e| Fault::sqlite(&e, "open for reading"))?)
}
