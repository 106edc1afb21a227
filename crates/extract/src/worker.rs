//! Worker processes: the pool that starts, feeds and ends them, and the loop inside each.
//!
//! A worker is ended when it takes too long, and replaced when it died or has read its share of
//! files. Invariant: whatever a worker does, its file is answered, and the next file gets a worker
//! that is whole.

use std::io::{Read, Write};
use std::panic;
use std::process::Command;
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

use crate::extracted::{Because, Extracted};
use crate::extractor::{Claim, Extractor, InProcess};
use crate::frame::{self, Request};
use crate::kind::FileKind;
use crate::limits::{CLAIM_OCTETS_MAX, Limits};
use crate::sandbox;

mod process;

/// How long a file waits for a worker. Afterwards it counts as not read, which is safe: nobody's mail waits
/// without end for another's files.
const WAIT: Duration = Duration::from_secs(30);

use process::Process;

/// How many workers a pool may have at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count(pub usize);

/// A pool of worker processes. They are started when they are first needed.
pub struct Workers {
    command: Box<dyn Fn() -> Command + Send + Sync>,
    limits: Limits,
    pool: Mutex<Pool>,
    freed: Condvar,
}

struct Pool {
    idle: Vec<Process>,
    /// Workers that may still be taken or started.
    free: usize,
}

impl Workers {
    /// `command` starts a program that calls [`sandbox::enter`] and [`serve`] on its standard input
    /// and output, with the same limits.
    pub fn start(
        command: impl Fn() -> Command + Send + Sync + 'static,
        limits: Limits,
        count: Count,
    ) -> Self {
        let pool = Pool {
            idle: Vec::new(),
            free: count.0.max(1),
        };
        Self {
            command: Box::new(command),
            limits,
            pool: Mutex::new(pool),
            freed: Condvar::new(),
        }
    }

    fn take(&self) -> Result<Process, Because> {
        let pool = self.pool.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut pool, _) = self
            .freed
            .wait_timeout_while(pool, WAIT, |pool| pool.free == 0)
            .unwrap_or_else(PoisonError::into_inner);
        if pool.free == 0 {
            return Err(Because::NoWorker);
        }
        pool.free -= 1;
        while let Some(mut process) = pool.idle.pop() {
            if process.is_whole(&self.limits) {
                return Ok(process);
            }
        }
        drop(pool);
        Process::start((self.command)()).inspect_err(|_| self.give_back(None))
    }

    fn give_back(&self, process: Option<Process>) {
        let mut pool = self.pool.lock().unwrap_or_else(PoisonError::into_inner);
        pool.idle.extend(process);
        pool.free += 1;
        drop(pool);
        self.freed.notify_one();
    }
}

impl Extractor for Workers {
    fn extract(&self, file: &[u8], claim: &Claim<'_>) -> Extracted {
        let unread = |because| Extracted::unread(FileKind::of(file), because);
        if file.len() as u64 > self.limits.input {
            return unread(Because::LimitInput);
        }
        let mut process = match self.take() {
            Ok(process) => process,
            Err(because) => return after(WAIT, unread(because)),
        };
        match process.ask(file, claim, &self.limits) {
            Ok(extracted) => {
                self.give_back(Some(process));
                extracted
            }
            Err(because) => {
                self.give_back(None);
                let took = match because {
                    Because::LimitTime => process::time_by_clock(&self.limits),
                    _ => Duration::ZERO,
                };
                after(took, unread(because))
            }
        }
    }
}

fn after(took: Duration, extracted: Extracted) -> Extracted {
    Extracted { took, ..extracted }
}

/// The loop of a worker: reads requests and answers them until its input ends; the exit code.
pub fn serve(mut input: impl Read, mut output: impl Write, limits: &Limits) -> i32 {
    // A panic's words may hold what was read.
    panic::set_hook(Box::new(|_| {}));
    let reader = InProcess(limits.clone());
    loop {
        let Ok(Some(request)) = frame::read(&mut input, CLAIM_OCTETS_MAX as u64) else {
            return 0;
        };
        let Ok(Some(file)) = frame::read(&mut input, limits.input) else {
            return 1;
        };
        let Ok(request) = serde_json::from_slice::<Request>(&request) else {
            return 1;
        };
        sandbox::allow_time(limits.time);
        let claim = Claim {
            name: &request.name,
            content_type: &request.content_type,
        };
        let began = sandbox::uptime();
        let extracted = reader.extract(&file, &claim);
        let extracted = after(sandbox::uptime().saturating_sub(began), extracted);
        drop(file);
        let Ok(answer) = serde_json::to_vec(&extracted) else {
            return 1;
        };
        if frame::write(&mut output, &answer).is_err() {
            return 0;
        }
    }
}
