//! The processes that read files: `caduceus extract-worker`, started by the service and by nobody else.
//!
//! A worker reads requests from its standard input, behind limits it sets itself before the first octet of a
//! file reaches it.

use std::io::Write;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::sync::Arc;

use anyhow::Context;
use extract::{Count, Extractor, Limits, Workers};

/// The word on the command line.
pub const WORKER: &str = "extract-worker";
/// What a worker's allocator sets aside at a time, in KiB.
const ARENA_KIB: &str = "32768";

/// What reading may cost, and the program for pictures where there is one.
pub fn limits() -> Limits {
    Limits {
        ocr: extract::find_ocr_program(),
        ..Limits::default()
    }
}

/// Layers of the sandbox that this kernel does not give a worker; asked of a worker itself.
pub fn missing_layers() -> anyhow::Result<Vec<String>> {
    let program = std::env::current_exe().context("this program does not know its own file")?;
    let said = worker(&program)
        .arg("--layers")
        .output()
        .context("no worker could be started")?;
    anyhow::ensure!(said.status.success(), "a worker ended at once");
    let words = String::from_utf8_lossy(&said.stdout);
    Ok(words.split_whitespace().map(str::to_owned).collect())
}

/// A pool of workers, each this very program.
pub fn workers() -> anyhow::Result<Arc<dyn Extractor>> {
    let program = std::env::current_exe().context("this program does not know its own file")?;
    let start = move || {
        let mut command = worker(&program);
        command.stderr(Stdio::null());
        command
    };
    let count = std::thread::available_parallelism().map_or(2, usize::from);
    let pool = Workers::start(start, limits(), Count(count));
    Ok(Arc::new(pool))
}

/// The allocator of this program sets a gibibyte of addresses aside at its start. A worker's limit counts addresses: with
/// that beneath it nothing of its own could ever be had beside it, and all of it before any limit.
fn worker(program: &Path) -> Command {
    let mut command = Command::new(program);
    command
        .arg(WORKER)
        .env_clear()
        .env("MIMALLOC_ARENA_RESERVE", ARENA_KIB);
    command
}

/// The loop of one worker, or only what it lacks.
pub fn serve(layers: bool) -> ExitCode {
    let limits = limits();
    let entered = extract::sandbox::enter(&limits);
    if layers {
        let said = std::io::stdout().write_all(entered.missing().join(" ").as_bytes());
        return ExitCode::from(u8::from(said.is_err()));
    }
    let (input, output) = (std::io::stdin().lock(), std::io::stdout().lock());
    match extract::serve(input, output, &limits) {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}
