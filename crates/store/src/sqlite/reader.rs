//! Reads: one snapshot a closure.

use rusqlite::Connection;

use crate::fault::Fault;
use crate::jobs::Job;
use crate::tx::{Link, Tx};

/// Runs a closure between BEGIN and ROLLBACK: nothing of it can stay.
pub(super) fn serve(connection: &Connection, mut job: Box<dyn Job>) {
    if let Err(error) = told(connection, "BEGIN") {
        return job.settle(Some(&Fault::sqlite(&error, "begin")));
    }
    let _verdict = job.run(&mut Tx::new(Link::Sqlite(connection)));
    let ended = told(connection, "ROLLBACK");
    job.settle(ended.err().map(|e| Fault::sqlite(&e, "end of reading")).as_ref());
}

fn told(connection: &Connection, sql: &str) -> rusqlite::Result<()> {
    connection.prepare_cached(sql)?.raw_execute().map(drop)
}
