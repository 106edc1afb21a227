//! Reads: one snapshot a closure.

use rusqlite::Connection;

use super::{Prepare, Prepared};
use crate::fault::Fault;
use crate::jobs::Job;
use crate::tx::{Link, Tx};

/// On the connection that also writes: it refuses changes for as long as the closure runs. Not by a
/// pragma, which would expire every prepared statement.
pub(super) fn serve_between_writes(connection: &Prepared<'_>, job: Box<dyn Job>) {
    super::ONLY_READS.set(true);
    serve(connection, job);
    super::ONLY_READS.set(false);
}

/// Runs a closure between BEGIN and ROLLBACK: nothing of it can stay.
pub(super) fn serve(on: &Prepared<'_>, mut job: Box<dyn Job>) {
    let connection = on.connection();
    if let Err(error) = told(connection, "BEGIN") {
        return job.settle(Some(&Fault::sqlite(&error, "begin")));
    }
    let _verdict = job.run(&mut Tx::new(Link::Sqlite(on)));
    let ended = told(connection, "ROLLBACK");
    job.settle(
        ended
            .err()
            .map(|e| Fault::sqlite(&e, "end of reading"))
            .as_ref(),
    );
}

fn told(connection: &Connection, sql: &str) -> rusqlite::Result<()> {
    connection.prepare_cached(sql)?.raw_execute().map(drop)
}
