//! Where a test stands between the program and its store: it makes a call fail before anything was
//! done, or after all of it was done. Never set in production, where it costs one load.
//!
//! Invariant: with a seam set, calls run one after the other on the caller's thread's time, so that
//! one seed gives one history.

use std::sync::Arc;

use model::{Code, Error};

use crate::jobs::{self, Access};
use crate::pending::{Pending, pair};

/// Where in a call the seam is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Point {
    BeforeRead,
    /// Failing here: not done.
    BeforeWrite,
    /// Failing here: done, and reported as failed. Asked only when the call succeeded.
    AfterWrite,
}

/// What becomes of the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Go,
    Fail,
}

/// May also unwind: then the caller dies there.
pub type Seam = Arc<dyn Fn(Point) -> Verdict + Send + Sync>;

pub(crate) fn around<T>(
    seam: &Seam,
    access: Access,
    send: impl FnOnce() -> Pending<T>,
) -> Pending<T> {
    // Inside a transaction nothing can be waited for; the call fails by itself.
    if jobs::on_store_thread() {
        return send();
    }
    let before = match access {
        Access::Read => Point::BeforeRead,
        Access::Write => Point::BeforeWrite,
    };
    let failed = || Err(Error::new(Code::StoreUnavailable).because("a test made it fail"));
    let mut answer = match seam(before) {
        Verdict::Go => send().wait(),
        Verdict::Fail => failed(),
    };
    if access == Access::Write && answer.is_ok() && seam(Point::AfterWrite) == Verdict::Fail {
        answer = failed();
    }
    let (said, pending) = pair();
    said.say(answer);
    pending
}
