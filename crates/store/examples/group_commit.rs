//! Measures group commit: closures and commits a second, by how many callers wait at once.
//!
//! `group_commit DIR [POSTGRES_URL]`; each line: callers, octets a row, closures/s, commits/s.

use std::io::Write;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use caduceus_store::{Config, Store, tables::meta};
use model::{Code, Error, Result, Secret};

const LASTS: Duration = Duration::from_secs(3);
const CALLERS: [usize; 5] = [1, 4, 16, 64, 256];
const OCTETS: [usize; 2] = [300, 10_000];

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let usage =
        || Error::new(Code::ConfigInvalid).because("usage: group_commit DIR [POSTGRES_URL]");
    let dir = PathBuf::from(arguments.next().ok_or_else(usage)?);
    let config = match arguments.next() {
        None => Config::Sqlite {
            dir,
            page_key: Secret::new([7; 32]),
        },
        Some(url) => Config::Postgres {
            url: Secret::new(url),
            ca_file: None,
            connections: 16,
            blob_dir: dir,
        },
    };
    let store = Store::open(config)?;
    for octets in OCTETS {
        for callers in CALLERS {
            let (closures, commits) = measure(&store, callers, octets)?;
            let line = format!(
                "callers {callers:>3}  octets {octets:>6}  closures/s {closures:>7.0}  commits/s {commits:>6.0}\n"
            );
            let written = std::io::stdout().write_all(line.as_bytes());
            written.map_err(|e| Error::new(Code::Internal).because(e))?;
        }
    }
    Ok(())
}

fn measure(store: &Store, callers: usize, octets: usize) -> Result<(f64, f64)> {
    let commits_before = store.commits();
    let started = now();
    let threads: Vec<_> = (0..callers)
        .map(|caller| {
            let store = store.clone();
            thread::spawn(move || insert_for_a_while(&store, caller, octets, started))
        })
        .collect();
    let mut closures = 0;
    for thread in threads {
        closures += thread.join().map_err(|_| Error::new(Code::Internal))??;
    }
    let seconds = now().duration_since(started).as_secs_f64();
    let commits = u32::try_from(store.commits() - commits_before).unwrap_or(u32::MAX);
    Ok((f64::from(closures) / seconds, f64::from(commits) / seconds))
}

fn insert_for_a_while(
    store: &Store,
    caller: usize,
    octets: usize,
    started: Instant,
) -> Result<u32> {
    let mut done = 0;
    while now().duration_since(started) < LASTS {
        let name = format!("row-{caller}-{octets}-{done}");
        let text = "x".repeat(octets);
        store.write(move |tx| meta::set(tx, &name, &text))?;
        done += 1;
    }
    Ok(done)
}

#[expect(
    clippy::disallowed_methods,
    reason = "a measurement reads the real clock"
)]
fn now() -> Instant {
    Instant::now()
}
