//! The seam: somebody who gets the texts out of a file.
//!
//! Invariant: it always answers. A file that cannot be read, a process that dies, a limit that is
//! met are all an answer with something unreadable in it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::extracted::{Because, Extracted};
use crate::kind::FileKind;
use crate::limits::Limits;
use crate::session;

/// What the sender says a file is: compared with the content, never believed.
#[derive(Clone, Copy)]
pub struct Claim<'a> {
    pub name: &'a str,
    pub content_type: &'a str,
}

pub trait Extractor: Send + Sync {
    fn extract(&self, file: &[u8], claim: &Claim<'_>) -> Extracted;
}

/// Reads in the caller's own process: for tests, the simulation and the worker itself. Time and
/// memory are not limited.
pub struct InProcess(pub Limits);

impl Extractor for InProcess {
    fn extract(&self, file: &[u8], claim: &Claim<'_>) -> Extracted {
        let read = || session::read(file, claim, &self.0);
        catch_unwind(AssertUnwindSafe(read))
            .unwrap_or_else(|_| Extracted::unread(FileKind::of(file), Because::Crash))
    }
}
