//! PostgreSQL: a few threads, each with a connection of its own, take work from one line.
//!
//! Isolation is REPEATABLE READ: a closure sees one snapshot and loses with 40001 when a row it
//! changes or locks was changed since; it is then run again, which always makes progress, since
//! another one committed. SERIALIZABLE would also catch write skew, but locks whole small tables
//! for reading and aborts innocent closures; where two rows must agree, a closure locks one of them
//! with FOR UPDATE or leans on a constraint. Nodes share the database, so nothing is locked outside
//! of it.

mod connect;
mod link;
mod tls;
mod worker;

use std::path::Path;
use std::sync::{Arc, Mutex, RwLock};

use model::{Code, Error, Result, Secret};

use crate::blobs::FolderBlobs;
use crate::store::{House, Lines, spawn};
use crate::{Engine, migrate};

pub(crate) use link::Link;

const CONNECTIONS_MAX: usize = 64;

pub(crate) fn open(
    url: &Secret<String>,
    ca_file: Option<&Path>,
    connections: usize,
    blob_dir: &Path,
) -> Result<House> {
    if !(1..=CONNECTIONS_MAX).contains(&connections) {
        return Err(Error::new(Code::ConfigInvalid).at("/store/connections"));
    }
    let blobs = Arc::new(FolderBlobs::shared(blob_dir)?);
    let door = Arc::new(connect::Door::new(url, ca_file)?);
    let mut first = door.connect()?;
    first.in_transaction(migrate::migrate)?;

    let lines = Arc::new(Lines::default());
    let mut threads = Vec::with_capacity(connections);
    let mut first = Some(first);
    let turns = Arc::new(RwLock::new(()));
    for n in 0..connections {
        let mut worker = worker::Worker::new(Arc::clone(&door), first.take(), Arc::clone(&turns));
        let body = move |lines: &Lines| worker.run(lines);
        threads.push(spawn(
            &format!("store-pg-{n}"),
            &lines,
            |l| &l.writes,
            body,
        )?);
    }
    let (threads, dir) = (Mutex::new(threads), Some(blob_dir.to_owned()));
    Ok(House {
        engine: Engine::Postgres,
        lines,
        blobs,
        threads,
        dir,
        lock: None,
    })
}
