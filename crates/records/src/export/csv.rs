//! CSV (RFC 4180): every cell quoted, UTF-8 with its mark, as spreadsheets want it.
//!
//! Invariant: no cell is a formula. What a spreadsheet would run gets an apostrophe before it.

use std::io::{self, Write};

use super::Family;
use super::columns::{COLUMNS, rows};

pub(super) fn head(out: &mut dyn Write) -> io::Result<()> {
    mark(out)?;
    line(out, &COLUMNS)
}

pub(super) fn family(out: &mut dyn Write, family: &Family<'_>) -> io::Result<()> {
    rows(family).try_for_each(|row| line(out, &row))
}

pub(super) fn mark(out: &mut dyn Write) -> io::Result<()> {
    out.write_all("\u{feff}".as_bytes())
}

pub(super) fn line(out: &mut dyn Write, cells: &[impl AsRef<str>]) -> io::Result<()> {
    let quoted: Vec<String> = cells.iter().map(|cell| quoted(cell.as_ref())).collect();
    write!(out, "{}\r\n", quoted.join(","))
}

pub(super) fn quoted(cell: &str) -> String {
    let cell = cell.replace('\0', "").replace('"', "\"\"");
    let apostrophe = if is_formula(&cell) { "'" } else { "" };
    format!("\"{apostrophe}{cell}\"")
}

/// Blanks before the sign do not help: some spreadsheets drop them.
fn is_formula(cell: &str) -> bool {
    let blank = |c: char| c.is_whitespace() || c.is_control() || c == '\u{feff}';
    let sign = cell.trim_start_matches(blank).chars().next();
    matches!(
        sign,
        Some('=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠')
    ) || cell.starts_with(['\t', '\r'])
}
