//! Which engine, where, and with what key.

use std::path::PathBuf;

use model::Secret;

/// What [`crate::Store::open`] opens.
#[derive(Clone)]
pub enum Config {
    /// SQLite with encrypted pages in `dir`, for one process.
    Sqlite {
        /// Holds the database, its lock and the blob folder; made with mode 0700 when absent.
        dir: PathBuf,
        /// The raw key of the pages (SQLCipher); made from the root key, never from a password.
        page_key: Secret<[u8; 32]>,
    },
    /// SQLite in memory: gone when the store closes. For tests and simulation.
    Memory,
    /// PostgreSQL, for any number of nodes.
    Postgres {
        /// `postgres://user:password@host/database` or `host=… user=…`.
        url: Secret<String>,
        /// Certificates (PEM) that the server's must chain to. Without it only a local server, or a
        /// URL that says `sslmode=disable`, is accepted.
        ca_file: Option<PathBuf>,
        /// Connections, each with a thread of its own.
        connections: usize,
        /// Where blobs go that are too large for a row.
        blob_dir: PathBuf,
    },
}

/// The closed set of engines. `Memory` and `Sqlite` speak the same dialect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Engine {
    Memory,
    Sqlite,
    Postgres,
}

impl Config {
    pub fn engine(&self) -> Engine {
        match self {
            Self::Sqlite { .. } => Engine::Sqlite,
            Self::Memory => Engine::Memory,
            Self::Postgres { .. } => Engine::Postgres,
        }
    }
}
