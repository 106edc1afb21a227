//! What people see in a terminal: the one place that prints.

use std::io::Write;

use model::Error;

/// A line on standard output; a closed pipe is not an error.
pub fn say(line: impl std::fmt::Display) {
    let _ = writeln!(std::io::stdout().lock(), "{line}");
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
