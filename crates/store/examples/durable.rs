//! Commits one row after the other and says so after each: what the durability tests observe.
//!
//! `durable DIR COUNT` prints `answered N` for each of COUNT writes, then `done`, then lives until
//! its standard input ends (or it is killed).

use std::io::{Read, Write};
use std::path::PathBuf;

use caduceus_store::{Config, Store, tables::meta};
use model::{Code, Error, Result, Secret};

fn main() -> Result<()> {
    let usage = || Error::new(Code::ConfigInvalid).because("usage: durable DIR COUNT");
    let mut arguments = std::env::args().skip(1);
    let dir = PathBuf::from(arguments.next().ok_or_else(usage)?);
    let count: u32 = arguments
        .next()
        .and_then(|n| n.parse().ok())
        .ok_or_else(usage)?;

    let store = Store::open(Config::Sqlite {
        dir,
        page_key: Secret::new([7; 32]),
    })?;
    for n in 0..count {
        store.write(move |tx| meta::set(tx, &format!("n{n}"), &"x".repeat(2_000)))?;
        say(&format!("answered {n}\n"))?;
    }
    say("done\n")?;
    let mut until_closed = Vec::new();
    std::io::stdin()
        .read_to_end(&mut until_closed)
        .map_err(io)?;
    Ok(())
}

/// One write call, so that a tracer sees one line.
fn say(line: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(line.as_bytes())
        .and_then(|()| out.flush())
        .map_err(io)
}

fn io(error: std::io::Error) -> Error {
    Error::new(Code::Internal).because(error)
}
