//! Brings a database to this program's schema, forward only, in one transaction.
//!
//! Invariant: `meta.schema_version` is the number of the last migration applied; a program that
//! knows fewer refuses with `StoreNewer` and touches nothing.

use model::{Code, Error, Result};

use crate::migrations::{MIGRATIONS, Migration};
use crate::tables::meta;
use crate::tx::Tx;
use crate::{Engine, dialect};

/// Two nodes may start at once: on PostgreSQL the second waits here. (A number of our own.)
const LOCK: &str = "SELECT pg_advisory_xact_lock(4836281094)";

pub(crate) fn migrate(tx: &mut Tx<'_>) -> Result<()> {
    apply(tx, MIGRATIONS)
}

fn apply(tx: &mut Tx<'_>, migrations: &[Migration]) -> Result<()> {
    if tx.engine() == Engine::Postgres {
        tx.batch(LOCK, "migration lock")?;
    }
    run(tx, meta::DDL, "meta")?;
    let latest = migrations.last().map_or(0, |m| m.version);
    let found = meta::find(tx, meta::SCHEMA_VERSION)?;
    let current: i64 = match found {
        None => 0,
        Some(text) => text
            .parse()
            .map_err(|_| Error::new(Code::StoredDataInvalid))?,
    };
    if current > latest {
        let cause = format!("schema {current} was found, this program knows {latest}");
        return Err(Error::new(Code::StoreNewer).because(cause));
    }
    for migration in migrations.iter().filter(|m| m.version > current) {
        run(tx, migration.sql, migration.name)?;
        meta::set(tx, meta::SCHEMA_VERSION, &migration.version.to_string())?;
    }
    Ok(())
}

fn run(tx: &mut Tx<'_>, sql: &str, name: &str) -> Result<()> {
    let sql = match tx.engine() {
        Engine::Postgres => dialect::ddl_for_postgres(sql),
        Engine::Memory | Engine::Sqlite => dialect::ddl_for_sqlite(sql),
    };
    tx.batch(&sql, name)
}
