//! The embedded engine: one thread that writes, one that tidies up after it, a few that read.
//!
//! In memory there is one thread for both, because SQLite's shared cache knows no snapshots.

mod checkpoint;
mod connection;
mod prepared;
mod reader;
mod writer;

use std::cell::Cell;
use std::path::Path;
use std::sync::{Arc, Mutex};

use model::{Result, Secret};
use rusqlite::Connection;
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};

use crate::blobs::{FolderBlobs, MemoryBlobs};
use crate::fault::Fault;
use crate::jobs::Access;
use crate::lock::DirectoryLock;
use crate::row::Row;
use crate::statement::Statement;
use crate::store::{House, Lines, spawn};
use crate::tx::{Link, More, Tx};
use crate::value::Value;
use crate::{Engine, migrate};

pub(crate) use prepared::{Prepare, Prepared};

const READERS: usize = 3;

pub(crate) fn open_memory() -> Result<House> {
    let connection = connection::memory().map_err(|e| Fault::sqlite(&e, "open"))?;
    bring_up_to_date(&connection)?;
    let lines = Arc::new(Lines::default());
    let thread = spawn(
        "store",
        &lines,
        |l| &l.writes,
        move |lines| {
            let connection = Prepared::new(&connection);
            while let Some(batch) = lines.writes.take(1) {
                for job in batch {
                    match job.access() {
                        Access::Read => reader::serve_between_writes(&connection, job),
                        Access::Write => writer::commit(&connection, vec![job], lines),
                    }
                }
            }
        },
    )?;
    let blobs = Arc::new(MemoryBlobs::default());
    let threads = Mutex::new(vec![thread]);
    Ok(House {
        engine: Engine::Memory,
        lines,
        blobs,
        threads,
        dir: None,
        lock: None,
    })
}

pub(crate) fn open_folder(dir: &Path, page_key: &Secret<[u8; 32]>) -> Result<House> {
    let lock = Some(DirectoryLock::take(dir)?);
    let blobs = Arc::new(FolderBlobs::open(&dir.join("blobs"))?);
    let file = dir.join("caduceus.db");
    let writer = connection::file(&file, page_key)?;
    bring_up_to_date(&writer)?;

    let lines = Arc::new(Lines::two());
    let mut threads = Vec::with_capacity(2 + READERS);
    for n in 0..READERS {
        let reader = connection::file(&file, page_key)?;
        connection::only_read(&reader)?;
        threads.push(spawn(
            &format!("store-read-{n}"),
            &lines,
            reads,
            move |lines| {
                let reader = Prepared::new(&reader);
                while let Some(batch) = reads(lines).take(1) {
                    batch
                        .into_iter()
                        .for_each(|job| reader::serve(&reader, job));
                }
            },
        )?);
    }
    let beside = connection::file(&file, page_key)?;
    let (checkpoints, copier) = checkpoint::pair();
    threads.push(spawn(
        "store-copy",
        &lines,
        |l| &l.writes,
        move |_| copier.run(&beside),
    )?);
    threads.push(spawn(
        "store-write",
        &lines,
        |l| &l.writes,
        move |lines| {
            writer::run(&Prepared::new(&writer), lines, &checkpoints);
        },
    )?);
    let (threads, dir) = (Mutex::new(threads), Some(dir.to_owned()));
    Ok(House {
        engine: Engine::Sqlite,
        lines,
        blobs,
        threads,
        dir,
        lock,
    })
}

fn reads(lines: &Lines) -> &crate::jobs::Jobs {
    lines.reads.as_ref().unwrap_or(&lines.writes)
}

fn bring_up_to_date(connection: &Connection) -> Result<()> {
    let begin = |sql, during| {
        connection
            .execute_batch(sql)
            .map_err(|e| Fault::sqlite(&e, during))
    };
    begin("BEGIN IMMEDIATE", "begin of migration")?;
    migrate::migrate(&mut Tx::new(Link::Sqlite(&Prepared::new(connection))))?;
    begin("COMMIT", "commit of migration")?;
    Ok(())
}

pub(crate) fn prepare(on: &dyn Prepare, s: &'static Statement) -> Result<(), Fault> {
    on.with(s, &mut |_| Ok(()))
        .map_err(|e| Fault::sqlite(&e, s.name()))
}

pub(crate) fn execute(
    on: &dyn Prepare,
    s: &'static Statement,
    params: &[Value<'_>],
) -> Result<u64, Fault> {
    let mut changed = 0;
    let done = on.with(s, &mut |statement| {
        admit(statement)?;
        let params = rusqlite::params_from_iter(params);
        if statement.column_count() > 0 {
            // With RETURNING it is a query to SQLite; each row is a row changed.
            let mut rows = statement.query(params)?;
            while rows.next()?.is_some() {
                changed += 1;
            }
        } else {
            changed = u64::try_from(statement.execute(params)?).unwrap_or(u64::MAX);
        }
        Ok(())
    });
    done.map(|()| changed)
        .map_err(|e| Fault::sqlite(&e, s.name()))
}

pub(crate) fn query(
    on: &dyn Prepare,
    s: &'static Statement,
    params: &[Value<'_>],
    see: &mut dyn FnMut(&Row<'_>) -> More,
) -> Result<(), Fault> {
    let done = on.with(s, &mut |statement| {
        admit(statement)?;
        let mut rows = statement.query(rusqlite::params_from_iter(params))?;
        let mut wanted = true;
        // Read to the end: SQLite changes all rows of UPDATE … RETURNING before the first comes out,
        // but a statement that is reset early may not have run its foreign-key checks.
        while let Some(row) = rows.next()? {
            if wanted {
                wanted = see(&Row::sqlite(row)) == More::Wanted;
            }
        }
        Ok(())
    });
    done.map_err(|e| Fault::sqlite(&e, s.name()))
}

thread_local! {
    /// Whether this thread's connection, which also writes, serves a read.
    static ONLY_READS: Cell<bool> = const { Cell::new(false) };
}

fn admit(statement: &rusqlite::Statement<'_>) -> rusqlite::Result<()> {
    if ONLY_READS.get() && !statement.readonly() {
        let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_READONLY);
        return Err(rusqlite::Error::SqliteFailure(code, None));
    }
    Ok(())
}

impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Int(n) => ValueRef::Integer(*n),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Bytes(bytes) => ValueRef::Blob(bytes),
            Self::Id(id) => ValueRef::Blob(id),
        }))
    }
}
