//! The processes that read files: `caduceus extract-worker`, started by the service and by nobody else.
//!
//! A worker reads requests from its standard input, behind limits it sets itself before the first octet of a
//! file reaches it.

use std::process::{Command, ExitCode, Stdio};
use std::sync::Arc;

use anyhow::Context;
use extract::{Count, Extractor, Limits, Workers};

/// The word on the command line.
pub const WORKER: &str = "extract-worker";

/// A pool of workers, each this very program.
pub fn workers() -> anyhow::Result<Arc<dyn Extractor>> {
    let program = std::env::current_exe().context("this program does not know its own file")?;
    let start = move || {
        let mut command = Command::new(&program);
        command.arg(WORKER).env_clear().stderr(Stdio::null());
        command
    };
    let count = std::thread::available_parallelism().map_or(2, usize::from);
    let pool = Workers::start(start, Limits::default(), Count(count));
    Ok(Arc::new(pool))
}

/// The loop of one worker.
pub fn serve() -> ExitCode {
    let limits = Limits::default();
    let _layers = extract::sandbox::enter(&limits);
    let (input, output) = (std::io::stdin().lock(), std::io::stdout().lock());
    match extract::serve(input, output, &limits) {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}
