//! What people see in a terminal: the one place that prints.

use std::io::{IsTerminal, Write};

use model::Error;

/// A line on standard output; a closed pipe is not an error.
pub fn say(line: impl std::fmt::Display) {
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}

/// A question; its answer comes on the same line.
pub fn ask(question: &str) {
    let mut err = std::io::stderr().lock();
    let _ = write!(err, "{question}");
    let _ = err.flush();
}

/// How far long work is: a line on standard error that is written over, where somebody looks.
pub struct Progress {
    unit: &'static str,
    shown: bool,
}

impl Progress {
    pub fn new(unit: &'static str) -> Self {
        Self {
            unit,
            shown: std::io::stderr().is_terminal(),
        }
    }
    pub fn at(&mut self, done: usize, of: usize) {
        if self.shown {
            let mut err = std::io::stderr().lock();
            let end = if done == of { "\n" } else { "" };
            let _ = write!(err, "\r{done} of {of} {}{end}", self.unit);
            let _ = err.flush();
        }
    }
    /// Where nobody knows how many there will be.
    pub fn count(&mut self, done: u64) {
        if self.shown {
            let mut err = std::io::stderr().lock();
            let _ = write!(err, "\r{done} {}", self.unit);
            let _ = err.flush();
        }
    }
    /// After the last of [`Progress::count`].
    pub fn end(self) {
        if self.shown {
            let _ = writeln!(std::io::stderr().lock());
        }
    }
}

/// An error with its cause chain and, for our own codes, what to do about it.
pub fn complain(error: &anyhow::Error) {
    let mut err = std::io::stderr().lock();
    let _ = writeln!(err, "caduceus: {error}");
    for cause in error.chain().skip(1) {
        let _ = writeln!(err, "  because: {cause}");
    }
    if let Some(ours) = error
        .chain()
        .find_map(|cause| cause.downcast_ref::<Error>())
    {
        let row = ours.code().row();
        let _ = writeln!(err, "  {}. {}", row.title, row.remedy);
    }
}
