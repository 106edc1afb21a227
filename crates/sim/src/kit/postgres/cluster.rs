//! The cluster that this machine's tests share: found, or started by the first to need it.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use ::postgres::{Client, NoTls};
use rustix::fs::{FlockOperation, flock};
use serde::{Deserialize, Serialize};
use store::{Config, MIGRATIONS, Store};

use super::Database;
use super::start;
use crate::kit::scratch::{Scratch, unique};

/// A running PostgreSQL that belongs to tests.
pub struct Cluster {
    facts: Facts,
    state: PathBuf,
    /// A shared lock: while any process holds one, the watchdog lets the cluster live.
    _use: File,
}

/// What the first process wrote down for the others.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Facts {
    /// Data, socket, log and certificates.
    pub(super) dir: PathBuf,
    pub(super) port: u16,
    pub(super) password: String,
}

impl Cluster {
    /// The cluster of this run.
    ///
    /// # Panics
    /// When PostgreSQL is not installed or does not start; the message says what to do.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Cluster> = OnceLock::new();
        SHARED.get_or_init(Self::find_or_start)
    }

    /// An empty database.
    pub fn database(&self) -> Database {
        self.create(&format!("test_{}", unique()), "template0")
    }

    /// A database with this program's schema, copied from a template that was migrated once.
    pub fn migrated_database(&self) -> Database {
        let template = format!("template_{:016x}", schema_fingerprint());
        if !self.has(&template) {
            let gate = lock(&self.state.join("gate"), FlockOperation::LockExclusive);
            if !self.has(&template) {
                self.build(&template);
            }
            drop(gate);
        }
        self.create(&format!("test_{}", unique()), &template)
    }

    /// Everything that PostgreSQL writes is in here: tables, log of changes, server log.
    pub fn dir(&self) -> &Path {
        &self.facts.dir
    }

    /// The certificate that the server shows on loopback, and its own authority.
    pub fn ca_file(&self) -> PathBuf {
        self.facts.dir.join("server.crt")
    }

    fn find_or_start() -> Self {
        let state = state_dir();
        let gate = lock(&state.join("gate"), FlockOperation::LockExclusive);
        let held = lock(&state.join("use"), FlockOperation::LockShared);
        let noted = state.join("cluster.json");
        let known = fs::read(&noted)
            .ok()
            .and_then(|text| serde_json::from_slice::<Facts>(&text).ok());
        let facts = match known {
            Some(facts) if try_connect(&facts, "postgres").is_ok() => facts,
            stale => {
                if let Some(stale) = stale {
                    stale.sweep();
                }
                let facts = start::start(&state);
                let text = serde_json::to_vec(&facts).expect("plain facts serialise");
                fs::write(&noted, text).expect("the state directory is ours");
                facts
            }
        };
        drop(gate);
        Self {
            facts,
            state,
            _use: held,
        }
    }

    /// Migrates under a passing name, so that a template is never seen half built.
    fn build(&self, template: &str) {
        let passing = self.create(&format!("building_{}", unique()), "template0");
        let blobs = Scratch::new("template");
        let config = Config::Postgres {
            url: model::Secret::new(passing.url()),
            ca_file: None,
            connections: 1,
            blob_dir: blobs.path().to_owned(),
        };
        Store::open(config)
            .expect("an empty database is migrated")
            .close();
        passing.rename(template);
    }

    fn has(&self, name: &str) -> bool {
        let found = self
            .admin()
            .query("SELECT 1 FROM pg_database WHERE datname = $1", &[&name]);
        !found.expect("the catalogue can be read").is_empty()
    }

    fn create(&self, name: &str, template: &str) -> Database {
        let sql = format!("CREATE DATABASE {name} TEMPLATE {template}");
        self.admin()
            .batch_execute(&sql)
            .expect("a database can be created");
        Database::new(self.facts.clone(), name)
    }

    fn admin(&self) -> Client {
        try_connect(&self.facts, "postgres").expect("the cluster answers")
    }
}

impl Facts {
    pub(super) fn socket_url(&self, database: &str) -> String {
        format!(
            "host={} port={} user=caduceus dbname={database}",
            self.dir.display(),
            self.port
        )
    }
}

impl Facts {
    /// Removes what a cluster left that ended without its watchdog (a power cut, a reboot).
    fn sweep(&self) {
        let pid = fs::read_to_string(self.dir.join("data/postmaster.pid")).unwrap_or_default();
        let pid = pid.lines().next().unwrap_or_default().to_owned();
        let lives = !pid.is_empty() && Path::new("/proc").join(&pid).exists();
        assert!(
            !lives,
            "PostgreSQL {pid} in {} lives and does not answer",
            self.dir.display()
        );
        let _gone = fs::remove_dir_all(&self.dir);
    }
}

pub(super) fn try_connect(facts: &Facts, database: &str) -> Result<Client, ::postgres::Error> {
    Client::connect(&facts.socket_url(database), NoTls)
}

/// One folder a user, which nobody else can have prepared.
fn state_dir() -> PathBuf {
    let me = rustix::process::geteuid().as_raw();
    let dir = PathBuf::from(format!("/tmp/caduceus-test-postgres-{me}"));
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(&dir)
        .expect("/tmp takes a directory");
    let owner = fs::metadata(&dir).expect("just made").uid();
    assert_eq!(
        owner,
        me,
        "{} belongs to another user: remove it",
        dir.display()
    );
    dir
}

fn lock(path: &Path, how: FlockOperation) -> File {
    let file = OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(path)
        .expect("ours");
    flock(&file, how).expect("a local file system locks");
    file
}

/// FNV-1a over all migrations: another schema gets another template.
fn schema_fingerprint() -> u64 {
    let bytes = MIGRATIONS.iter().flat_map(|m| m.sql.bytes());
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, b| {
        (hash ^ u64::from(b)).wrapping_mul(0x100_0000_01b3)
    })
}
