//! One worker process as we see it: pipes, a clock for its answer, and the meaning of its death.
//!
//! Invariant: dropping it ends the process; what it wrote to its standard error is looked at for one
//! known phrase and never passed on, since it may hold what was read.

use std::io::{Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender, SyncSender, TryRecvError};
use std::thread;
use std::time::Duration;

use crate::extracted::{Because, Extracted};
use crate::extractor::Claim;
use crate::frame::{self, Request};
use crate::limits::Limits;

/// Enough for the phrase by which the allocator ends a process.
const ERROR_OCTETS_MAX: u64 = 4 * 1024;
const OUT_OF_MEMORY: &[u8] = b"memory allocation of";

pub(super) struct Process {
    child: Child,
    /// Files to write, taken by a thread of its own: a worker that does not read must not stop us.
    requests: Option<Sender<Vec<u8>>>,
    answers: Receiver<Vec<u8>>,
    errors: Receiver<Vec<u8>>,
    files: u32,
}

impl Process {
    pub(super) fn start(mut command: Command) -> Result<Self, Because> {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|_| Because::NoWorker)?;
        let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (Some(stdin), Some(stdout), Some(stderr)) = pipes else {
            return Err(Because::NoWorker);
        };
        let (requests, to_write) = mpsc::channel();
        // A worker that talks without being asked waits for us: one answer is kept, not all it may think of.
        let (says, answers) = mpsc::sync_channel(1);
        let (fails, errors) = mpsc::channel();
        let process = Self {
            child,
            requests: Some(requests),
            answers,
            errors,
            files: 0,
        };
        beside(move || write_all(stdin, &to_write))?;
        beside(move || read_all(stdout, &says))?;
        beside(move || {
            let mut words = Vec::new();
            let _ended = stderr.take(ERROR_OCTETS_MAX).read_to_end(&mut words);
            let _nobody_asks = fails.send(words);
        })?;
        Ok(process)
    }

    /// Whether it lives, has not spoken without being asked, and may read another file.
    pub(super) fn is_whole(&mut self, limits: &Limits) -> bool {
        let quiet = matches!(self.answers.try_recv(), Err(TryRecvError::Empty));
        self.files < limits.files_per_worker && quiet && matches!(self.child.try_wait(), Ok(None))
    }

    pub(super) fn ask(
        &mut self,
        file: &[u8],
        claim: &Claim<'_>,
        limits: &Limits,
    ) -> Result<Extracted, Because> {
        self.files += 1;
        let request = Request::of(claim.name, claim.content_type);
        let request = serde_json::to_vec(&request).map_err(|_| Because::NoWorker)?;
        let mut octets = Vec::with_capacity(request.len() + file.len() + 16);
        let framed = frame::write(&mut octets, &request).and(frame::write(&mut octets, file));
        framed.map_err(|_| Because::NoWorker)?;
        let sent = self
            .requests
            .as_ref()
            .is_some_and(|requests| requests.send(octets).is_ok());
        if !sent {
            return Err(self.end());
        }
        // By the clock twice what the processor may take: the machine has other work too.
        match self.answers.recv_timeout(time_by_clock(limits)) {
            Ok(answer) if answer.len() as u64 <= frame::answer_octets_max(limits.text) => {
                frame::answer(&answer).ok_or(Because::Crash)
            }
            Ok(_) => Err(Because::LimitText),
            Err(RecvTimeoutError::Timeout) => Err(Because::LimitTime),
            Err(RecvTimeoutError::Disconnected) => Err(self.end()),
        }
    }

    /// Why it is dead.
    fn end(&mut self) -> Because {
        let status = match self.child.try_wait() {
            Ok(Some(status)) => Some(status),
            // It has closed its output; what still runs is not waited for.
            _ => {
                let _ended = self.child.kill();
                self.child.wait().ok()
            }
        };
        let words = self.errors.recv().unwrap_or_default();
        meaning(status, &words)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.requests = None;
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// How long a worker may have one file.
pub(super) fn time_by_clock(limits: &Limits) -> Duration {
    limits.time * 2
}

/// A thread of its own, where one can be had.
fn beside(work: impl FnOnce() + Send + 'static) -> Result<(), Because> {
    let started = thread::Builder::new().spawn(work);
    started.map(drop).map_err(|_| Because::NoWorker)
}

const SIGNAL_PROCESSOR_TIME: i32 = 24;

fn meaning(status: Option<ExitStatus>, words: &[u8]) -> Because {
    if memchr::memmem::find(words, OUT_OF_MEMORY).is_some() {
        return Because::LimitMemory;
    }
    match status.and_then(|status| status.signal()) {
        Some(SIGNAL_PROCESSOR_TIME) => Because::LimitTime,
        _ => Because::Crash,
    }
}

fn write_all(mut stdin: ChildStdin, requests: &Receiver<Vec<u8>>) {
    while let Ok(octets) = requests.recv() {
        if stdin
            .write_all(&octets)
            .and_then(|()| stdin.flush())
            .is_err()
        {
            return;
        }
    }
}

fn read_all(mut stdout: impl Read, answers: &SyncSender<Vec<u8>>) {
    // The size is checked by whoever asked; this bound only keeps a lying worker small.
    let most = frame::answer_octets_max(1 << 30);
    while let Ok(Some(answer)) = frame::read(&mut stdout, most) {
        if answers.send(answer).is_err() {
            return;
        }
    }
}
