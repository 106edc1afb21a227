//! JSON lines: one message a line, nothing changed or left out of what is known about it.

use std::io::{self, Write};

use super::Family;
use super::sidecar::Sidecar;

pub(super) fn family(out: &mut dyn Write, family: &Family<'_>) -> io::Result<()> {
    serde_json::to_writer(&mut *out, &Sidecar::of(family))?;
    out.write_all(b"\n")
}
